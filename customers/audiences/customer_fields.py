"""What rules can ask of a customer's own columns; one entry a field.

Fields whose column customers do not have are left out, see `registry`.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from customers.audiences.fields import Choices, Field
from customers.feelings import FEELING_RANGES, FEELINGS
from customers.indexed_values import indexed_values
from customers.models import Customer, Segment
from customers.models.search import prefix_query

ORDERS, WHO, MODELS = "orders", "who", "models"
PERCENT: dict[str, Any] = {"unit": "%", "scale": 100, "lowest": Decimal(0)}
PERCENT |= {"highest": Decimal(100)}
COUNT: dict[str, Any] = {"kind": "number", "whole": True, "lowest": Decimal(0)}
COUNT |= {"highest": Decimal(1_000_000_000)}
SCORE: dict[str, Any] = {"kind": "number", "whole": True, "lowest": Decimal(1)}
SCORE |= {"highest": Decimal(5)}


def no_value(column: str) -> Q:
    """The condition that the column is null."""
    return Q(**{f"{column}__isnull": True})


def taxonomy_choices(model: Any) -> Choices:
    """All names of a taxonomy, retired ones too, for rows carry them."""
    return lambda: [(taxon.pk, str(taxon)) for taxon in model.objects.all()]


def value_choices(model: Any, column: str) -> Choices:
    """The values that an indexed text column has."""
    return lambda: [(value, value) for value in indexed_values(model, column)]


def column_choices(column: str) -> Choices:
    """The choices that a column of customers declares, if there is such a column."""

    def choices() -> Sequence[tuple[str, Any]]:
        try:
            declared: Any = Customer._meta.get_field(column)
        except FieldDoesNotExist:
            return []
        return declared.choices or []

    return choices


def in_segments(segments: Sequence[str]) -> Q:
    """The decision of staff counts, and the model's opinion where there is none."""
    suggested = Q(segment__isnull=True, suggested_segment__in=list(segments))
    return Q(segment__in=list(segments)) | suggested


def feels(feelings: Sequence[str]) -> Q:
    """By the mean score of the latest texts."""
    found = Q(pk__in=[])
    for feeling in feelings:
        found |= FEELING_RANGES[feeling]
    return found


def has_words(words: Sequence[str]) -> Q:
    """Every word begins one of name, e-mail, phone, company and external id."""
    query = prefix_query(words[0])
    return Q(pk__in=[]) if query is None else Q(search=query)


def has_email(_values: Sequence[str]) -> Q:
    """An e-mail address is known."""
    return ~Q(email="")


def open_choice(name: str, label: Any, group: str = WHO) -> Field:
    """A text column whose values are offered as they are found."""
    values = value_choices(Customer, name)
    return Field(
        name, label, group, "choice", name, choices=values, is_open=True, nothing=Q(**{name: ""})
    )


def nullable(name: str, label: Any, group: str, **options: Any) -> Field:
    """A column that may be null."""
    return Field(
        name=name, label=label, group=group, column=name, nothing=no_value(name), **options
    )


order_field = partial(Field, group=ORDERS)

ORDER_FIELDS = (
    order_field("order_count", _("Orders"), column="order_count", **COUNT),
    order_field("return_count", _("Returns"), column="return_count", **COUNT),
    nullable("return_rate", _("Share of orders returned"), ORDERS, kind="number", **PERCENT),
    order_field("spent_total", _("Spent in total"), kind="money", column="spent_total"),
    nullable("average_order_value", _("Average order value"), ORDERS, kind="money"),
    nullable("first_order_at", _("First order"), ORDERS, kind="date"),
    nullable("last_order_at", _("Latest order"), ORDERS, kind="date"),
    nullable(
        "typical_gap_days",
        _("Typical time between orders"),
        ORDERS,
        kind="number",
        unit=_("days"),
        lowest=Decimal(0),
    ),
    open_choice("currency", _("Currency"), ORDERS),
)

MODEL_FIELDS = (
    Field(
        "segment",
        _("Segment"),
        MODELS,
        "choice",
        choices=taxonomy_choices(Segment),
        among=in_segments,
        nothing=Q(segment__isnull=True, suggested_segment__isnull=True),
    ),
    nullable("segment_probability", _("Segment is sure by"), MODELS, kind="number", **PERCENT),
    Field(
        "feeling",
        _("Sentiment"),
        MODELS,
        "choice",
        choices=lambda: FEELINGS,
        among=feels,
        nothing=no_value("sentiment_score"),
    ),
    nullable(
        "sentiment_score",
        _("Sentiment score, from -1 to 1"),
        MODELS,
        kind="number",
        lowest=Decimal(-1),
        highest=Decimal(1),
    ),
    Field(
        "rfm_class",
        _("RFM class"),
        MODELS,
        "choice",
        "rfm_class",
        choices=column_choices("rfm_class"),
        nothing=Q(rfm_class=""),
    ),
    nullable("recency_score", _("Recency, 1 to 5"), MODELS, **SCORE),
    nullable("frequency_score", _("Frequency, 1 to 5"), MODELS, **SCORE),
    nullable("monetary_score", _("Spending, 1 to 5"), MODELS, **SCORE),
    nullable("alive_probability", _("Probability to buy again"), MODELS, kind="number", **PERCENT),
    nullable(
        "expected_orders",
        _("Orders expected in the next 90 days"),
        MODELS,
        kind="number",
        lowest=Decimal(0),
    ),
    nullable("expected_value", _("Value expected in the next 90 days"), MODELS, kind="money"),
    nullable("expected_next_order_at", _("Next order expected"), MODELS, kind="coming_date"),
)

WHO_FIELDS = (
    Field("words", _("Name, e-mail, phone or company"), WHO, "words", among=has_words),
    open_choice("country", _("Country")),
    Field("city", _("City"), WHO, "text", "city", nothing=Q(city="")),
    open_choice("language", _("Language")),
    Field("company", _("Company"), WHO, "text", "company", nothing=Q(company="")),
    Field(
        "tags",
        _("Tags"),
        WHO,
        "tags",
        "tags",
        picks="text",
        is_open=True,
        nothing=Q(tags=[]),
    ),
    Field("has_email", _("E-mail is known"), WHO, "boolean", among=has_email),
    open_choice("source", _("Source")),
    Field("created_at", _("Customer since"), WHO, "date", "created_at"),
)
