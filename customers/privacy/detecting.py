"""Personal data found in texts by its form: addresses, numbers, cards, accounts, identities.

One detector serves redaction and the masking of what leaves for models outside; numbers that have
check digits must pass them. The shop chooses which kinds it looks for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import chain

from django.utils.translation import gettext_lazy as _

from customers.models import PrivacySettings
from customers.privacy.masking import identifying
from customers.privacy.masking.folding import folded
from customers.privacy.masking.names import Names
from customers.privacy.masking.spans import Span, settled

KINDS = {
    "EMAIL": _("e-mail addresses"),
    "PHONE": _("phone numbers"),
    "CARD": _("card numbers"),
    "IBAN": _("bank accounts (IBAN)"),
    "ID": _("identity numbers"),
    "ADDRESS": _("postal addresses"),
    "POSTCODE": _("postcodes"),
    "BIRTHDATE": _("dates of birth"),
    "SECRET": _("passwords and codes"),
    "IP": _("IP addresses"),
    "NAME": _("the customer's name"),
    "CUSTOMER": _("numbers of customers"),
    "ORDER": _("numbers of orders and parcels"),
    "LINK": _("links that tell a person"),
    "NUMBER": _("other long numbers"),
}
# Numbers of orders and long numbers are what staff need to serve the customer.
USUAL = tuple(kind for kind in KINDS if kind not in ("CUSTOMER", "ORDER", "LINK", "NUMBER"))


@dataclass(frozen=True, slots=True)
class Found:
    """Characters `start` to `end` of a text, of a kind, as they stand there."""

    start: int
    end: int
    kind: str
    value: str

    @property
    def label(self) -> str:
        """What the kind is called."""
        return str(KINDS[self.kind])


def chosen_kinds() -> tuple[str, ...]:
    """The kinds that the shop looks for."""
    own = PrivacySettings.current().detected_kinds
    return tuple(kind for kind in KINDS if kind in own) or USUAL


def detect(text: str, kinds: Collection[str], known: Iterable[str] = ()) -> list[Found]:
    """What a text has of these kinds, in order and without overlaps; `known` are names of
    persons who are concerned.
    """
    names = Names(list(known)).spans(folded(text)) if "NAME" in kinds else ()
    spans: list[Span] = settled(text, chain(identifying(text), names))
    return [
        Found(one.start, one.end, one.kind, text[one.start : one.end])
        for one in spans
        if one.kind in kinds
    ]


def redacted(text: str, found: Iterable[Found]) -> str:
    """The text with what was found in it replaced by its kind."""
    parts, done = [], 0
    for one in found:
        parts += [text[done : one.start], mark(one.kind)]
        done = one.end
    return "".join([*parts, text[done:]])


def mark(kind: str) -> str:
    """What stands where something of a kind stood."""
    return f"[{kind}]"
