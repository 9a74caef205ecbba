"""How long askers wait."""

from __future__ import annotations

from typing import Any

from django.db.models import Aggregate, FloatField, QuerySet

from customers.models import Question


class Percentile(Aggregate):
    """The value below which a share of the rows lies (PostgreSQL's percentile_cont)."""

    function = "percentile_cont"
    output_field = FloatField()
    template = "%(function)s(%(share)s) WITHIN GROUP (ORDER BY %(expressions)s)"

    def __init__(self, expression: str, share: float) -> None:
        super().__init__(expression, share=float(share))


def latency_percentiles(rows: QuerySet[Question]) -> dict[str, Any]:
    """Median and 95th percentile of the time from question to answer, in milliseconds; None
    without answers.
    """
    return rows.filter(latency_ms__isnull=False).aggregate(
        median_ms=Percentile("latency_ms", 0.5), p95_ms=Percentile("latency_ms", 0.95)
    )
