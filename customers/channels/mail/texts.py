"""The text and the files of a mail, whatever its encodings and however it is nested."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage, Message
from typing import Any

from django.utils.translation import gettext as _

from customers.channels.mail.headers import BROKEN, decoded
from customers.hidden_html import visible_parts, visible_text
from customers.unseen import visible

MOST_PARTS = 300
MOST_DEPTH = 30
MOST_CHARACTERS = 200_000
MOST_HTML_CHARACTERS = 1_000_000  # some 3 s of work
# Where programs for mail begin what they quote.
QUOTING = (
    ".gmail_quote, .gmail_quote_container, blockquote[type=cite], .yahoo_quoted, #divRplyFwdMsg, "
    "#appendonsend, .moz-cite-prefix, .protonmail_quote, .zmail_extra, #reply-intro, "
    ".ms-outlook-mobile-reference-message, #mail-editor-reference-message-container, includetail"
)


@dataclass(frozen=True, slots=True)
class MailFile:
    """A file of a mail. `content_id` is what its HTML calls it by."""

    name: str
    content_type: str
    content: bytes
    content_id: str = ""


@dataclass(slots=True)
class Content:
    """What a mail holds: plain texts, pages of HTML, files."""

    plain: list[str] = field(default_factory=list)
    html: list[str] = field(default_factory=list)
    files: list[MailFile] = field(default_factory=list)

    @property
    def has_plain(self) -> bool:
        """Whether there is something to read without HTML."""
        return any(text.strip() for text in self.plain)


def content_of(mail: EmailMessage) -> Content:
    """Everything that a mail holds. Raises ValueError where it is nested beyond all reason."""
    content = Content()
    _read(mail, content, _Budget(MOST_PARTS), depth=0)
    return content


def text_of(content: Content) -> tuple[str, str]:
    """The text that a reader sees, and what its HTML marks as quoted; plain text where there is
    some, else the HTML without all that it hides.
    """
    if content.has_plain:
        return visible("\n\n".join(text for text in content.plain if text.strip())), ""
    html = "\n".join(content.html)[:MOST_HTML_CHARACTERS]
    said, quoted = visible_parts(html, QUOTING)
    return (said, quoted) if said else (quoted, "")


class _Budget:
    def __init__(self, parts: int) -> None:
        self.left = parts

    def take(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise ValueError(_("It has more than %(n)s parts.") % {"n": MOST_PARTS})


def _read(part: Any, content: Content, budget: _Budget, depth: int) -> None:
    budget.take()
    if depth > MOST_DEPTH:
        raise ValueError(_("It is nested more than %(n)s deep.") % {"n": MOST_DEPTH})
    kind = part.get_content_type()
    if part.is_multipart() and not kind.startswith("message/"):
        _read_many(part, content, budget, depth)
    elif kind in ("text/plain", "text/html") and not _is_file(part):
        text = decoded_text(part)
        if kind == "text/plain":
            content.plain.append(_flowing(part, text))
        else:
            content.html.append(text)
    else:
        content.files.append(_file(part))


def _read_many(part: Any, content: Content, budget: _Budget, depth: int) -> None:
    children = part.get_payload()
    if part.get_content_subtype() != "alternative":
        for child in children:
            _read(child, content, budget, depth + 1)
        return
    inner = Content()
    for child in children:
        _read(child, inner, budget, depth + 1)
    content.files += inner.files
    if inner.has_plain:
        content.plain += inner.plain
    elif content.has_plain or not inner.html:
        content.plain += [visible_text(page) for page in inner.html]
    else:
        content.html += inner.html


def _is_file(part: Message) -> bool:
    return part.get_content_disposition() == "attachment" or bool(_file_name(part))


def _file_name(part: Message) -> str:
    try:
        return decoded(part.get_filename() or "")
    except BROKEN:
        return ""


def _file(part: Message) -> MailFile:
    kind = part.get_content_type()
    name = _file_name(part)
    if kind.startswith("message/"):
        name, content = name or "mail.eml", _nested(part)
    else:
        content = _payload(part)
    content_id = str(part.get("Content-ID", "") or "").strip().strip("<>")[:255]
    return MailFile(name or f"file.{_ending(kind)}", kind, content, visible(content_id))


def _nested(part: Message) -> bytes:
    payload: Any = part.get_payload()
    try:
        return b"\n".join(one.as_bytes() for one in payload) if part.is_multipart() else b""
    except BROKEN:
        return b""


def _ending(kind: str) -> str:
    ending = kind.rpartition("/")[2]
    return ending if re.fullmatch(r"[a-z0-9]{1,8}", ending) else "bin"


def _payload(part: Message) -> bytes:
    try:
        payload: Any = part.get_payload(decode=True)
    except BROKEN:
        return b""
    return payload or b""


def decoded_text(part: Message) -> str:
    """The text of a part: by its charset, else by what its bytes look like."""
    raw = _payload(part)
    try:
        charset = part.get_content_charset() or ""
    except BROKEN:
        charset = ""
    for encoding in _encodings(charset):
        try:
            return raw.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return raw.decode("gb18030" if _looks_chinese(raw) else "cp1252", "replace")


def _looks_chinese(raw: bytes) -> bool:
    """Whether letters beyond ASCII come in the pairs of GB 2312; those of Europe seldom do."""
    try:
        raw.decode("gb2312")
    except UnicodeDecodeError:
        return False
    return True


def _encodings(charset: str) -> Iterator[str]:
    """What the mail says, wider ones of the same family, and UTF-8."""
    yield from {
        "gb2312": ("gb18030",),
        "gbk": ("gb18030",),
        "iso-8859-1": ("utf-8", "cp1252"),
        "us-ascii": ("utf-8",),
        "ks_c_5601-1987": ("cp949",),
        "big5": ("big5", "big5hkscs"),
    }.get(charset, (charset,) if charset else ())
    yield "utf-8"


def _flowing(part: Message, text: str) -> str:
    """Lines that were only broken to be short (RFC 3676) as one line again."""
    try:
        is_flowed = str(part.get_param("format", "")).lower() == "flowed"
    except BROKEN:
        is_flowed = False
    if not is_flowed:
        return text
    joined: list[str] = []
    for line in text.splitlines():
        goes_on = joined and joined[-1].endswith(" ") and joined[-1] != "-- "
        if goes_on and not line.startswith(">") and not joined[-1].startswith(">"):
            joined[-1] += line
        else:
            joined.append(line.removeprefix(" ") if line.startswith(" ") else line)
    return "\n".join(joined)
