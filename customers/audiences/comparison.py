"""Two audiences, or an audience and all customers, side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Avg, Count, Q, Sum
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from customers.audiences.compiling import condition_of
from customers.audiences.counting import PATIENT_MS, TooSlow, time_limit
from customers.models import Audience, Customer
from customers.models.customer import CustomerQuerySet
from customers.templatetags.records import money, percent_fine, signed

MOST_KEY_DIGITS = 18


@dataclass(frozen=True, slots=True)
class Side:
    """An audience, or all customers where `audience` is None."""

    audience: Audience | None
    condition: Q
    rows: CustomerQuerySet

    @property
    def key(self) -> str:
        """What addresses call it by."""
        return str(self.audience.pk) if self.audience else ""

    @property
    def name(self) -> str:
        """What it is called."""
        return self.audience.name if self.audience else _("All customers")


@dataclass(frozen=True, slots=True)
class Line:
    """One figure of both sides and how far the first is from the second, as text."""

    label: str
    first: str
    second: str
    difference: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """How two sides overlap, and their figures. Money is told in `currency` alone, for
    amounts of several cannot be added; `others` have another one.
    """

    first_size: int
    second_size: int
    both: int
    currency: str
    others: int
    lines: list[Line]

    @property
    def share_of_first(self) -> float | None:
        """How much of the first is in the second too, from 0 to 1."""
        return self.both / self.first_size if self.first_size else None

    @property
    def share_of_second(self) -> float | None:
        """How much of the second is in the first too, from 0 to 1."""
        return self.both / self.second_size if self.second_size else None


def side_of(user: Any, key: str) -> Side:
    """The audience of that key among those the user may see, or all customers for ""."""
    everybody = Customer.objects.visible_to(user)
    if not key:
        return Side(None, Q(), everybody)
    if not (key.isascii() and key.isdigit() and len(key) <= MOST_KEY_DIGITS):
        raise Http404
    audience = get_object_or_404(Audience.objects.visible_to(user), pk=key)
    condition = condition_of(audience)
    return Side(audience, condition, everybody.filter(condition))


def has_column(name: str) -> bool:
    """Whether customers have a column of this name."""
    try:
        return bool(Customer._meta.get_field(name))
    except FieldDoesNotExist:
        return False


def compared(first: Side, second: Side) -> Comparison | None:
    """The figures of both, by one query a side and one for the overlap; None where that
    took too long.
    """
    try:
        with time_limit(PATIENT_MS):
            sums = [_sums(side) for side in (first, second)]
            both = first.rows.filter(second.condition).order_by().count()
    except TooSlow:
        return None
    sizes = [sum(row["n"] for row in rows) for rows in sums]
    customers = Counter[str]()
    for rows in sums:
        customers.update({row["currency"]: row["n"] for row in rows if row["currency"]})
    currency = max(customers, key=lambda code: (customers[code], code), default="")
    figures = [_figures(rows, currency) for rows in sums]
    others = sum(n for code, n in customers.items() if code != currency)
    return Comparison(sizes[0], sizes[1], both, currency, others, _lines(figures, currency))


def _sums(side: Side) -> list[dict[str, Any]]:
    """The sums of each currency; those who bought nothing have none."""
    expected = {"expected": Avg("expected_value")} if has_column("expected_value") else {}
    grouped = side.rows.order_by().values("currency")
    return list(
        grouped.annotate(
            n=Count("pk"),
            orders=Sum("order_count"),
            returns=Sum("return_count"),
            spent=Sum("spent_total"),
            order_value=Avg("average_order_value"),
            felt=Sum("sentiment_score"),
            felt_n=Count("sentiment_score"),
            **expected,
        )
    )


def _figures(rows: Sequence[dict[str, Any]], currency: str) -> dict[str, Any]:
    """What is told of one side; None where there is nothing to divide by."""
    whole = {name: sum(row[name] or 0 for row in rows) for name in SUMMED}
    mine = next((row for row in rows if row["currency"] == currency and currency), None)
    return {
        "orders": _ratio(whole["orders"], whole["n"]),
        "return_rate": _ratio(whole["returns"], whole["orders"]),
        "sentiment": _ratio(whole["felt"], whole["felt_n"]),
        "spent": _ratio(mine["spent"], mine["n"]) if mine else None,
        "order_value": mine["order_value"] if mine else None,
        "expected": mine.get("expected") if mine else None,
    }


SUMMED = ("n", "orders", "returns", "felt", "felt_n")


def _ratio(part: Any, whole: Any) -> Any:
    return part / whole if whole else None


def _lines(figures: Sequence[Mapping[str, Any]], currency: str) -> list[Line]:
    first, second = figures
    told = _told(currency)
    return [
        Line(label, tell(first[name]), tell(second[name]), _apart(first[name], second[name], tell))
        for name, (label, tell) in told.items()
    ]


def _told(currency: str) -> dict[str, tuple[str, Callable[[Any], str]]]:
    def as_money(value: Any) -> str:
        return money(None if value is None else round(Decimal(value), 2), currency)

    lines: dict[str, tuple[str, Callable[[Any], str]]] = {
        "spent": (_("Spent per customer"), as_money),
        "orders": (_("Orders per customer"), _as_number),
        "order_value": (_("Average order value"), as_money),
        "return_rate": (_("Returns per order"), percent_fine),
        "sentiment": (_("Mean sentiment"), signed),
    }
    if has_column("expected_value"):
        lines["expected"] = (_("Value expected in the next 90 days"), as_money)
    return lines


# number_format cuts off what it does not show, so figures are rounded before
def _as_number(value: float | None) -> str:
    return "–" if value is None else number_format(round(value, 2), 2, force_grouping=True)


def _points(share: float) -> str:
    """How far two shares are apart; "2 %" would be taken for a part of one of them."""
    points = number_format(round(100 * share, 1), 1)
    return _("%(n)s percentage points") % {"n": points}


def _apart(first: Any, second: Any, tell: Callable[[Any], str]) -> str:
    """The difference in the unit of the figures, with its sign."""
    if first is None or second is None:
        return "–"
    apart = first - second
    text = _points(abs(apart)) if tell is percent_fine else tell(abs(apart)).lstrip("+")
    return ("+" if apart > 0 else "−" if apart < 0 else "±") + text
