"""Reviews: a row for each, with the buyer's and the product's key."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from customers.imports import values
from customers.imports.customer_codes import KNOWN_CUSTOMERS
from customers.imports.errors import RowError
from customers.imports.fields import REVIEW_FIELDS
from customers.imports.format import STAGE, Format, first_of, mark_states
from customers.imports.merge import Merging, latest_rows
from customers.imports.table import Row
from customers.models import Customer, Product, Review

PRODUCTS = f"""
    SELECT item_code AS external_id, coalesce(max(NULLIF(item_name, '')), item_code) AS name,
        coalesce(max(category), '') AS category
    FROM {STAGE} GROUP BY item_code
"""  # noqa: S608
CUSTOMERS = f"""
    SELECT user_code AS external_id FROM {STAGE} WHERE user_code <> '' GROUP BY user_code
"""  # noqa: S608
REVIEWS = """
    SELECT s.*, p.id AS product_id, c.id AS customer_id FROM ({latest}) s
    JOIN customers_product p ON p.source = %(source)s AND p.external_id = s.item_code
    LEFT JOIN {known} c
        ON c.source = %(source)s AND c.external_id = s.user_code AND s.user_code <> ''
"""
ITEM, TITLE = ("item_id", "product_id", "clothing_id"), ("title", "review_title")
TEXT = ("text", "review_text", "body", "reviewText")
TIME = ("unix_time", "timestamp_ms", "time", "written_at", "date")


class Reviews(Format):
    """Reviews; products and customers that are not there yet are made from their keys."""

    fields = REVIEW_FIELDS
    name = "reviews"
    label = _("Reviews")
    needs = (ITEM, TEXT, "rating")
    staged: dict[str, str] = {
        "external_id": "text",
        "item_code": "text",
        "item_name": "text",
        "category": "text",
        "user_code": "text",
        "rating": "smallint",
        "title": "text",
        "body": "text",
        "written_at": "timestamptz",
    }

    def read(self, row: Row) -> tuple[Any, ...]:
        """One review; without a key of its own it gets one made of what it says."""
        item = values.text(row, first_of(row, *ITEM), most=120, required=True)
        user = values.text(row, "user_id", most=120)
        rating = values.whole(row, "rating")
        if not 1 <= rating <= 5:
            raise RowError("rating", f"{rating} is not between 1 and 5")
        title = values.text(row, first_of(row, *TITLE), most=20_000)[:300]
        body = values.text(row, first_of(row, *TEXT), most=200_000)
        at = _written_at(row)
        key = values.text(row, first_of(row, "external_id", "review_id", "row_id"), most=120)
        return (
            key or digest(item, user, str(at), title, body),
            item,
            values.text(row, "product_title", most=2_000)[:300],
            values.text(row, first_of(row, "main_category", "class_name"), most=120),
            user,
            rating,
            title,
            body,
            at,
        )

    def merge(self, into: Merging) -> None:
        """Products and customers where they are missing, then the reviews."""
        columns = {"name": "name", "category": "category"}
        into.merge(Product, PRODUCTS, columns, update=False)
        into.merge(Customer, CUSTOMERS, {"name": "''"}, update=False)
        rows = REVIEWS.format(latest=latest_rows(STAGE), known=KNOWN_CUSTOMERS)
        states = into.merge(
            Review,
            into.cursor.mogrify(rows, {"source": into.source}),
            {
                "product": "product_id",
                "customer": "customer_id",
                "rating": "rating",
                "title": "title",
                "body": "body",
                "written_at": "coalesce(written_at, '2000-01-01T00:00Z')",
            },
        )
        mark_states(into.cursor, states, "s.external_id = m.external_id")


def digest(*parts: str) -> str:
    """A stable key made of what a row says."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]


def _written_at(row: Row) -> datetime | None:
    column = first_of(row, *TIME)
    return values.moment(row, column) if row.get(column) not in (None, "") else None
