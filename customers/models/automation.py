"""Automatic labels: each one that was set without a person, with what became of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.db import models, transaction
from django.db.models import Case, Count, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.journal.recording import recorded
from customers.models.automated_columns import AUTOMATED, TASKS_OF_ROW, AutomatedColumn
from customers.models.base import Reached, RecordQuerySet
from customers.models.correction import of_one_row
from customers.models.error_budget import ErrorBudget
from customers.models.journal import JournalEntry

if TYPE_CHECKING:
    from customers.models.user import User


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a model says about one row; `label` is None where that is outside the budget."""

    row_id: int
    label: str | None
    probability: float
    threshold: float
    model_version: str


class AutomaticLabelQuerySet(RecordQuerySet):
    """Many automatic labels at once. Whoever changes them locks the labelled rows first."""

    def of(self, task: str) -> Self:
        """The labels of one task."""
        return self.filter(task=task)

    def standing(self) -> Self:
        """Labels that nobody has confirmed, corrected, undone or replaced."""
        return self.filter(outcome=AutomaticLabel.Outcome.STANDING)

    def put(self, task: str, proposals: Sequence[Proposal]) -> int:
        """Carry these proposals out on locked rows; returns how many labels are new.

        A person's decision stays. A label that staff undid or corrected never comes back
        from the same model version. An automatic label gives way to another, or to none.
        """
        column = AUTOMATED[task]
        by_row = {proposal.row_id: proposal for proposal in proposals}
        labels: Any = self.of(task).filter(**{f"{column.row}__in": by_row})
        refused = {(label.row_id, label.model_version) for label in labels.refused()}
        present: dict[int, AutomaticLabel] = {label.row_id: label for label in labels.standing()}
        new: list[AutomaticLabel] = []
        gone: list[AutomaticLabel] = []
        left = column.objects.filter(column.left_to_models, pk__in=by_row)
        for pk in left.values_list("pk", flat=True):
            proposal = by_row[pk]
            label = None if (pk, proposal.model_version) in refused else proposal.label
            old = present.get(pk)
            if old and (old.label, old.model_version) == (label, proposal.model_version):
                continue
            gone += [old] if old else []
            new += [_label(column, proposal, label)] if label else []
        self._withdraw(column, gone)
        self._write(column, new)
        return len(new)

    def settle(self, task: str, label: str, *, by: User) -> None:
        """What staff decided about the rows of these labels confirms or corrects them; an
        empty `label` takes the decision back.
        """
        outcomes = AutomaticLabel.Outcome
        outcome: Any = Value(outcomes.UNDONE)
        if label:
            right = When(label=label, then=Value(outcomes.CONFIRMED))
            outcome = Case(right, default=Value(outcomes.CORRECTED))
        standing = self.of(task).standing()
        standing.update(outcome=outcome, settled_by=by, settled_at=timezone.now())

    def undo(self, *, by: User) -> int:
        """Take back those that stand; their rows are undecided again. Returns how many.

        Each task has a transaction of its own: rows are locked in the order of their keys,
        and two tasks may be about the same rows.
        """
        return sum(self.of(task)._undo(column, by) for task, column in AUTOMATED.items())

    def follow(self, model: type[models.Model], pks: Iterable[int], *, by: User | None) -> None:
        """The journal put these rows back: labels that no longer stand on them are undone."""
        for column in AUTOMATED.values():
            if column.model is model:
                gone = column.objects.filter(pk__in=list(pks)).exclude(column.automatic)
                self.of(column.task).standing().filter(**{f"{column.row}__in": gone}).update(
                    outcome=AutomaticLabel.Outcome.UNDONE,
                    settled_by=by,
                    settled_at=timezone.now(),
                )

    def refused(self) -> Self:
        """Labels that staff did not want."""
        outcomes = AutomaticLabel.Outcome
        return self.filter(outcome__in=(outcomes.UNDONE, outcomes.CORRECTED))

    def seen(self) -> dict[str, int]:
        """How many of these staff looked at (`looked_at`), and how many of them they
        `corrected`: the realised error is the share of these in those.
        """
        outcomes = AutomaticLabel.Outcome
        corrected = Q(outcome=outcomes.CORRECTED)
        looked_at = corrected | Q(outcome=outcomes.CONFIRMED)
        return self.aggregate(
            looked_at=Count("pk", filter=looked_at), corrected=Count("pk", filter=corrected)
        )

    @transaction.atomic
    def _undo(self, column: AutomatedColumn, by: User) -> int:
        labelled = column.objects.filter(pk__in=self.standing().values(column.row))
        pks = list(
            labelled.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True)
        )
        column.clear(pks)
        labels = AutomaticLabel.objects.of(column.task).standing()
        undone = AutomaticLabel.Outcome.UNDONE
        return labels.filter(**{f"{column.row}__in": pks}).update(
            outcome=undone, settled_by=by, settled_at=timezone.now()
        )

    def _withdraw(self, column: AutomatedColumn, gone: Sequence[AutomaticLabel]) -> None:
        if not gone:
            return
        column.clear([label.row_id for label in gone])
        withdrawn = {"outcome": AutomaticLabel.Outcome.WITHDRAWN, "settled_at": timezone.now()}
        self.filter(pk__in=[label.pk for label in gone]).update(**withdrawn)

    def _write(self, column: AutomatedColumn, new: Iterable[AutomaticLabel]) -> None:
        rows = defaultdict(list)
        for label in new:
            rows[label.label].append(label.row_id)
        labelled = column.objects.filter(pk__in=[label.row_id for label in new])
        kind, task = JournalEntry.Kind.LABELLED, str(ErrorBudget.Task(column.task).label)
        with recorded(kind, by=None, note=task) as journal:
            with journal.watching(labelled, *column.written):
                for slug, pks in rows.items():
                    column.set(pks, slug)
            AutomaticLabel.objects.bulk_create(new)


def _label(column: AutomatedColumn, proposal: Proposal, label: str) -> AutomaticLabel:
    return AutomaticLabel(
        task=column.task,
        label=label,
        probability=proposal.probability,
        threshold=proposal.threshold,
        model_version=proposal.model_version,
        **{f"{column.row}_id": proposal.row_id},
    )


class AutomaticLabel(models.Model):
    """One label of a ticket or customer that was set without a person, and what became of
    it.
    """

    REACHED: ClassVar = Reached(("ticket",), ("customer",))

    class Outcome(models.TextChoices):
        STANDING = "standing", _("standing")
        CONFIRMED = "confirmed", _("confirmed")
        CORRECTED = "corrected", _("corrected")
        UNDONE = "undone", _("undone")
        WITHDRAWN = "withdrawn", _("withdrawn by the model")

    task = models.CharField(_("task"), max_length=16, choices=ErrorBudget.Task.choices)
    ticket = models.ForeignKey(
        "customers.Ticket",
        models.CASCADE,
        null=True,
        related_name="automatic_labels",
        verbose_name=_("ticket"),
    )
    customer = models.ForeignKey(
        "customers.Customer",
        models.CASCADE,
        null=True,
        related_name="automatic_labels",
        verbose_name=_("customer"),
    )
    label = models.SlugField(_("label"), max_length=50, db_index=False)
    probability = models.FloatField(_("probability"))
    threshold = models.FloatField(_("threshold"))
    model_version = models.CharField(_("model version"), max_length=64)
    set_at = models.DateTimeField(_("set at"), default=timezone.now)
    outcome = models.CharField(
        _("outcome"), max_length=9, choices=Outcome.choices, default=Outcome.STANDING
    )
    settled_by = models.ForeignKey(
        "customers.User", models.SET_NULL, null=True, related_name="+", verbose_name=_("settled by")
    )
    settled_at = models.DateTimeField(_("settled at"), null=True)

    objects = AutomaticLabelQuerySet.as_manager()

    class Meta:
        verbose_name = _("automatic label")
        verbose_name_plural = _("automatic labels")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=of_one_row(TASKS_OF_ROW), name="automaticlabel_of_one_row"
            ),
            *(
                models.UniqueConstraint(
                    fields=["task", row],
                    condition=Q(outcome="standing", **{f"{row}__isnull": False}),
                    name=f"automaticlabel_one_stands_{row}",
                )
                for row in TASKS_OF_ROW
            ),
        ]
        indexes: ClassVar = [
            # the list of the automation page, and the share of a task that staff corrected
            models.Index(fields=["-set_at", "-id"], name="automaticlabel_by_at"),
            models.Index(fields=["task", "outcome", "-set_at"], name="automaticlabel_by_outcome"),
        ]

    def __str__(self) -> str:
        return f"{self.task}: {self.label} ({self.outcome})"

    @property
    def row_name(self) -> str:
        """What kind of row it is on: "ticket" or "customer", as in addresses."""
        return AUTOMATED[self.task].row

    @property
    def row_id(self) -> int:
        """The key of the row that it is on."""
        key: int = getattr(self, f"{self.row_name}_id")
        return key

    @property
    def row(self) -> models.Model:
        """The row that it is on."""
        labelled: models.Model = getattr(self, self.row_name)
        return labelled

    @property
    def is_standing(self) -> bool:
        """Whether it can be undone."""
        return self.outcome == self.Outcome.STANDING


def labelled_since(moment: datetime, task: str = "") -> AutomaticLabelQuerySet:
    """The labels set at or after a moment that still stand, of one task or of all."""
    labels = AutomaticLabel.objects.of(task) if task else AutomaticLabel.objects.all()
    return labels.standing().filter(set_at__gte=moment)
