"""Customers and products as plain tables, columns named as the records' are."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from psycopg import sql

from customers.imports import values
from customers.imports.errors import RowError
from customers.imports.fields import CUSTOMER_FIELDS, PRODUCT_FIELDS
from customers.imports.format import STAGE, Format, mark_states
from customers.imports.merge import Merging, latest_rows
from customers.imports.table import Row
from customers.models import Company, Customer, Product

MOST_TAGS = 50
SAME = "row.{name} <> '' AND row.{name} IN (staged.{name}, lower(staged.{name}))"


class PlainRecords(Format):
    """A row for each record. Text columns are trimmed. What the file has no column for stays
    as it is; so does what a cell is empty of, unless empty cells are to clear it.

    `texts` are the text columns with their longest length; `others` the columns of other types
    with theirs. Without a key of its own a row is known by the field that records are found by.
    """

    model: ClassVar[type[models.Model]]
    texts: ClassVar[dict[str, int]]
    others: ClassVar[dict[str, str]] = {}
    required: ClassVar[tuple[str, ...]] = ()
    key: ClassVar[tuple[str, ...]] = ("external_id", "id")
    sources: ClassVar[dict[str, tuple[str, ...]]] = {}

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
        columns = {name: name for name in self.staged if self._is_told(name, into.columns)}
        match = ""
        if into.match_by in self.match_fields:
            match = SAME.format(name=into.match_by)
        states = into.merge(
            self.model,
            latest_rows(STAGE),
            columns,
            match=match,
            keep=list(columns) if into.keeps else (),
        )
        mark_states(into.cursor, states, "s.external_id = m.external_id")
        self.follow(into, states)

    def follow(self, into: Merging, states: str) -> None:
        """What else follows rows that were made or changed: `states` is the table of their ids."""

    def _is_told(self, name: str, columns: frozenset[str]) -> bool:
        return name != "external_id" and bool({name, *self.sources.get(name, ())} & columns)


class Customers(PlainRecords):
    """Customers; a name may come in two parts."""

    name = "customers"
    label: ClassVar[str | Promise] = _("Customers")
    needs = (("external_id", "id", "email"), ("name", "first_name", "last_name", "email"))
    fields = CUSTOMER_FIELDS
    match_fields = ("email",)
    model = Customer
    sources: ClassVar[dict[str, tuple[str, ...]]] = {"name": ("first_name", "last_name")}
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
    staged: ClassVar[dict[str, str]] = {
        "external_id": "text",
        **dict.fromkeys(texts, "text"),
        **others,
    }

    def read(self, row: Row) -> tuple[Any, ...]:
        """One customer; an e-mail address has an @ between two parts."""
        if not row.get("name") and (row.get("first_name") or row.get("last_name")):
            row = values.with_value(row, "name", values.full_name(row))
        read = super().read(row)
        email = read[2]
        if email and (" " in email or not all(email.partition("@"))):
            raise RowError("email", f"{email!r} is not an e-mail address")
        tags = values.words(row, "tags", most=40, at_most=MOST_TAGS)
        return (*read, tags, values.yes_or_no(row, "marketing_consent"))

    def follow(self, into: Merging, states: str) -> None:
        """Companies that these customers are the first of are made."""
        into.cursor.execute(sql.SQL("SELECT id FROM {}").format(sql.Identifier(states)))
        Company.objects.gather(pk for (pk,) in into.cursor.fetchall())


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
    staged: ClassVar[dict[str, str]] = {
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
