"""Signed names of tickets, which our mail carries and answers bring back.

A number alone could be guessed, and mail could be smuggled into anybody's ticket. The name stands
in the Message-ID, again in References (servers on the way may change the former, and programs
copy the latter), and in the address for answers where the mailbox has plus addresses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from django.utils.crypto import constant_time_compare, salted_hmac

SALT = "rapport.mail.ticket"
SIGNATURE_CHARACTERS = 20  # 80 bits
TOKEN = re.compile(r"(?:\A|[+.])t([1-9][0-9]{0,17})-([0-9a-f]{20})(?=[.@]|\Z)")


def token_of(ticket_pk: int) -> str:
    """The signed name of a ticket: letters that every address may hold."""
    return f"t{ticket_pk}-{_signature(ticket_pk)}"


def tickets_named(texts: Iterable[str]) -> Iterator[int]:
    """The keys of the tickets that Message-IDs or addresses name, with a true signature."""
    for text in texts:
        for key, signature in TOKEN.findall(text.lower()):
            if constant_time_compare(_signature(int(key)), signature):
                yield int(key)


def thread_id(ticket_pk: int, domain: str) -> str:
    """The Message-ID that stands for the ticket as a whole, in the References of all its mail."""
    return f"{token_of(ticket_pk)}.thread@{domain}"


def mail_id(ticket_pk: int, message_pk: int, domain: str) -> str:
    """The Message-ID of the mail that brings a message; the same at each call."""
    return f"{token_of(ticket_pk)}.{_tail(f'm{message_pk}')}@{domain}"


def invitation_id(ticket_pk: int, rating_pk: int, domain: str) -> str:
    """The Message-ID of the mail that asks how a ticket was served; the same at each call."""
    return f"{token_of(ticket_pk)}.{_tail(f'r{rating_pk}')}@{domain}"


def digest_id(digest_pk: int, user_pk: int, domain: str) -> str:
    """The Message-ID of a digest to one reader; the same at each call."""
    return f"{_tail(f'd{digest_pk}-{user_pk}')}@{domain}"


def answer_address(address: str, ticket_pk: int) -> str:
    """The address of a mailbox to which answers about the ticket may come."""
    local, _at, domain = address.rpartition("@")
    return f"{local}+{token_of(ticket_pk)}@{domain}"


def _tail(name: str) -> str:
    return f"{name}-{salted_hmac(SALT + '.mail', name).hexdigest()[:SIGNATURE_CHARACTERS]}"


def _signature(ticket_pk: int) -> str:
    return salted_hmac(SALT, str(ticket_pk)).hexdigest()[:SIGNATURE_CHARACTERS]
