"""What of a period is worth saying: clear changes before mere levels, large before small.

A change is said when it is not the noise of few orders: it must lie `CLEAR` standard errors
from nothing, and one that was picked out of many (of thousands of products, dozens of
countries) `PICKED`, since among many the largest is always large.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.core.cache import cache

from customers.insight.buckets import Grain, buckets_of, grain_of, shared_out
from customers.insight.desk import worth_telling
from customers.insight.figures import asked
from customers.insight.queries import Runner
from customers.insight.rows import address
from customers.insight.scope import Scope, Shop
from customers.insight.sentences import Statement, most_important
from customers.insight.sums import compared, sales_by, sales_of, total, voices
from customers.models import Customer, DailyVoice

CLEAR, PICKED = 2.6, 4.0  # standard errors: 1 in 100 by chance, and 1 in 16,000
LEAST_CHANGE = 0.03  # less is not worth a sentence, however sure it is
PICK_SECONDS = 600
MOST_PICKED = 40
MOST_ALIKE = 2  # sentences of one kind, such as intents that rose
HEADLINE = 100.0


def about_sales(scope: Scope, runner: Runner) -> Iterator[Statement]:
    """Revenue, orders and what they are made of."""
    row = _sales(scope, runner)
    yield from _headline(scope, runner, row)
    if row["orders"]:
        yield from _changes(scope, runner, row, {"orders": 0.6, "order_value": 0.7})
        yield from _best_part(scope, runner)
        yield from _countries(scope, runner)
    if row["orders_before"]:
        yield from _products(scope, runner)
    yield from _returns(scope, runner, row)


def about_customers(scope: Scope, runner: Runner) -> Iterator[Statement]:
    """Who bought, and how spending is spread over customers."""
    row = _sales(scope, runner)
    yield from _changes(scope, runner, row, {"new_customers": 0.8})
    if row["new_share"] is not None:
        figures = asked(runner, "sales", scope.parameters, "new_share")
        yield Statement("new_share", figures, 0.05)
    spending = runner.row("spending", scope.parameters)
    if spending["customers"] is not None and spending["customers"] < 0.5:
        figures = asked(runner, "spending", scope.parameters, "customers", "spent")
        yield Statement("concentration", figures, 0.5)
    best = Customer.objects.filter(currency=scope.currency, spent_total__gt=0)
    pk = best.order_by("-spent_total", "-id").values_list("pk", flat=True).first()
    if pk is not None:
        parameters = {**scope.parameters, "customer": pk}
        if runner.row("customer", parameters)["name"]:
            yield Statement(
                "top_customer", asked(runner, "customer", parameters, "name", "spent"), 0.1
            )


def about_voice(scope: Scope, runner: Runner) -> Iterator[Statement]:
    """What customers wrote, about what, and how it sounds."""
    for kind in (DailyVoice.Kind.MESSAGES, DailyVoice.Kind.REVIEWS):
        yield from _sound(scope, runner, kind)
    yield from _volume(scope, runner, DailyVoice.Kind.TICKETS, None, "tickets", CLEAR, 0.8)
    for kind in (
        DailyVoice.Kind.TICKETS,
        DailyVoice.Kind.REVIEW_ASPECTS,
        DailyVoice.Kind.MESSAGE_ASPECTS,
    ):
        yield from _topics(scope, runner, kind)


def about_desk(scope: Scope, runner: Runner) -> Iterator[Statement]:
    """What came in, how quickly it was answered, and what customers say of that."""
    row = runner.row("desk", scope.parameters)
    for key, columns, weight in worth_telling(row):
        yield Statement(key, asked(runner, "desk", scope.parameters, *columns), weight)


def about_other_currencies(scope: Scope, runner: Runner) -> Iterator[Statement]:
    """What was sold in other currencies, which no sum above contains."""
    for currency in Shop().currencies:
        parameters = {**scope.parameters, "currency": currency}
        if currency != scope.currency and runner.row("sales", parameters)["orders"]:
            figures = asked(runner, "sales", parameters, "orders", "revenue")
            yield Statement("also_in", figures, 0.3)


def _sales(scope: Scope, runner: Runner) -> dict[str, Any]:
    """The sums of the scope; where the shop is younger than the period before, nothing is
    known of that.
    """
    row = runner.row("sales", scope.parameters)
    if scope.is_comparable:
        return row
    unknown = [name for name in row if name.endswith(("_before", "_change", "_z"))]
    return row | dict.fromkeys(unknown)


def _headline(scope: Scope, runner: Runner, row: dict[str, Any]) -> Iterator[Statement]:
    if not row["orders"]:
        if row["returns"]:
            figures = asked(runner, "sales", scope.parameters, "returns", "returned")
            yield Statement("only_returns", figures, HEADLINE)
        return
    if not row["orders_before"] or not float(row["revenue_before"]):
        figures = asked(runner, "sales", scope.parameters, "revenue", "orders")
        yield Statement("revenue_alone", figures, HEADLINE)
        return
    columns = ("revenue", "revenue_before", "days")
    if not _is_clear(row["revenue_z"], row["revenue_change"]):
        yield Statement(
            "revenue_steady", asked(runner, "sales", scope.parameters, *columns), HEADLINE
        )
        return
    figures = asked(runner, "sales", scope.parameters, *columns, "revenue_change")
    yield Statement(_way("revenue", row["revenue_change"]), figures, HEADLINE)


def _changes(
    scope: Scope, runner: Runner, row: dict[str, Any], importance: dict[str, float]
) -> Iterator[Statement]:
    for column, weight in importance.items():
        change = row[f"{column}_change"]
        if _is_clear(row[f"{column}_z"], change):
            names = [
                column,
                f"{column}_change",
                *([f"{column}_before"] * (column == "order_value")),
            ]
            figures = asked(runner, "sales", scope.parameters, *names)
            yield Statement(_way(column, change), figures, weight * _size(change))


def _best_part(scope: Scope, runner: Runner) -> Iterator[Statement]:
    """The best month of many, or the best day of a few weeks, where it stands out."""
    grain = Grain.MONTH if grain_of(scope.period) is Grain.MONTH else Grain.DAY
    by_day = sales_by(scope, "day_on")
    parts = buckets_of(scope.period, grain)
    if len(parts) < 3:
        return
    sums = [total(by_day[day] for day in days) for days in shared_out(by_day, _same, parts)]
    best = max(range(len(parts)), key=lambda number: sums[number].revenue)
    mean = float(sum(one.revenue for one in sums)) / len(sums)
    above = float(sums[best].revenue) / mean - 1 if mean else 0
    if above > 0.3 and sums[best].orders >= 5:
        name = "month" if grain is Grain.MONTH else "day"
        parameters = scope.within(parts[best]).parameters
        yield Statement(
            f"best_{name}", asked(runner, "part", parameters, name, "revenue"), 0.4 * _size(above)
        )


def _same(day: Any) -> Any:
    return day


def _countries(scope: Scope, runner: Runner) -> Iterator[Statement]:
    """The country whose revenue moved most, if that is no noise, and one that leads all."""
    now = sales_by(scope, "country")
    before = sales_by(scope.before(), "country") if scope.is_comparable else {}
    known = [country for country in now if country]
    if len(known) < 2:
        return
    moves = {
        country: abs(now[country].revenue - before[country].revenue)
        for country in known
        if country in before and _is_far(now[country].orders, before[country].orders)
    }
    if moves:
        parameters = {**scope.parameters, "country": max(moves, key=lambda c: (moves[c], c))}
        row = runner.row("country", parameters)
        if _is_clear(row["z"], row["change"], PICKED) and (row["share"] or 0) > 0.02:
            figures = asked(runner, "country", parameters, "name", "change", "revenue")
            weight = 0.6 * _size(row["change"]) * min(1.0, 3 * row["share"])
            yield Statement(_way("country", row["change"]), figures, weight)
    leader = max(known, key=lambda country: (now[country].revenue, country))
    if now[leader].revenue > total(now.values()).revenue / 2:
        parameters = {**scope.parameters, "country": leader}
        yield Statement("country_leads", asked(runner, "country", parameters, "share", "name"), 0.1)


def _is_far(now: int, before: int, needed: float = PICKED) -> bool:
    """Whether two numbers of orders differ by more than chance makes of the same rate."""
    return abs(now - before) >= needed * (now + before) ** 0.5 > 0


def _products(scope: Scope, runner: Runner) -> Iterator[Statement]:
    """The product that rose most, the one that fell most, and the best of the new ones."""
    for way, pk in moved_products(scope).items():
        parameters = {**scope.parameters, "product": pk}
        if runner.row("product", parameters)["name"]:
            is_new = way == "product_new"
            columns = ("name", "revenue") if is_new else ("name", "revenue", "revenue_before")
            figures = asked(runner, "product", parameters, *columns)
            yield Statement(way, figures, 0.35 if is_new else 0.45)


def moved_products(scope: Scope) -> dict[str, int]:
    """Products whose orders and revenue moved together, clearly and most, by the way they
    went. Kept for ten minutes: this only chooses, and what is said of them is asked anew.
    """
    name = f"insight:moved:{address('home', **scope.parameters)}"
    picked: dict[str, int] | None = cache.get(name)
    if picked is None:
        picked = _moved_products(scope)
        cache.set(name, picked, PICK_SECONDS)
    return picked


def _moved_products(scope: Scope) -> dict[str, int]:
    sums = compared(scope)
    if not any(one.orders_before for one in sums):
        return {}
    picked: dict[str, int] = {}
    for one in sorted(sums, key=lambda one: -abs(one.change)):
        far = _is_far(one.orders, one.orders_before)
        if far and one.change * (one.orders - one.orders_before) > 0:
            picked.setdefault(
                _way("product", one.change) if one.orders_before else "product_new", one.key
            )
    return picked


def _returns(scope: Scope, runner: Runner, row: dict[str, Any]) -> Iterator[Statement]:
    change, rate = row["return_rate_change"], row["return_rate"]
    if change is not None and _is_clear(row["return_rate_z"], change / (rate or 1)):
        figures = asked(runner, "sales", scope.parameters, "return_rate", "return_rate_before")
        yield Statement(_way("return_rate", change), figures, 8 * abs(change) + 0.2)
    if not row["returns"]:
        return
    day = sales_of(scope).order_by("-largest_return", "day_on").values_list("day_on", flat=True)[0]
    parameters = {
        **scope.parameters,
        "first": day.isoformat(),
        "last": day.isoformat(),
        "of_first": scope.parameters["first"],
        "of_last": scope.parameters["last"],
    }
    share = runner.row("largest_return", parameters)["share"]
    if row["returns"] > 3 and share and share > 0.1:
        figures = asked(runner, "largest_return", parameters, "day", "amount", "share")
        yield Statement("largest_return", figures, 0.3 + share)


def _sound(scope: Scope, runner: Runner, kind: str) -> Iterator[Statement]:
    parameters = {**scope.parameters, "kind": str(kind), "topic": None}
    row = runner.row("voice", parameters)
    if not row["texts"] or row["score"] is None:
        return
    columns = ("texts", "score", "score_before")
    if _is_other(row, CLEAR):
        change = row["score"] - row["score_before"]
        way = "better" if change > 0 else "worse"
        yield Statement(
            f"{kind}_{way}", asked(runner, "voice", parameters, *columns), 0.5 + abs(change)
        )
    else:
        figures = asked(runner, "voice", parameters, "texts", "score", "negative")
        yield Statement(f"{kind}_level", figures, 0.3)


def _volume(
    scope: Scope, runner: Runner, kind: str, topic: str | None, key: str, needed: float, by: float
) -> Iterator[Statement]:
    parameters = {**scope.parameters, "kind": str(kind), "topic": topic}
    row = runner.row("voice", parameters)
    if _is_clear(row["z"], row["change"], needed):
        columns = ("texts", "change") if topic is None else ("topic", "texts_before", "texts")
        figures = asked(runner, "voice", parameters, *columns)
        yield Statement(_way(key, row["change"]), figures, by * _size(row["change"]))


def _topics(scope: Scope, runner: Runner, kind: str) -> Iterator[Statement]:
    """The intents whose number moved, or the aspects whose sound did."""
    seen = {topic for _, _, topic, _ in voices(scope.period, [kind]) if topic}
    moved = [
        statement
        for topic in sorted(seen)[:MOST_PICKED]
        for statement in _topic(scope, runner, kind, topic)
    ]
    yield from most_important(moved, MOST_ALIKE)


def _topic(scope: Scope, runner: Runner, kind: str, topic: str) -> Iterator[Statement]:
    if kind == DailyVoice.Kind.TICKETS:
        yield from _volume(scope, runner, kind, topic, "intent", PICKED, 0.5)
        return
    parameters = {**scope.parameters, "kind": str(kind), "topic": topic}
    row = runner.row("voice", parameters)
    if _is_other(row, PICKED):
        change = row["score"] - row["score_before"]
        way = "better" if change > 0 else "worse"
        figures = asked(runner, "voice", parameters, "topic", "score", "score_before")
        yield Statement(f"{kind.removesuffix('s')}_{way}", figures, 0.4 + abs(change))


def _is_other(row: dict[str, Any], needed: float) -> bool:
    """Whether texts clearly sound otherwise than before: by a tenth of the scale's half."""
    if row["score_z"] is None or abs(row["score_z"]) < needed:
        return False
    return abs(row["score"] - row["score_before"]) >= 0.05


def _is_clear(z: float | None, change: float | None, needed: float = CLEAR) -> bool:
    return z is not None and change is not None and abs(z) >= needed and abs(change) >= LEAST_CHANGE


def _size(change: float) -> float:
    """How much a change matters: a doubling and everything above it counts as 1."""
    return min(1.0, abs(change))


def _way(noun: str, change: float | Decimal) -> str:
    return f"{noun}_{'rose' if change > 0 else 'fell'}"
