"""Amounts in the shop's base currency, by its exchange rates.

Amounts of several currencies are added only when all of them are in the base currency
(`settings.BASE_CURRENCY`): by `in_base_currency` in the ORM, and in SQL by `RATE_SQL` and
`AMOUNT_SQL` of `customers.models.exchange_rate`. Without a rate there is no amount (null),
never one taken for another.
"""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import (
    Case,
    DateTimeField,
    DecimalField,
    ExpressionWrapper,
    F,
    OuterRef,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Round, TruncDate

from customers.models import ExchangeRate

AMOUNT = DecimalField(max_digits=20, decimal_places=4)
RATE = DecimalField(max_digits=20, decimal_places=10)


def in_base_currency(
    amount: str = "total", currency: str = "currency", at: str = "placed_at"
) -> Any:
    """An expression for annotate: the column `amount` of rows that have a `currency` and a
    time `at`, in the base currency at that day's rate, rounded to four decimals. Null where
    no rate leads there, or the shop has no base currency.
    """
    base = settings.BASE_CURRENCY
    if not base:
        return Value(None, output_field=AMOUNT)
    moment = ExpressionWrapper(OuterRef(at), output_field=DateTimeField())
    known = ExchangeRate.objects.filter(
        base_currency=base,
        currency=OuterRef(currency),
        valid_from_on__lte=TruncDate(moment, tzinfo=ZoneInfo(settings.TIME_ZONE)),
    )
    rate = Subquery(known.order_by("-valid_from_on").values("rate")[:1], output_field=RATE)
    return Case(
        When(**{currency: base}, then=F(amount)),
        default=Round(F(amount) * rate, precision=4),
        output_field=AMOUNT,
    )
