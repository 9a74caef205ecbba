"""Headers of mail, read whatever nonsense stands in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import getaddresses

from customers.unseen import tidy

MOST_CHARACTERS = 8_000  # of one header; the standard asks for lines under 998
MOST_REFERENCES = 50
MAIL_ID = re.compile(r"<([^<>\s]{3,250})>")
ADDRESS = re.compile(r"\A[^\s<>@\"(),:;\[\]\\]{1,64}@[A-Za-z0-9\u0080-\uffff.-]{1,189}\Z")
# What the header parser of the standard library raises on headers that are none.
BROKEN = (ValueError, LookupError, TypeError, AttributeError, UnicodeError, RecursionError)


def raw_headers(mail: EmailMessage, name: str) -> Iterator[str]:
    """The headers called so as they were written, folding undone, cut where they are endless."""
    for key, value in mail.raw_items():
        if key.lower() == name.lower():
            yield " ".join(str(value)[:MOST_CHARACTERS].split())


def raw_header(mail: EmailMessage, name: str) -> str:
    """The first header called so, as it was written; "" for none."""
    return next(raw_headers(mail, name), "")


def decoded(value: str) -> str:
    """The text of a header, encoded words read; what cannot be read stays as it is."""
    value = rescued(value)
    try:
        return tidy(str(make_header(decode_header(value))))
    except BROKEN:
        return tidy(value)


def rescued(value: str) -> str:
    """A header whose bytes were sent without an encoding: UTF-8, else the Chinese one."""
    if not any("\udc80" <= letter <= "\udcff" for letter in value):
        return value
    raw = value.encode("utf-8", "surrogateescape")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")


def text_header(mail: EmailMessage, name: str) -> str:
    """The first header called so as one line of text."""
    return " ".join(decoded(raw_header(mail, name)).split())


def addresses(mail: EmailMessage, *names: str) -> list[tuple[str, str]]:
    """Names and addresses (in small letters) of these headers, without those that are none."""
    raw = [rescued(value) for name in names for value in raw_headers(mail, name)]
    try:
        found = getaddresses(raw)
    except BROKEN:
        return []
    return [
        (" ".join(decoded(name).split())[:200], address.strip().lower())
        for name, address in found
        if ADDRESS.match(address.strip())
    ]


def mail_ids(value: str) -> list[str]:
    """The Message-IDs in a header, without their brackets."""
    return MAIL_ID.findall(value)[-MOST_REFERENCES:]
