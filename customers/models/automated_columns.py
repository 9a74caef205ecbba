"""The columns that a rule may set without a person, one for each task with an error budget.

A task's columns are named after it: of `intent` they are `intent`, `intent_set_by`,
`intent_set_at`, `intent_set_automatically` and `intent_detail`. What differs from task to
task stands in `AUTOMATED`, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from customers.models.customer import Customer
from customers.models.ticket import Ticket
from customers.signals import rows_updated


@dataclass(frozen=True, slots=True)
class AutomatedColumn:
    """A column of `model` that a rule may set. `undecided` is what stands there before
    anybody decides and after a label is taken back; `waiting` gives the rows that are worth
    labelling when a budget comes into force.
    """

    task: str
    model: type[Model]
    undecided: str | None
    waiting: Callable[[], QuerySet[Any]]

    @property
    def objects(self) -> QuerySet[Any]:
        """All its rows."""
        return self.model._default_manager.all()

    @property
    def row(self) -> str:
        """What its rows are called, in foreign keys and addresses: "ticket"."""
        return self.model._meta.model_name or ""

    @property
    def rows(self) -> str:
        """What its rows are called on pages: "tickets"."""
        return str(self.model._meta.verbose_name_plural)

    @property
    def written(self) -> tuple[str, ...]:
        """The columns that a label is written to."""
        names = ("", "_set_by", "_set_at", "_set_automatically")
        return tuple(f"{self.task}{name}" for name in names)

    @property
    def automatic(self) -> Q:
        """Rows that a rule labelled and nobody decided about since."""
        return Q(**{f"{self.task}_set_automatically": True})

    @property
    def left_to_models(self) -> Q:
        """Rows about which no person ever decided."""
        return self.automatic | Q(**{self.task: self.undecided, f"{self.task}_set_at": None})

    def decided_by_staff(self) -> QuerySet[Any]:
        """Rows for which a person chose a label, here."""
        chosen = self.objects.filter(**{f"{self.task}_set_at__isnull": False})
        return chosen.exclude(self.automatic).exclude(**{self.task: None})

    def set(self, pks: Iterable[int], label: str) -> None:
        """Label these rows, by nobody."""
        self._update(self.objects.filter(pk__in=pks), label, timezone.now(), automatic=True)

    def clear(self, pks: Iterable[int]) -> None:
        """Take back what a rule set on these rows; they are undecided again."""
        rows = self.objects.filter(self.automatic, pk__in=pks)
        self._update(rows, self.undecided, None, automatic=False)

    def names(self) -> dict[str, str]:
        """What each label is called, by its slug."""
        field: Any = self.model._meta.get_field(self.task)
        if field.is_relation:
            return {row.pk: str(row) for row in field.related_model.objects.all()}
        return {value: str(name) for value, name in field.flatchoices}

    def _update(self, rows: QuerySet[Any], label: Any, at: Any, *, automatic: bool) -> None:
        pks = list(rows.values_list("pk", flat=True))
        rows.update(**dict(zip(self.written, (label, None, at, automatic), strict=True)))
        rows_updated.send(sender=self.model, pks=pks)


AUTOMATED: Mapping[str, AutomatedColumn] = {
    column.task: column
    for column in (
        AutomatedColumn("intent", Ticket, None, Ticket.objects.open),
        AutomatedColumn("priority", Ticket, "normal", Ticket.objects.open),
        AutomatedColumn("segment", Customer, None, Customer.objects.all),
    )
}
TASKS_OF_ROW: Mapping[str, tuple[str, ...]] = {
    row: tuple(task for task, column in AUTOMATED.items() if column.row == row)
    for row in ("ticket", "customer")
}
