"""Rows of a file that would bring erased people back: each is refused, and nothing of it kept."""

from __future__ import annotations

from typing import Any

from customers.imports.format import Format
from customers.models import Customer, ErasedPerson, RefusedRow, Tombstone
from customers.privacy.seal import email_digest, key_digest, phone_digest


class Erased:
    """Tells the rows of a format that are about somebody who was erased."""

    def __init__(self, kind: Format, source: str) -> None:
        places = {name: place for place, name in enumerate(kind.staged)}
        own = "external_id" if getattr(kind, "model", None) is Customer else "customer_code"
        self.source = source
        self.key, self.email = places.get(own), places.get("email")
        self.phone = places.get("phone")
        self.digests: set[str] = set()

    def look_again(self) -> None:
        """Read who was erased by now."""
        self.digests = set(Tombstone.objects.standing().values_list("digest", flat=True))

    def means(self, values: tuple[Any, ...]) -> bool:
        """Whether a row as it is staged is about one of them."""
        if not self.digests:
            return False
        key, email, phone = (
            str(values[place] or "") if place is not None else ""
            for place in (self.key, self.email, self.phone)
        )
        told = {key_digest(self.source, key), email_digest(email), phone_digest(phone)}
        return bool(told & self.digests)

    def refused(self, number: int) -> RefusedRow:
        """The row as refused: its number and the reason alone."""
        return RefusedRow(number=number, reason=str(ErasedPerson.TOLD)[:500], cells={})
