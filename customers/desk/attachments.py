"""Files of messages: limits, what a file really is, and which are shown as pictures.

What the browser calls a file is not believed: the first bytes decide, and what they do not tell
is bytes. Only pictures that every browser draws without running anything are shown in place;
all others are handed over to be saved.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import PurePosixPath
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from customers.models import Attachment, Message
from customers.unseen import visible

MEBIBYTE = 1024**2
MOST_FILES = 10
MOST_BYTES = 20 * MEBIBYTE  # of one file
MOST_BYTES_TOGETHER = 25 * MEBIBYTE
MOST_SHOWN = 5 * MEBIBYTE  # of a picture that is drawn on the page
UNKNOWN = "application/octet-stream"
SHOWN = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
# Programs that a double click runs; mail servers refuse them too.
PROGRAMS = frozenset(
    {
        *("ade", "adp", "apk", "app", "bat", "chm", "cmd", "com", "cpl", "dll", "dmg", "exe"),
        *("hta", "ins", "isp", "jar", "js", "jse", "lib", "lnk", "mde", "msc", "msi", "msp"),
        *("mst", "nsh", "pif", "ps1", "scr", "sct", "shb", "sys", "vb", "vbe", "vbs", "vxd"),
        *("wsc", "wsf", "wsh"),
    }
)
SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
    (b"MZ", "application/x-dosexec"),
    (b"\x7fELF", "application/x-elf"),
)


def sniffed(head: bytes) -> str:
    """The type that the first bytes (some hundred) tell; plain text where they are nothing
    else and hold no markup.
    """
    for signature, kind in SIGNATURES:
        if head.startswith(signature):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 4:  # not just a letter that was cut
            return UNKNOWN
        text = head[: error.start].decode("utf-8")
    is_plain = "\x00" not in text and "<" not in text
    return "text/plain" if is_plain and text else UNKNOWN


def checked(files: Iterable[UploadedFile]) -> list[UploadedFile]:
    """The files, or a ValidationError that says which is too large or not taken."""
    chosen = list(files)
    if len(chosen) > MOST_FILES:
        raise ValidationError(_("Choose at most %(n)s files.") % {"n": MOST_FILES})
    for file in chosen:
        _check(file)
    if sum(file.size or 0 for file in chosen) > MOST_BYTES_TOGETHER:
        limit = MOST_BYTES_TOGETHER // MEBIBYTE
        raise ValidationError(_("Together the files may have %(n)s MB.") % {"n": limit})
    return chosen


def attach(message: Message, file: UploadedFile, *, content_id: str = "") -> Attachment:
    """Store a checked file with a message, under a name of ours."""
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    kind = sniffed(file.read(512))
    file.seek(0)
    attachment = Attachment(
        message=message,
        name=shown_name(file.name or ""),
        content_type=kind,
        size_bytes=file.size or 0,
        sha256=digest.hexdigest(),
        content_id=content_id,
    )
    attachment.file.save(uuid4().hex, file, save=False)
    attachment.save()
    return attachment


def shown_name(name: str) -> str:
    """A name without folders, control characters and letters that turn the direction."""
    last = PurePosixPath(name.replace("\\", "/")).name
    return visible(" ".join(last.split()))[-200:] or "file"


def is_shown(attachment: Attachment) -> bool:
    """Whether it is drawn on the page as a picture."""
    return attachment.content_type in SHOWN and attachment.size_bytes <= MOST_SHOWN


def _check(file: UploadedFile) -> None:
    name = shown_name(file.name or "")
    if not file.size:
        raise ValidationError(_("%(name)s is empty.") % {"name": name})
    if file.size > MOST_BYTES:
        limit = MOST_BYTES // MEBIBYTE
        raise ValidationError(_("%(name)s is larger than %(n)s MB.") % {"name": name, "n": limit})
    head = file.read(512)
    file.seek(0)
    runs = sniffed(head) in ("application/x-dosexec", "application/x-elf")
    if runs or name.rpartition(".")[2].lower() in PROGRAMS:
        raise ValidationError(_("%(name)s is a program; those are not taken.") % {"name": name})
