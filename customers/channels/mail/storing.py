"""Keeping mail as it came, before anything reads it."""

from __future__ import annotations

import hashlib
import os
from datetime import datetime
from uuid import uuid4

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from customers.models import InboundMail, Mailbox

MEBIBYTE = 1024**2


def most_bytes() -> int:
    """How much of one mail is kept."""
    return settings.MAIL_MOST_MB * MEBIBYTE


def store(
    mailbox: Mailbox,
    raw: bytes,
    *,
    uid: tuple[int, int] | None = None,
    received_at: datetime | None = None,
) -> InboundMail:
    """The row of a mail, on disk before it returns. `uid` is (UIDVALIDITY, UID) on the server;
    the same mail stored again gives the same row, and no second one.
    """
    digest = hashlib.sha256(raw).hexdigest()
    known = _known(mailbox, digest, uid)
    if known is not None:
        return known
    now = timezone.now()
    validity, number = uid or (None, None)
    mail = InboundMail(
        mailbox=mailbox,
        uid_validity=validity,
        uid=number,
        sha256=digest,
        size_bytes=len(raw),
        is_cut=len(raw) > most_bytes(),
        received_at=min(received_at or now, now),
    )
    mail.raw.save(f"{uuid4().hex}.eml", ContentFile(raw[: most_bytes()]), save=False)
    _to_disk(mail.raw.path)
    try:
        with transaction.atomic():
            mail.save()
    except IntegrityError:  # another process stored it meanwhile
        mail.raw.delete(save=False)
        return InboundMail.objects.get(mailbox=mailbox, uid_validity=validity, uid=number)
    return mail


def _known(mailbox: Mailbox, digest: str, uid: tuple[int, int] | None) -> InboundMail | None:
    """The row of this mail. After a server renumbered its folder, and where a webhook is called
    twice, the content tells; the row then takes the new number.
    """
    rows = InboundMail.objects.filter(mailbox=mailbox)
    if uid is None:
        return rows.filter(sha256=digest).first()
    validity, number = uid
    known = rows.filter(uid_validity=validity, uid=number).first()
    if known is not None:
        return known
    moved = rows.filter(sha256=digest).exclude(uid_validity=validity).first()
    if moved is not None:
        moved.uid_validity, moved.uid = validity, number
        moved.save(update_fields=["uid_validity", "uid"])
    return moved


def _to_disk(path: str) -> None:
    with open(path, "rb") as file:
        os.fsync(file.fileno())
