"""What a page of insight looks at: a period, one currency, and one source or all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.db.models import Sum
from django.utils import timezone
from django.utils.functional import cached_property

from customers.filters.parts import OWN
from customers.models import DailySales
from customers.periods import Period, asked_period


@dataclass(frozen=True, slots=True)
class Scope:
    """A period, and the currency (ISO 4217; empty in an empty shop) of all amounts in it.

    `source` None means all of them; "" the records that were made here.
    """

    period: Period
    currency: str
    source: str | None = None

    def before(self) -> Scope:
        """The same, in the period of the same length before."""
        return replace(self, period=self.period.before())

    def within(self, period: Period) -> Scope:
        """The same, in another period, such as one month of it."""
        return replace(self, period=period)

    @property
    def parameters(self) -> dict[str, Any]:
        """The parameters of stored queries, ready for JSON."""
        return {
            "first": self.period.first.isoformat(),
            "last": self.period.last.isoformat(),
            "currency": self.currency,
            "source": self.source,
        }

    @property
    def is_comparable(self) -> bool:
        """Whether the shop sold already when the period before began, give or take a tenth of
        it: beside weeks in which there was no shop, everything would have risen.
        """
        began = DailySales.objects.order_by("day_on").values_list("day_on", flat=True).first()
        slack = timedelta(days=max(6, self.period.days // 10))
        return began is not None and began <= self.period.before().first + slack

    @classmethod
    def of(cls, parameters: Mapping[str, Any]) -> Scope:
        """The scope whose `parameters` these are; others among them are passed over."""
        first, last = (date.fromisoformat(parameters[name]) for name in ("first", "last"))
        return cls(Period(first, last), parameters["currency"], parameters["source"])

    @property
    def query(self) -> dict[str, str]:
        """The parameters of an address that lead to the same scope again."""
        source = {} if self.source is None else {"source": self.source or OWN}
        return {**self.period.query, "currency": self.currency, **source}


class Shop:
    """The currencies and sources that a shop has sold in, those of most orders first."""

    @cached_property
    def _sold(self) -> list[tuple[str, str, int]]:
        rows = DailySales.objects.filter(day_on__lte=timezone.localdate())
        counted = rows.values_list("currency", "source").annotate(n=Sum("orders") + Sum("returns"))
        return list(counted.order_by("-n", "currency", "source"))

    @cached_property
    def currencies(self) -> list[str]:
        """Each currency once."""
        return _by_orders((currency, n) for currency, _, n in self._sold)

    @cached_property
    def sources(self) -> list[str]:
        """Each source once."""
        return _by_orders((source, n) for _, source, n in self._sold)


def scope_of(parameters: Mapping[str, str], shop: Shop | None = None) -> Scope:
    """The scope that an address asks for; what is not known there is the shop's main one.

    Days that are still to come are left out: what is dated ahead counts on its day.
    """
    shop = shop or Shop()
    asked = parameters.get("currency", "").upper()
    currency = asked if asked in shop.currencies else next(iter(shop.currencies), "")
    wanted = parameters.get("source", "")
    source = "" if wanted == OWN else wanted
    known = wanted and source in shop.sources
    return Scope(until_today(asked_period(parameters)), currency, source if known else None)


def until_today(period: Period) -> Period:
    """The period without the days that are still to come; today where all of them are."""
    today = timezone.localdate()
    return Period(min(period.first, today), min(period.last, today))


def _by_orders(counted: Any) -> list[str]:
    totals: dict[str, int] = {}
    for name, n in counted:
        totals[name] = totals.get(name, 0) + n
    return sorted(totals, key=lambda name: -totals[name])
