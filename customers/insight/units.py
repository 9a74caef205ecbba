"""How the values of figures are written for people, in the active language."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any

from django.utils.formats import date_format, number_format

from customers.models import Aspect, Intent, RfmClass
from customers.templatetags.desk_time import minutes
from customers.templatetags.records import SYMBOLS

LARGE = 1000  # from here on cents are noise


class Unit(StrEnum):
    """What a value counts."""

    COUNT = "count"
    MONEY = "money"
    SHARE = "share"  # 0 to 1, shown as percent
    CHANGE = "change"  # 0.12 and -0.12 are both shown as 12%: the sentence says which way
    SCORE = "score"  # -1 to 1
    DAY = "day"
    MONTH = "month"
    NAME = "name"
    RFM = "rfm"  # an RFM class
    MINUTES = "minutes"  # a length of time
    TOPIC = "topic"  # the slug of an intent or an aspect


def shown(value: Any, unit: Unit, currency: str = "") -> str:
    """The value as people read it; a dash where there is none."""
    return "–" if value is None else _SHOWN[unit](value, currency)


def money(amount: Any, currency: str) -> str:
    """An amount with its currency; cents only below a thousand."""
    value = Decimal(str(amount))
    places = 0 if abs(value) >= LARGE or value == value.to_integral_value() else 2
    digits = grouped(abs(value), places)
    sign, symbol = ("−" if value < 0 else ""), SYMBOLS.get(currency)
    return f"{sign}{symbol}{digits}" if symbol else f"{sign}{digits} {currency}".strip()


def grouped(value: Any, places: int) -> str:
    """A number rounded to so many decimals, which Django's format would only cut off."""
    rounded = Decimal(str(value)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return number_format(rounded, places, force_grouping=True)


def _percent(share: float) -> str:
    places = 0 if abs(share) >= 0.1 or share == 0 else 1
    return grouped(abs(share) * 100, places) + "%"


def _as_day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


def _topic(slug: str, _currency: str) -> str:
    """What the taxonomies call it, in the active language."""
    for model in (Intent, Aspect):
        if (taxon := model.objects.filter(pk=slug).first()) is not None:
            return str(taxon)
    return slug


_SHOWN = {
    Unit.COUNT: lambda value, _: grouped(int(value), 0),
    Unit.MONEY: money,
    Unit.SHARE: lambda value, _: _percent(float(value)),
    Unit.CHANGE: lambda value, _: _percent(float(value)),
    Unit.SCORE: lambda value, _: f"{float(value):+.2f}".replace("-", "−"),
    Unit.DAY: lambda value, _: date_format(_as_day(value), "DATE_FORMAT"),
    Unit.MONTH: lambda value, _: date_format(_as_day(value), "YEAR_MONTH_FORMAT"),
    Unit.NAME: lambda value, _: str(value),
    Unit.RFM: lambda value, _: str(RfmClass(value).label),
    Unit.MINUTES: lambda value, _: minutes(float(value)),
    Unit.TOPIC: _topic,
}
