"""The orders that a question is about: the asker's own, and nobody else's."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from customers.asking.facts.patterns import Fact, Wish
from customers.models import Customer, Order, Ticket

MOST_LISTED = 5
DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Found:
    """The orders, newest first, at most `MOST_LISTED`; `more` says how many were left out.
    `unknown` is the number that is none of the asker's.
    """

    orders: tuple[Order, ...] = ()
    more: int = 0
    unknown: str = ""


def orders_for(wish: Wish, rows: QuerySet[Order], ticket: Ticket | None = None) -> Found:
    """The orders among `rows` (those of the asker) that the wish is about."""
    if wish.numbers:
        return _numbered(wish, rows)
    if ticket is not None and ticket.order_id and not wish.is_latest:
        rows = _of_kind(wish, rows, Q(pk=ticket.order_id), Q(returned_order=ticket.order_id))
        return _newest(rows)
    if wish.fact in (Fact.RETURN, Fact.REFUND):
        back = Q(kind=Order.Kind.RETURN)
        return _newest(rows.filter(back | Q(payment=Order.Payment.REFUNDED)), wish.is_latest)
    sales = rows.filter(kind=Order.Kind.SALE)
    if wish.fact in (Fact.WHERE, Fact.ARRIVAL) and not wish.is_latest:
        under_way = sales.filter(
            fulfilment__in=[Order.Fulfilment.UNFULFILLED, Order.Fulfilment.SHIPPED]
        ).exclude(status=Order.Status.CANCELLED)
        found = _newest(under_way)
        if found.orders:
            return found
    return _newest(sales, latest_alone=True)


def orders_of(customer: Customer) -> QuerySet[Order]:
    """The orders of a customer."""
    return Order.objects.filter(customer=customer)


def _numbered(wish: Wish, rows: QuerySet[Order]) -> Found:
    for number in wish.numbers:
        named = rows.filter(_called(number))
        if not named.exists():
            return Found(unknown=number)
    called = Q(pk__in=[])
    for number in wish.numbers:
        called |= _called(number)
    return _newest(_of_kind(wish, rows, called, Q(returned_order__in=rows.filter(called))))


def _of_kind(wish: Wish, rows: QuerySet[Order], sale: Q, its_returns: Q) -> QuerySet[Order]:
    """The sale; where its return is asked for, its returns, and the sale where it has none."""
    if wish.fact not in (Fact.RETURN, Fact.REFUND):
        return rows.filter(sale)
    returns = rows.filter(its_returns)
    return returns if returns.exists() else rows.filter(sale)


def _called(number: str) -> Q:
    """Orders of this number, whatever stands before and after its digits in the shop's own
    way of writing: 10001 is FK-10001.
    """
    found = DIGITS.search(number)
    digits = (found[0] if found else "").lstrip("0")
    same = Q(number__iexact=number.lstrip("#"))
    if number.isdigit() and digits:
        same |= Q(number__iregex=rf"^[^0-9]*0*{digits}$")
    return same


def _newest(rows: QuerySet[Order], latest_alone: bool = False) -> Found:
    wanted = rows.select_related("returned_order").order_by("-placed_at", "-id")
    if latest_alone:
        return Found(tuple(wanted[:1]))
    orders = tuple(wanted[: MOST_LISTED + 1])
    more = rows.count() - MOST_LISTED if len(orders) > MOST_LISTED else 0
    return Found(orders[:MOST_LISTED], more)
