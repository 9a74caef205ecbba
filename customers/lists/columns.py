"""The columns that a list can show and export."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from customers.custom_fields.forms import PREFIX
from customers.models import CustomField


@dataclass(frozen=True, slots=True)
class Column:
    """A column; `title` says more of it. `paths` are the values that an export writes for it,
    each in a column of its own; `custom` is the field behind it, if it is the shop's own.
    """

    key: str
    label: Any
    paths: tuple[str, ...] = ()
    is_number: bool = False
    title: Any = ""
    custom: CustomField | None = None


CUSTOMER_COLUMNS = (
    Column("segment", _("Segment"), ("segment_id", "suggested_segment_id")),
    Column("rfm_class", _("RFM class"), ("rfm_class",)),
    Column("country", _("Country"), ("country",)),
    Column("sentiment", _("Sentiment"), ("sentiment_score",)),
    Column("orders", _("Orders"), ("order_count",), is_number=True),
    Column("spent", _("Spent"), ("spent_total", "currency"), is_number=True),
    Column("last_order", _("Latest order"), ("last_order_at",), is_number=True),
    Column(
        "value",
        _("Next 90 days"),
        ("expected_value", "alive_probability"),
        is_number=True,
        title=_("Expected from their orders in the next 90 days"),
    ),
    Column("email", _("E-mail"), ("email",)),
    Column("phone", _("Phone"), ("phone",)),
    Column("company", _("Company"), ("company",)),
    Column("city", _("City"), ("city",)),
    Column("language", _("Language"), ("language",)),
    Column("tags", _("Tags"), ("tags",)),
    Column("consent", _("Marketing"), ("marketing_consent",)),
    Column("average", _("Average order"), ("average_order_value", "currency"), is_number=True),
    Column("first_order", _("First order"), ("first_order_at",), is_number=True),
    Column("source", _("Source"), ("source", "external_id")),
    Column("created", _("Customer since"), ("created_at",), is_number=True),
)
USUAL = ("segment", "country", "sentiment", "orders", "spent", "last_order", "value")
ALWAYS = ("id", "name")  # what every export of customers begins with


def customer_columns() -> list[Column]:
    """All columns that the list of customers can show, the shop's own fields last."""
    return [*CUSTOMER_COLUMNS, *custom_columns("customer")]


def custom_columns(record: str) -> list[Column]:
    """A column for each custom field of a record."""
    return [
        Column(PREFIX + field.key, field.name, (PREFIX + field.key,), custom=field)
        for field in CustomField.objects.of(record)
    ]


def chosen(columns: Sequence[Column], keys: Sequence[str]) -> list[Column]:
    """Those called so, in the list's order; the usual ones where none is."""
    wanted = {column.key for column in columns} & set(keys) or set(USUAL)
    return [column for column in columns if column.key in wanted]
