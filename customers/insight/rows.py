"""The addresses of the rows behind a figure or a mark: lists, narrowed to just these."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from customers.filters.parts import OWN
from customers.insight.scope import Scope
from customers.periods import Period


def address(name: str, **narrowed: Any) -> str:
    """The list called so, narrowed by its filters; what is None or "" is left out."""
    asked = {key: value for key, value in narrowed.items() if value not in (None, "")}
    return f"{reverse(name)}?{urlencode(asked)}" if asked else reverse(name)


def record(name: str, pk: int) -> str:
    """The page of one record."""
    return reverse(name, args=[pk])


def orders(scope: Scope, **narrowed: Any) -> str:
    """The orders that count in a scope: neither cancelled nor dated ahead."""
    source = scope.source if scope.source != "" else OWN
    return address(
        "orders",
        **_days("placed", scope.period),
        currency=scope.currency,
        source=source,
        counts="true",
        **narrowed,
    )


def sales(scope: Scope, **narrowed: Any) -> str:
    """The sales among them."""
    return orders(scope, kind="sale", **narrowed)


def returns(scope: Scope, **narrowed: Any) -> str:
    """The returns among them."""
    return orders(scope, kind="return", **narrowed)


def new_customers(scope: Scope) -> str:
    """Customers whose first order is of the period."""
    return address("customers", **_days("first_order", scope.period))


def tickets(period: Period, **narrowed: Any) -> str:
    """Tickets that were opened in the period."""
    return address("tickets", **_days("opened", period), **narrowed)


def solved(period: Period, **narrowed: Any) -> str:
    """Tickets that were solved in the period."""
    return address("tickets", **_days("solved", period), **narrowed)


def first_replies(period: Period, **narrowed: Any) -> str:
    """Tickets whose first reply went in the period."""
    return address("tickets", **_days("replied", period), **narrowed)


def rated(period: Period, **narrowed: Any) -> str:
    """Tickets that customers rated in the period."""
    return address("tickets", **_days("rated", period), **narrowed)


def messages(period: Period, **narrowed: Any) -> str:
    """Tickets with a message that a customer sent in the period."""
    return address("tickets", **_days("said", period), **narrowed)


def reviews(period: Period, **narrowed: Any) -> str:
    """Reviews that were written in the period."""
    return address("reviews", **_days("written", period), **narrowed)


def _days(column: str, period: Period) -> dict[str, str]:
    return {
        f"{column}_since": period.first.isoformat(),
        f"{column}_until": period.last.isoformat(),
    }
