"""A mail as its bytes say it. Nothing here knows the shop's records."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage

from django.utils.translation import gettext as _

from customers.channels.mail.folding import folded
from customers.channels.mail.headers import (
    addresses,
    mail_ids,
    raw_header,
    raw_headers,
    text_header,
)
from customers.channels.mail.kinds import Bounce, bounce_of, is_spam, kind_of
from customers.channels.mail.texts import (
    MOST_CHARACTERS,
    MailFile,
    content_of,
    text_of,
)
from customers.models import InboundMail
from customers.unseen import tidy

MOST_SUBJECT = 300
# Lines that may begin a part: 200,000 of them keep the standard library's parser for 9 s.
MOST_BOUNDARIES = 20_000


class Unreadable(Exception):
    """What makes a mail one that cannot be read, in words for staff."""


@dataclass(frozen=True, slots=True)
class ParsedMail:
    """What a mail says. `text` are the new words, `quoted` the history below them; `kind` is of
    `InboundMail.Kind`. `is_long` tells that the text went on where it was cut.
    """

    mail_id: str
    answers: tuple[str, ...]
    sender: str
    sender_name: str
    to: tuple[str, ...]
    copied_to: tuple[str, ...]
    subject: str
    text: str
    quoted: str
    is_long: bool
    files: tuple[MailFile, ...]
    kind: str
    is_spam: bool
    bounce: Bounce | None


def parse(raw: bytes) -> ParsedMail:
    """Read a mail. Raises `Unreadable` where there is no sender, or no end to its nesting."""
    if raw.count(b"\n--") > MOST_BOUNDARIES:
        raise Unreadable(_("It has more than %(n)s parts.") % {"n": MOST_BOUNDARIES})
    try:
        mail = message_from_bytes(raw, policy=policy.default)
        return _parsed(mail, raw)
    except RecursionError as error:
        raise Unreadable(_("It is nested without end.")) from error
    except ValueError as error:
        raise Unreadable(str(error)) from error


def _parsed(mail: EmailMessage, raw: bytes) -> ParsedMail:
    senders = addresses(mail, "From") or addresses(mail, "Sender", "Return-Path")
    kind = kind_of(mail, senders[0][1] if senders else "")
    if not senders and kind != InboundMail.Kind.BOUNCE:
        raise Unreadable(_("There is no address of a sender."))
    sender_name, sender = senders[0] if senders else ("", "")
    content = content_of(mail)
    text, marked = text_of(content)
    said, rest = folded(tidy_lines(text[:MOST_CHARACTERS]))
    return ParsedMail(
        mail_id=_mail_id(mail, raw),
        answers=_answers(mail),
        sender=sender[:254],
        sender_name=sender_name,
        to=_plain(addresses(mail, "To", "Delivered-To", "X-Original-To", "Envelope-To")),
        copied_to=_plain(addresses(mail, "To", "Cc"))[:30],
        subject=text_header(mail, "Subject")[:MOST_SUBJECT],
        text=said,
        quoted="\n\n".join(one for one in (rest, tidy(marked[:MOST_CHARACTERS])) if one),
        is_long=len(text) > MOST_CHARACTERS,
        files=tuple(content.files),
        kind=kind,
        is_spam=is_spam(mail),
        bounce=bounce_of(mail) if kind == InboundMail.Kind.BOUNCE else None,
    )


def tidy_lines(text: str) -> str:
    """The text with its lines as they are, ends of lines trimmed, blank lines single. The two
    hyphens of a signature keep standing alone.
    """
    lines: list[str] = []
    for line in text.split("\n"):
        trimmed = line.rstrip()
        if trimmed or (lines and lines[-1]):
            lines.append(trimmed)
    return "\n".join(lines).strip("\n")


def _mail_id(mail: EmailMessage, raw: bytes) -> str:
    """The Message-ID; of a mail without one, a name by its content, so that it is taken once."""
    found = mail_ids(raw_header(mail, "Message-ID"))
    return found[0] if found else f"sha256.{hashlib.sha256(raw).hexdigest()}@no-message-id"


def _answers(mail: EmailMessage) -> tuple[str, ...]:
    """The Message-IDs that it answers, the nearest first."""
    nearest = mail_ids(raw_header(mail, "In-Reply-To"))
    chain = [one for value in raw_headers(mail, "References") for one in mail_ids(value)]
    return tuple(dict.fromkeys([*nearest, *reversed(chain)]))


def _plain(found: list[tuple[str, str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(address for _name, address in found))
