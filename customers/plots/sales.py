"""Sales over time, and what they are made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from customers.insight import rows as behind
from customers.insight.buckets import DAY, Grain, buckets_of, grain_of, shared_out
from customers.insight.scope import Scope, scope_of
from customers.insight.sums import Sales, sales_by, total
from customers.insight.units import Unit, shown
from customers.periods import Period
from customers.plots.asked import Asked
from customers.plots.over_time import (
    CATEGORY,
    WHOLE,
    bars,
    best,
    drawn,
    lines,
    marks_of_before,
    spans,
    x_axis,
    y_axis,
)
from customers.plots.specs import ACCENT, BAD, Plot


@dataclass(frozen=True, slots=True)
class Course:
    """The sums of each part of a period, beside those of the period before."""

    scope: Scope
    grain: Grain
    buckets: list[Period]
    now: list[Sales]
    before: list[Sales]

    @classmethod
    def asked(cls, asked: Asked) -> Course:
        """The course that the parameters of an address ask for."""
        scope = scope_of(asked.parameters)
        grain = grain_of(scope.period)
        buckets = buckets_of(scope.period, grain)
        sums = [
            _shares(within, buckets, shift)
            for within, shift in ((scope, 0), (scope.before(), scope.period.days))
        ]
        return cls(scope, grain, buckets, *sums)

    @property
    def x(self) -> dict[str, Any]:
        """The x axis."""
        return x_axis(self.buckets, self.grain)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was bought or sent back in the period."""
        sums = total(self.now)
        return not (sums.orders or sums.returns)

    def rows(
        self, measure: str, value: Callable[[Sales], Any], unit: Unit, url: Callable[..., str]
    ) -> list[dict[str, Any]]:
        """A row for each part, with the measure now and before; none in an empty period."""
        if self.is_empty:
            return []
        made = []
        for span, bucket, now, before in zip(
            spans(self.buckets, self.grain), self.buckets, self.now, self.before, strict=True
        ):
            values = as_number(value(now)), as_number(value(before))
            words = [shown(one, unit, self.scope.currency) for one in values]
            say = _("%(when)s: %(now)s; in the period before: %(before)s")
            made.append(
                {
                    **span,
                    measure: values[0],
                    "before": values[1],
                    "url": url(self.scope.within(bucket)),
                    "_say": say % {"when": span["when"], "now": words[0], "before": words[1]},
                }
            )
        return made

    def summary(self, sentence: str, value: Callable[[Sales], Any], unit: Unit) -> str:
        """The sentence, with the measure of the whole period as `now`, and beside it that of
        the period before, where there was anything.
        """
        now, before = value(total(self.now)), value(total(self.before))
        said = sentence % {"now": shown(now, unit, self.scope.currency)}
        can_compare = before and now is not None and self.scope.is_comparable
        beside = compared(now, before, unit, self.scope) if can_compare else ""
        return _("%(said)s%(beside)s.") % {"said": said, "beside": beside}


def compared(now: Any, before: Any, unit: Unit, scope: Scope) -> str:
    """The end of a sentence that compares a measure with the period before."""
    days = scope.period.days
    values = {"before": shown(before, unit, scope.currency), "days": days}
    change = float(now) / float(before) - 1
    values["change"] = shown(change, Unit.CHANGE)
    if round(abs(change), 3) == 0:
        return (
            ngettext(
                ", as much as in the day before",
                ", as much as in the %(days)s days before",
                days,
            )
            % values
        )
    more = ngettext(
        ", %(change)s more than in the day before (%(before)s)",
        ", %(change)s more than in the %(days)s days before (%(before)s)",
        days,
    )
    less = ngettext(
        ", %(change)s less than in the day before (%(before)s)",
        ", %(change)s less than in the %(days)s days before (%(before)s)",
        days,
    )
    return (more if change > 0 else less) % values


def revenue(asked: Asked) -> Plot:
    """Revenue in each part of the period, and in the period before."""
    course = Course.asked(asked)
    rows = course.rows("revenue", lambda sums: sums.revenue, Unit.MONEY, behind.sales)
    said = course.summary(_("Revenue was %(now)s"), lambda sums: sums.revenue, Unit.MONEY)
    peak = best(rows, lambda row: row["revenue"])
    title = _("revenue (%(currency)s)") % {"currency": course.scope.currency}
    return drawn(
        rows,
        _("Revenue over time"),
        summary=f"{said} {_peak(course, peak)}" if rows else "",
        columns={"when": _("When"), "revenue": title, "before": _("the period before")},
        **WHOLE,
        layer=[
            bars(y_axis("revenue", title), course.x, ACCENT),
            *marks_of_before(rows, course.x),
        ],
    )


def _peak(course: Course, row: dict[str, Any] | None) -> str:
    if row is None:
        return ""
    amount = shown(row["revenue"], Unit.MONEY, course.scope.currency)
    return _("The most was sold in: %(when)s (%(amount)s).") % {
        "when": row["when"],
        "amount": amount,
    }


def buyers(asked: Asked) -> Plot:
    """Orders of new customers, of those who had bought before, and of guests."""
    course = Course.asked(asked)
    kinds = _kinds_of_buyers()
    rows = [] if course.is_empty else _stacked(course, kinds)
    sums = total(course.now)
    new = sums.new_customers / sums.orders if sums.orders else None
    said = course.summary(_("There were %(now)s orders"), lambda one: one.orders, Unit.COUNT)
    share = _("%(share)s of them were the first of a customer.") % {"share": shown(new, Unit.SHARE)}
    colour = {
        "field": "buyers",
        "type": "nominal",
        "scale": {"domain": [name for name, _, _ in kinds], "range": list(CATEGORY[:3])},
        "legend": {"title": None, "orient": "top"},
    }
    y = y_axis("_top", _("orders"), "~s")
    layer = bars(y, course.x, ACCENT, color=colour)
    layer["encoding"]["y2"] = {"field": "_bottom"}
    layer["mark"] |= {"cornerRadiusTopLeft": 0, "cornerRadiusTopRight": 0}
    columns = {"when": _("When"), "buyers": _("Buyers"), "orders": _("orders")}
    return drawn(
        rows,
        _("Orders of new and returning customers"),
        summary=f"{said} {share}" if new is not None and rows else said if rows else "",
        columns=columns,
        layer=[layer],
    )


Kind = tuple[str, str, Callable[[Sales], int]]


def _kinds_of_buyers() -> list[Kind]:
    """What buyers are called, the filter of the order list, and how many orders are theirs."""
    return [
        (_("new customers"), "new", lambda sums: sums.new_customers),
        (_("returning customers"), "returning", lambda sums: sums.repeat_orders),
        (_("guests"), "guest", lambda sums: sums.guest_orders),
    ]


def _stacked(course: Course, kinds: Sequence[Kind]) -> list[dict[str, Any]]:
    rows = []
    for span, bucket, sums in zip(
        spans(course.buckets, course.grain), course.buckets, course.now, strict=True
    ):
        bottom = 0
        for name, buyer, count in kinds:
            if n := count(sums):
                say = f"{span['when']}, {name}: {shown(n, Unit.COUNT)}"
                url = behind.sales(course.scope.within(bucket), buyer=buyer)
                ends = {"_bottom": bottom, "_top": bottom + n}
                rows.append({**span, "buyers": name, "orders": n, **ends, "url": url, "_say": say})
                bottom += n
    return rows


def order_value(asked: Asked) -> Plot:
    """What an order brings in the mean."""
    course = Course.asked(asked)
    rows = course.rows("order_value", lambda sums: sums.order_value, Unit.MONEY, behind.sales)
    said = _("An order brought %(now)s in the mean")
    title = _("mean order (%(currency)s)") % {"currency": course.scope.currency}
    y = y_axis("order_value", title) | {"scale": {"zero": True}}
    return drawn(
        rows,
        _("Average order value over time"),
        summary=course.summary(said, lambda sums: sums.order_value, Unit.MONEY) if rows else "",
        columns={"when": _("When"), "order_value": title, "before": _("the period before")},
        layer=[*lines(y, course.x), *marks_of_before(rows, course.x)],
    )


def returned(asked: Asked) -> Plot:
    """The amount of returns in each part of the period."""
    course = Course.asked(asked)
    rows = course.rows("returned", lambda sums: sums.returned, Unit.MONEY, behind.returns)
    if not total(course.now).returns:
        rows = []
    said = course.summary(_("Goods for %(now)s came back"), lambda one: one.returned, Unit.MONEY)
    title = _("returned (%(currency)s)") % {"currency": course.scope.currency}
    return drawn(
        rows,
        _("Returned amount over time"),
        summary=said if rows else "",
        columns={"when": _("When"), "returned": title, "before": _("the period before")},
        layer=[
            bars(y_axis("returned", title), course.x, BAD),
            *marks_of_before(rows, course.x),
        ],
    )


def return_rate(asked: Asked) -> Plot:
    """The share of returns among all orders."""
    course = Course.asked(asked)
    rows = course.rows("return_rate", lambda sums: sums.return_rate, Unit.SHARE, behind.returns)
    rate = total(course.now).return_rate
    said = _("%(share)s of all orders were returns.") % {"share": shown(rate, Unit.SHARE)}
    title = _("returns among orders")
    y = y_axis("return_rate", title, "%") | {"scale": {"zero": True}}
    return drawn(
        rows,
        _("Return rate over time"),
        summary=said if rows else "",
        columns={"when": _("When"), "return_rate": title, "before": _("the period before")},
        layer=[*lines(y, course.x, BAD), *marks_of_before(rows, course.x)],
    )


def new_customers(asked: Asked) -> Plot:
    """How many customers bought for the first time in each part of the period."""
    course = Course.asked(asked)
    rows = course.rows(
        "new_customers", lambda sums: sums.new_customers, Unit.COUNT, behind.new_customers
    )
    said = course.summary(_("New customers: %(now)s"), lambda sums: sums.new_customers, Unit.COUNT)
    title = _("new customers")
    return drawn(
        rows,
        _("New customers over time"),
        summary=said if rows else "",
        columns={"when": _("When"), "new_customers": title, "before": _("the period before")},
        **WHOLE,
        layer=[
            bars(y_axis("new_customers", title), course.x, ACCENT),
            *marks_of_before(rows, course.x),
        ],
    )


def as_number(value: Any) -> int | float | None:
    """A sum as JSON knows numbers; amounts to the cent."""
    if value is None or isinstance(value, int):
        return value
    number = float(value)
    return round(number, 2) if abs(number) >= 1 else round(number, 4)


def _shares(scope: Scope, buckets: list[Period], shift: int) -> list[Sales]:
    """The sums of the parts, whose days lie `shift` days after those of the scope."""
    by_day = sales_by(scope, "day_on")
    parts = shared_out(by_day, lambda day: day + shift * DAY, buckets)
    return [total(by_day[day] for day in days) for days in parts]
