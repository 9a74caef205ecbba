"""A person as privacy work sees them: their rows' numbers, and by what words copies know them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, unquote_plus, urlencode

from customers.models import ContactPoint, Customer
from customers.models.contact_point import normalised_email, normalised_phone
from customers.privacy.data_map import RECORDS, Category

ERASED = "[erased]"
# What is shorter, or shared by many, tells nothing of a person: it is left to the numbers of rows.
SHORTEST = {Category.IDENTITY: 8, Category.CONTACT: 6, Category.CONTENT: 20}
SHORTEST_NAME = 5
SEPARATORS = re.compile(r"[,;\t|]")
SHARED = frozenset({"country", "city", "company", "tags", "label"})


@dataclass
class Person:
    """One customer. `keys` are the numbers of their rows by model, as far as collected."""

    pk: int
    keys: dict[str, list[Any]] = field(default_factory=dict)

    @cached_property
    def customer(self) -> Customer | None:
        """Their row, while it stands."""
        rows = Customer._base_manager.filter(pk=self.pk)
        return rows.defer("search").first()

    @cached_property
    def emails(self) -> list[str]:
        """Their addresses in small letters."""
        first = [self.customer.email] if self.customer and self.customer.email else []
        return sorted({normalised_email(one) for one in [*first, *self._points("email")]})

    @cached_property
    def phones(self) -> list[str]:
        """Their numbers as they are compared."""
        first = [self.customer.phone] if self.customer and self.customer.phone else []
        return sorted({normalised_phone(one) for one in [*first, *self._points("phone")]})

    @cached_property
    def source_keys(self) -> list[tuple[str, str]]:
        """Source and external id, those of merged customers too."""
        if self.customer is None:
            return []
        own = [(self.customer.source, self.customer.external_id)]
        merged = self.customer.merged_keys.values_list("source", "external_id")
        return [key for key in [*own, *merged] if key[1]]

    @cached_property
    def needles(self) -> Needles:
        """By what words copies of their data are known."""
        return Needles.of(self)

    def rows_of(self, label: str) -> list[Any]:
        """The numbers of their rows of a model."""
        return self.keys.get(label, [])

    def _points(self, kind: str) -> list[str]:
        return list(
            ContactPoint.objects.filter(customer=self.pk, kind=kind).values_list("value", flat=True)
        )


@dataclass
class Needles:
    """What tells that a text is about a person: `names` anywhere in it, `values` when it is just
    that, `texts` when it is a stretch of theirs.
    """

    names: list[str]
    values: set[str]
    texts: str = ""

    @classmethod
    def of(cls, person: Person) -> Needles:
        """The needles of a person whose rows still stand."""
        customer = person.customer
        if customer is None:
            return cls([], set())
        said = [customer.email, customer.phone, *person._points("email"), *person._points("phone")]
        names = [one for one in (customer.name, *said) if len(one) >= SHORTEST_NAME]
        names += [one for one in (*person.emails, *person.phones) if len(one) >= SHORTEST_NAME]
        values, texts = set(), list[str]()
        for one in _said_by(person):
            values.add(one)
            if len(one) >= SHORTEST[Category.CONTENT]:
                texts.append(one)
        return cls(sorted(set(names), key=len, reverse=True), values, "\n".join(texts))

    @cached_property
    def pattern(self) -> re.Pattern[str] | None:
        """Any of the names, whatever the case, not as a part of a longer word."""
        if not self.names:
            return None
        any_of = "|".join(re.escape(one) for one in self.names)
        return re.compile(rf"(?<!\w)(?:{any_of})(?!\w)", re.IGNORECASE)

    def hits(self, value: Any) -> bool:
        """Whether a text or JSON value holds something of the person."""
        return any(self._is_theirs(one) for one in strings_in(value))

    def stands_in(self, line: str) -> bool:
        """Whether a line of a table names the person, or has one of their values as a cell."""
        if self.pattern is not None and self.pattern.search(line):
            return True
        cells = (cell.strip(" \t\r\n\"'") for cell in SEPARATORS.split(line))
        return any(cell in self.values for cell in cells)

    def cleaned(self, value: Any) -> Any:
        """The text or JSON value with what is the person's replaced."""
        if isinstance(value, str):
            return self._cleaned_text(value)
        if isinstance(value, list):
            return [self.cleaned(one) for one in value]
        if isinstance(value, dict):
            return {self._cleaned_text(str(key)): self.cleaned(one) for key, one in value.items()}
        return value

    def cleaned_query(self, query: str) -> str:
        """The query of an address with what is the person's replaced."""
        if not self.hits(unquote_plus(query)) and not any(
            self._is_theirs(said) for _name, said in parse_qsl(query)
        ):
            return query
        pairs = parse_qsl(query, keep_blank_values=True)
        return urlencode([(name, self._cleaned_text(said)) for name, said in pairs])

    def is_excerpt(self, text: str) -> bool:
        """Whether a text is a stretch of theirs."""
        return len(text) >= SHORTEST[Category.CONTENT] and text.strip() in self.texts

    def _is_theirs(self, text: str) -> bool:
        if text in self.values or self.is_excerpt(text):
            return True
        return self.pattern is not None and self.pattern.search(text) is not None

    def _cleaned_text(self, text: str) -> str:
        if text in self.values or self.is_excerpt(text):
            return ERASED
        return self.pattern.sub(ERASED, text) if self.pattern else text


def strings_in(value: Any) -> Iterator[str]:
    """All texts in a JSON value, its keys too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, one in value.items():
            yield str(key)
            yield from strings_in(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from strings_in(one)


def _said_by(person: Person) -> Iterator[str]:
    """Every text of every column of theirs by which a copy might be known."""
    for record in RECORDS.values():
        named = {
            name: SHORTEST[sort]
            for name, sort in record.columns.items()
            if sort in SHORTEST and name not in SHARED
        }
        if not named:
            continue
        for row in record.of(person).values_list(*named).iterator():
            for said, least in zip(row, named.values(), strict=True):
                yield from (one for one in strings_in(said) if len(one) >= least)
