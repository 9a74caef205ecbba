"""What served lists did to orders, from what was logged and what came in since."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.conf import settings
from django.db import connection
from django.utils import timezone

from customers.models import RecommendationLift, RecommendationShown
from intelligence.engines.lift import (
    Effect,
    Trial,
    effect_of,
    more_needed,
    plain_difference,
)

# A customer counts from the first list that was served, whatever came later: who is counted,
# and in which group, must not depend on what the list did. Orders of the days after it are
# the outcome; what was known before it explains some of that.
TRIAL_SQL = """
WITH first AS (
    SELECT DISTINCT ON (s.customer_id) s.customer_id, s.arm, s.propensity, s.shown_at
    FROM customers_recommendationshown s ORDER BY s.customer_id, s.shown_at, s.id
),
counted AS (
    SELECT * FROM first WHERE shown_at < %(until)s AND propensity > 0 AND propensity < 1
)
SELECT c.arm = 'model', c.propensity,
    coalesce(sum(1) FILTER (WHERE o.kind = 'sale' AND o.placed_at > c.shown_at), 0),
    coalesce(sum(o.total) FILTER (
        WHERE o.placed_at > c.shown_at AND o.currency = %(currency)s), 0)::float8,
    coalesce(sum(1) FILTER (WHERE o.kind = 'sale' AND o.placed_at <= c.shown_at), 0),
    coalesce(sum(1) FILTER (WHERE o.kind = 'sale' AND o.placed_at <= c.shown_at
        AND o.placed_at > c.shown_at - interval '90 days'), 0),
    coalesce(sum(o.total) FILTER (
        WHERE o.placed_at <= c.shown_at AND o.currency = %(currency)s), 0)::float8,
    extract(epoch FROM c.shown_at - max(o.placed_at) FILTER (
        WHERE o.kind = 'sale' AND o.placed_at <= c.shown_at))::float8 / 86400
FROM counted c
LEFT JOIN customers_order o ON o.customer_id = c.customer_id AND o.status <> 'cancelled'
    AND o.placed_at <= least(now(), c.shown_at + %(days)s * interval '1 day')
GROUP BY c.customer_id, c.arm, c.propensity, c.shown_at
ORDER BY c.customer_id
"""
CURRENCY_SQL = """
SELECT o.currency FROM customers_order o
WHERE o.customer_id IN (SELECT customer_id FROM customers_recommendationshown)
GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1
"""
LONGEST_SILENCE_DAYS = 730.0


def measure_lift(now: datetime | None = None) -> RecommendationLift | None:
    """The effect as of now, stored as a row; a measurement of the same day is replaced.
    None while no list was ever served.
    """
    now = now or timezone.now()
    if not RecommendationShown.objects.exists():
        return None
    measured = _measured(now)
    today = RecommendationLift.objects.filter(measured_at__date=timezone.localdate(now))
    today.delete()
    measured.save()
    return measured


def _measured(now: datetime) -> RecommendationLift:
    days, currency = settings.RECOMMENDATION_OUTCOME_DAYS, _currency()
    rows = _rows(now - timedelta(days=days), days, currency)
    lift = RecommendationLift(
        measured_at=now,
        outcome_days=days,
        detectable=settings.RECOMMENDATION_LIFT_WORTH_TELLING,
        customers=int(rows[:, 0].sum()),
        holdout_customers=int((rows[:, 0] == 0).sum()),
        orders=int(rows[:, 2].sum()),
        currency=currency,
    )
    orders, revenue = _trial(rows, outcome=2), _trial(rows, outcome=3)
    _set_means(lift, orders)
    _set(lift, "orders", effect_of(orders))
    _set(lift, "naive", plain_difference(orders))
    _set(lift, "revenue", effect_of(revenue))
    effect = effect_of(orders)
    if effect is not None and lift.holdout_mean:
        worth = lift.detectable * lift.holdout_mean
        lift.orders_needed = more_needed(lift.orders, effect.error, worth)
    return lift


def _currency() -> str:
    """The one that most orders of the customers with a list are in: others are not added."""
    with connection.cursor() as cursor:
        cursor.execute(CURRENCY_SQL)
        found = cursor.fetchone()
    return found[0] if found else ""


def _rows(until: datetime, days: int, currency: str) -> np.ndarray:
    with connection.cursor() as cursor:
        cursor.execute(TRIAL_SQL, {"until": until, "days": days, "currency": currency})
        rows = cursor.fetchall()
    silent = [LONGEST_SILENCE_DAYS if value is None else value for value in _last(rows)]
    table = [[*map(float, row[:-1]), silence] for row, silence in zip(rows, silent, strict=True)]
    return np.array(table, np.float64).reshape(-1, 8)


def _last(rows: list[tuple[Any, ...]]) -> list[float | None]:
    return [row[-1] for row in rows]


def _trial(rows: np.ndarray, outcome: int) -> Trial:
    """`propensity` was logged of the group that each customer is in."""
    treated = rows[:, 0] == 1
    propensity = np.where(treated, rows[:, 1], 1 - rows[:, 1])
    before, lately, spent, silence = rows[:, 4:8].T
    features = np.column_stack(
        [np.log1p(before), np.log1p(lately), np.log1p(np.maximum(spent, 0)), silence, propensity]
    )
    return Trial(treated, propensity, rows[:, outcome], features)


def _set_means(lift: RecommendationLift, trial: Trial) -> None:
    for name, group in (("model_mean", trial.treated), ("holdout_mean", ~trial.treated)):
        if group.any():
            setattr(lift, name, float(trial.outcome[group].mean()))


def _set(lift: RecommendationLift, name: str, effect: Effect | None) -> None:
    if effect is not None:
        setattr(lift, f"{name}_effect", effect.mean)
        setattr(lift, f"{name}_low", effect.low)
        setattr(lift, f"{name}_high", effect.high)
