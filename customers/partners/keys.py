"""How keys are made, found by their secret, rotated and revoked."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from customers.models import ApiKey, User

# `rpt_<prefix>_<secret>`: scanners for leaked secrets know a key by its first letters.
MARK = "rpt"
PREFIX_BYTES, SECRET_BYTES = 6, 32
LOOKS_LIKE_A_KEY = re.compile(rf"{MARK}_([0-9a-f]{{{2 * PREFIX_BYTES}}})_([-\w]{{43}})")
NOBODY = hashlib.sha256(b"").hexdigest()


def issue(owner: User, *, name: str, by: User, **columns: Any) -> tuple[ApiKey, str]:
    """A new key with its secret, which is kept nowhere: show it once."""
    prefix, secret = secrets.token_hex(PREFIX_BYTES), secrets.token_urlsafe(SECRET_BYTES)
    whole = f"{MARK}_{prefix}_{secret}"
    key = ApiKey.objects.create(
        owner=owner, name=name, prefix=prefix, digest=digest_of(whole), created_by=by, **columns
    )
    return key, whole


def key_of(whole: str) -> ApiKey | None:
    """The working key with this secret, and its owner, or None."""
    found = LOOKS_LIKE_A_KEY.fullmatch(whole)
    if not found:
        return None
    rows = ApiKey.objects.working().filter(prefix=found[1]).select_related("owner")
    key = rows.first()
    # compared in either case: how long it takes says nothing of which prefixes there are
    is_it = hmac.compare_digest(key.digest if key else NOBODY, digest_of(whole))
    return key if is_it else None


@transaction.atomic
def rotate(key: ApiKey, *, overlap: timedelta, by: User) -> tuple[ApiKey, str]:
    """A new key like `key`, which works for `overlap` beside it: callers change over meanwhile.

    Raises ValueError where it was rotated before, or works no more.
    """
    kept = ApiKey.objects.select_for_update().get(pk=key.pk)
    if not kept.is_working or ApiKey.objects.filter(replaces=kept).exists():
        raise ValueError("the key works no more, or another replaces it already")
    ends_at = timezone.now() + overlap
    made, secret = issue(
        kept.owner,
        name=kept.name,
        by=by,
        scopes=kept.scopes,
        source=kept.source,
        requests_per_minute=kept.requests_per_minute,
        expires_at=kept.expires_at,
        replaces=kept,
    )
    kept.expires_at = min(kept.expires_at or ends_at, ends_at)
    kept.save(update_fields=["expires_at"])
    return made, secret


def digest_of(whole: str) -> str:
    """SHA-256 of a key as it is sent, in hexadecimal."""
    return hashlib.sha256(whole.encode()).hexdigest()
