"""How far the models are with each kind of row: what the live panel shows."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection
from django.utils.functional import Promise

from customers.models import Analysable, Customer, Message, Passage, Product, Review

READ_MODELS: tuple[type[Analysable], ...] = (Product, Message, Review, Passage, Customer)

EXACT_UP_TO = 20_000  # above, PostgreSQL's own estimate of the table is near enough


@dataclass(frozen=True, slots=True)
class Progress:
    """Rows of one kind: how many wait, were set aside, and exist in all."""

    kind: str
    label: str | Promise
    pending: int
    failed: int
    total: int

    @property
    def percent(self) -> int:
        """The share that is done, rounded down, so that 100 means all."""
        return 100 * (self.total - self.pending) // self.total if self.total else 100


def analysis_progress() -> list[Progress]:
    """The progress of every kind, in the order in which they are read."""
    return [
        Progress(
            kind=model._meta.model_name or "",
            label=model._meta.verbose_name_plural or "",
            pending=model.objects.pending().count(),
            failed=model.objects.failed().count(),
            total=_rows_read(model),
        )
        for model in READ_MODELS
    ]


def _rows_read(model: type[Analysable]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass",
            [model._meta.db_table],
        )
        estimate = cursor.fetchone()[0]
    if estimate > EXACT_UP_TO:
        return estimate
    return model.objects.filter(model.ANALYSED_WHEN).count()
