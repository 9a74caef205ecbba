"""Customers and products as plain tables, columns named as the records' are."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.backends.utils import CursorWrapper
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customers.imports import values
from customers.imports.errors import RowError
from customers.imports.files import Row
from customers.imports.format import STAGE, Format, mark_states
from customers.imports.merge import latest_rows, merge
from customers.models import Company, Customer, Product


class PlainRecords(Format):
    """A row for each record. Text columns are trimmed; columns that are missing stay empty.

    `texts` are the text columns with their longest length.
    """

    model: ClassVar[type[models.Model]]
    texts: ClassVar[dict[str, int]]
    required: ClassVar[tuple[str, ...]] = ()
    key: ClassVar[tuple[str, ...]] = ("external_id", "id")

    def read(self, row: Row) -> tuple[Any, ...]:
        """The key and the texts of one record."""
        key_column = next((name for name in self.key if name in row), self.key[0])
        key = values.text(row, key_column, most=120, required=True)
        read = [
            values.text(row, name, most=most, required=name in self.required)
            for name, most in self.texts.items()
        ]
        return (key, *read)

    def merge(self, cursor: CursorWrapper, source: str, *, mended: bool = False) -> None:
        """One record for each key; a later row overrides an earlier one."""
        columns = {name: name for name in self.staged if name != "external_id"}
        states = merge(cursor, self.model, source, latest_rows(STAGE), columns)
        mark_states(cursor, states, "s.external_id = m.external_id")


class Customers(PlainRecords):
    """Customers."""

    name = "customers"
    label: ClassVar[str | Promise] = _("Customers")
    needs = (("external_id", "id"), "name")
    model = Customer
    texts: ClassVar[dict[str, int]] = {
        "name": 200,
        "email": 254,
        "phone": 40,
        "company": 200,
        "language": 8,
        "country": 60,
        "city": 80,
    }
    staged: ClassVar[dict[str, str]] = {"external_id": "text", **dict.fromkeys(texts, "text")}

    def read(self, row: Row) -> tuple[Any, ...]:
        """One customer; an e-mail address has an @ between two parts."""
        read = super().read(row)
        email = read[2]
        if email and (" " in email or not all(email.partition("@"))):
            raise RowError("email", f"{email!r} is not an e-mail address")
        return read

    def merge(self, cursor: CursorWrapper, source: str, *, mended: bool = False) -> None:
        """As of all plain records; companies that were named first here are made."""
        super().merge(cursor, source, mended=mended)
        Company.objects.gather()


class Products(PlainRecords):
    """Products."""

    name = "products"
    label: ClassVar[str | Promise] = _("Products")
    needs = (("external_id", "id", "item_id"), ("name", "title", "short_text"))
    key = ("external_id", "id", "item_id")
    model = Product
    texts: ClassVar[dict[str, int]] = {
        "name": 300,
        "sku": 60,
        "description": 20_000,
        "category": 120,
        "brand": 120,
        "currency": 3,
    }
    required = ("name",)
    staged: ClassVar[dict[str, str]] = {
        "external_id": "text",
        **dict.fromkeys(texts, "text"),
        "price": "numeric(14, 4)",
        "stock": "integer",
    }

    def read(self, row: Row) -> tuple[Any, ...]:
        """One product; its name may stand under `title` or `short_text`."""
        name = next((row[c] for c in ("name", "title", "short_text") if row.get(c)), None)
        price = values.amount(row, "price") if row.get("price") not in (None, "") else None
        if price is not None and price < 0:
            raise RowError("price", "is negative")
        stock = values.whole(row, "stock") if row.get("stock") not in (None, "") else None
        return (*super().read({**row, "name": name}), price, stock)
