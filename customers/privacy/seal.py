"""The shop's own key for privacy: keyed hashes of what erased people were known by, and the
signature of receipts (HMAC-SHA256, each use with a key of its own derived from the one).
"""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

from django.conf import settings

from customers.models.contact_point import normalised_email, normalised_phone


def _key(use: str) -> bytes:
    return hmac.new(settings.PRIVACY_KEY.encode(), use.encode(), hashlib.sha256).digest()


def _digest(use: str, text: str) -> str:
    return hmac.new(_key(use), text.encode(), hashlib.sha256).hexdigest()


def key_digest(source: str, external_id: str) -> str:
    """The keyed hash of a source and external id; "" without an id."""
    return _digest("tombstone:key", f"{source}\x1f{external_id}") if external_id else ""


def email_digest(address: str) -> str:
    """The keyed hash of an e-mail address; "" without one."""
    wanted = normalised_email(address)
    return _digest("tombstone:email", wanted) if wanted else ""


def phone_digest(number: str) -> str:
    """The keyed hash of a phone number, by its last nine digits; "" for a shorter one."""
    digits = "".join(sign for sign in normalised_phone(number) if sign.isdecimal())
    return _digest("tombstone:phone", digits[-9:]) if len(digits) >= 9 else ""


def signed(content: dict[str, Any]) -> dict[str, Any]:
    """The content with its signature."""
    return {**content, "signature": _digest("receipt", canonical(content))}


def is_genuine(receipt: dict[str, Any]) -> bool:
    """Whether the shop's key signed just this."""
    content = {name: value for name, value in receipt.items() if name != "signature"}
    expected = _digest("receipt", canonical(content))
    return hmac.compare_digest(expected.encode(), str(receipt.get("signature", "")).encode())


def canonical(content: dict[str, Any]) -> str:
    """JSON that is the same for the same content."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
