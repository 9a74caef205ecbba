"""Rows of a file that would bring erased people back: each is refused, and nothing of it kept."""

from __future__ import annotations

from typing import Any

from customers.imports.format import Format
from customers.models import Customer, ErasedPerson, RefusedRow, Tombstone
from customers.privacy.seal import email_digest, key_digest, phone_digest

# What staged rows call the key of a customer, an address and a number.
KEYS = ("customer_code", "user_code")
EMAILS = ("email", "customer_email")
PHONES = ("phone",)


class Erased:
    """Tells the rows of a format that are about somebody who was erased."""

    def __init__(self, kind: Format, source: str) -> None:
        places = {name: place for place, name in enumerate(kind.staged)}
        is_people = getattr(kind, "model", None) is Customer
        keys = {*KEYS, "external_id"} if is_people else KEYS
        self.source = source
        self.keys = [places[name] for name in keys if name in places]
        self.emails = [places[name] for name in EMAILS if name in places]
        self.phones = [places[name] for name in PHONES if name in places]
        self.digests: set[str] = set()

    def look_again(self) -> None:
        """Read who was erased by now."""
        self.digests = set(Tombstone.objects.standing().values_list("digest", flat=True))

    def means(self, values: tuple[Any, ...]) -> bool:
        """Whether a row as it is staged is about one of them."""
        if not self.digests:
            return False
        told = {digest for place in self.keys for digest in self._of_key(values[place])}
        told |= {email_digest(values[place] or "") for place in self.emails}
        told |= {phone_digest(values[place] or "") for place in self.phones}
        return bool(told & self.digests)

    def refused(self, number: int) -> RefusedRow:
        """The row as refused: its number and the reason alone."""
        return RefusedRow(number=number, reason=str(ErasedPerson.TOLD)[:500], cells={})

    def _of_key(self, key: Any) -> tuple[str, str]:
        """A key of the system; where it has none, formats take the e-mail address for it."""
        said = str(key or "")
        return key_digest(self.source, said), email_digest(said) if "@" in said else ""
