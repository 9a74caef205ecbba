"""Customers and products as plain tables, columns named as the records' are."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import Any, ClassVar, Self

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from psycopg.types.json import Jsonb

from customers.custom_fields.forms import PREFIX
from customers.custom_fields.values import EMPTY, MOST_TEXT, parsed
from customers.imports import values
from customers.imports.companies import bring_companies
from customers.imports.contacts import bring_contacts, check_address, further_contacts
from customers.imports.errors import RowError
from customers.imports.fields import CUSTOMER_FIELDS, PRODUCT_FIELDS
from customers.imports.format import STAGE, Field, Format, mark_states
from customers.imports.merge import Merging, latest_rows
from customers.imports.table import Row
from customers.models import Customer, CustomField, Product

MOST_TAGS = 50
SAME = "row.{name} <> '' AND row.{name} IN (staged.{name}, lower(staged.{name}))"


class PlainRecords(Format):
    """A row for each record. Text columns are trimmed. What the file has no column for stays
    as it is; so does what a cell is empty of, unless empty cells are to clear it.

    `texts` are the text columns with their longest length; `others` the columns of other types
    with theirs. Without a key of its own a row is known by the field that records are found by.
    Fields that the shop added are read from columns called as in its exports, or as the field.
    """

    model: ClassVar[type[models.Model]]
    texts: ClassVar[dict[str, int]]
    others: ClassVar[dict[str, str]] = {}
    required: ClassVar[tuple[str, ...]] = ()
    key: ClassVar[tuple[str, ...]] = ("external_id", "id")
    sources: ClassVar[dict[str, tuple[str, ...]]] = {}
    custom: Sequence[CustomField] = ()

    def in_this_shop(self) -> Self:
        """The format with a column for each custom field of the record."""
        custom = list(CustomField.objects.of(self.model))
        if not custom or self.signatures:
            return self
        made = copy(self)
        made.custom = custom
        made.own_fields = [Field(PREFIX + one.key, one.name, (one.key, one.name)) for one in custom]
        made.fields = (*self.fields, *made.own_fields)
        made.staged = {**self.staged, "custom": "jsonb"}
        return made

    def read_all(self, row: Row) -> list[tuple[Any, ...]]:
        """One record, with the values of its custom fields."""
        return (
            [(*self.read(row), Jsonb(self._custom_values(row)))]
            if self.custom
            else [self.read(row)]
        )

    def _custom_values(self, row: Row) -> dict[str, Any]:
        """The values that the row has for custom fields, as they are kept."""
        found: dict[str, Any] = {}
        for one in self.custom:
            column = PREFIX + one.key
            if column not in row:
                continue
            said = (
                row[column]
                if isinstance(row[column], list)
                else values.text(row, column, most=MOST_TEXT)
            )
            if said in EMPTY:
                if one.is_required:
                    raise RowError(column, "is empty")
                continue
            try:
                found[one.key] = parsed(one, said)
            except ValueError as wrong:
                raise RowError(column, f"{said!r}: {wrong}") from None
        return found

    def read(self, row: Row) -> tuple[Any, ...]:
        """The key and the texts of one record."""
        key_column = next((name for name in self.key if name in row), self.key[0])
        key = values.text(row, key_column, most=120)
        read = [
            values.text(row, name, most=most, required=name in self.required)
            for name, most in self.texts.items()
        ]
        if not key:
            texts = dict(zip(self.texts, read, strict=True))
            key = next((texts[name].lower() for name in self.match_fields if texts[name]), "")[:120]
        if not key:
            raise RowError(key_column, "is empty")
        return (key, *read)

    def merge(self, into: Merging) -> None:
        """One record for each key; a later row overrides an earlier one."""
        own = (*self.texts, *self.others)
        columns = {name: name for name in own if self._is_told(name, into.columns)}
        custom = [one.key for one in self.custom if PREFIX + one.key in into.columns]
        if custom:
            columns["custom"] = "custom"
        match = ""
        if into.match_by in self.match_fields:
            match = SAME.format(name=into.match_by)
        states = into.merge(
            self.model,
            latest_rows(STAGE),
            columns,
            match=match,
            keep=list(columns) if into.keeps else (),
            laid_over={"custom": () if into.keeps else custom},
        )
        mark_states(into.cursor, states, "s.external_id = m.external_id")

    def _is_told(self, name: str, columns: frozenset[str]) -> bool:
        return bool({name, *self.sources.get(name, ())} & columns)


class Customers(PlainRecords):
    """Customers; a name may come in two parts, a company by its name or its key."""

    name = "customers"
    label: ClassVar[str | Promise] = _("Customers")
    needs = (("external_id", "id", "email"), ("name", "first_name", "last_name", "email"))
    fields = CUSTOMER_FIELDS
    match_fields = ("email",)
    model = Customer
    sources: ClassVar[dict[str, tuple[str, ...]]] = {
        "name": ("first_name", "last_name"),
        "company": ("company_id",),
    }
    texts: ClassVar[dict[str, int]] = {
        "name": 200,
        "email": 254,
        "phone": 40,
        "company": 200,
        "language": 8,
        "country": 60,
        "city": 80,
    }
    others: ClassVar[dict[str, str]] = {"tags": "text[]", "marketing_consent": "boolean"}
    staged: dict[str, str] = {
        "external_id": "text",
        **dict.fromkeys(texts, "text"),
        **others,
        "company_id": "text",
        "further": "jsonb",
    }

    def read(self, row: Row) -> tuple[Any, ...]:
        """One customer; an e-mail address has an @ between two parts."""
        if not row.get("name") and (row.get("first_name") or row.get("last_name")):
            row = values.with_value(row, "name", values.full_name(row))
        read = super().read(row)
        check_address("email", read[2])
        return (
            *read,
            values.words(row, "tags", most=40, at_most=MOST_TAGS),
            values.yes_or_no(row, "marketing_consent"),
            values.text(row, "company_id", most=120),
            Jsonb(further_contacts(row)),
        )

    def merge(self, into: Merging) -> None:
        """Companies where they are missing, customers, then their further addresses."""
        if self._is_told("company", into.columns):
            bring_companies(into)
        super().merge(into)
        if into.columns & {"further_emails", "further_phones"}:
            bring_contacts(into, SAME.format(name=into.match_by) if into.match_by else "")


class Products(PlainRecords):
    """Products."""

    name = "products"
    label: ClassVar[str | Promise] = _("Products")
    needs = (("external_id", "id", "item_id", "sku"), ("name", "title", "short_text"))
    key = ("external_id", "id", "item_id")
    fields = PRODUCT_FIELDS
    match_fields = ("sku",)
    model = Product
    sources: ClassVar[dict[str, tuple[str, ...]]] = {"name": ("title", "short_text")}
    texts: ClassVar[dict[str, int]] = {
        "name": 300,
        "sku": 60,
        "description": 20_000,
        "category": 120,
        "brand": 120,
        "currency": 3,
    }
    required = ("name",)
    others: ClassVar[dict[str, str]] = {"price": "numeric(14, 4)", "stock": "integer"}
    staged: dict[str, str] = {
        "external_id": "text",
        **dict.fromkeys(texts, "text"),
        **others,
    }

    def read(self, row: Row) -> tuple[Any, ...]:
        """One product; its name may stand under `title` or `short_text`."""
        name = next((row[c] for c in ("name", "title", "short_text") if row.get(c)), None)
        price = values.amount(row, "price") if row.get("price") not in (None, "") else None
        if price is not None and price < 0:
            raise RowError("price", "is negative")
        stock = values.whole(row, "stock") if row.get("stock") not in (None, "") else None
        return (*super().read(values.with_value(row, "name", name)), price, stock)
