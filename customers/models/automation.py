"""Automatic decisions: how many of them may be wrong, and each one with what became of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import Case, Count, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models.base import RecordQuerySet
from customers.models.taxonomy import Intent
from customers.models.ticket import Ticket
from customers.signals import job_requested, send_after_commit

if TYPE_CHECKING:
    from customers.models.user import User


class ErrorBudgetQuerySet(RecordQuerySet):
    """Many budgets at once."""

    def pending(self) -> Self:
        """The queue: budgets whose threshold a worker should derive."""
        return self.filter(derived_at__isnull=True)

    def in_force(self, task: str, model_version: str) -> ErrorBudget | None:
        """The budget by which this version may decide, if it may at all."""
        rows = self.filter(task=task, is_on=True, model_version=model_version)
        found: Any = rows.filter(derived_at__isnull=False, threshold__isnull=False).first()
        return found


class ErrorBudget(models.Model):
    """How many of a task's automatic labels may be wrong, and what a worker derived from it.

    A manager sets `max_error` and `is_on`. The rest is derived from `rows` held-out rows by
    conformal risk control: the `threshold` that keeps the budget (null: none does, and
    `more_rows` says how many labelled rows are wanting), the `share` of rows at or above it,
    the `expected_error` among them and its upper `error_bound`. It holds for `model_version`
    alone: another version decides nothing until it is derived anew.
    """

    class Task(models.TextChoices):
        INTENT = "intent", _("intent of tickets")

    task = models.CharField(_("task"), max_length=16, choices=Task.choices, unique=True)
    max_error = models.DecimalField(
        _("wrong at most, in %"),
        max_digits=3,
        decimal_places=1,
        default=Decimal(3),
        validators=[MinValueValidator(Decimal("0.1")), MaxValueValidator(Decimal(50))],
    )
    is_on = models.BooleanField(_("label automatically"), default=False)
    set_by = models.ForeignKey(
        "customers.User",
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("set by"),
    )
    set_at = models.DateTimeField(_("set at"), null=True, editable=False)
    requested_at = models.DateTimeField(_("requested at"), default=timezone.now, editable=False)
    derived_at = models.DateTimeField(_("derived at"), null=True, editable=False)
    model_version = models.CharField(_("model version"), max_length=64, blank=True, editable=False)
    threshold = models.FloatField(_("threshold"), null=True, editable=False)
    share = models.FloatField(_("share automated"), null=True, editable=False)
    expected_error = models.FloatField(_("expected error"), null=True, editable=False)
    error_bound = models.FloatField(_("upper bound of the error"), null=True, editable=False)
    rows = models.PositiveIntegerField(_("held-out rows"), default=0, editable=False)
    own_rows = models.PositiveIntegerField(_("decided by staff"), default=0, editable=False)
    more_rows = models.PositiveIntegerField(_("more rows needed"), null=True, editable=False)
    curve = models.JSONField(_("error by share"), default=list, editable=False)
    error = models.TextField(_("error"), blank=True, editable=False)

    objects = ErrorBudgetQuerySet.as_manager()

    class Meta:
        verbose_name = _("error budget")
        verbose_name_plural = _("error budgets")
        ordering: ClassVar = ["task"]

    def __str__(self) -> str:
        return str(self.get_task_display())

    @property
    def is_pending(self) -> bool:
        """Whether a worker should still derive its threshold."""
        return self.set_at is not None and self.derived_at is None

    @property
    def is_in_force(self) -> bool:
        """Whether labels are set by it now."""
        return self.is_on and self.threshold is not None and self.derived_at is not None

    @property
    def budget(self) -> float:
        """The budget as a share."""
        return float(self.max_error) / 100

    def set(self, max_error: Decimal, *, is_on: bool, by: User) -> None:
        """What a manager decided; nothing is labelled until a worker has derived it."""
        self.max_error, self.is_on, self.set_by, self.set_at = max_error, is_on, by, timezone.now()
        self.requested_at, self.derived_at, self.error = timezone.now(), None, ""
        with transaction.atomic():
            self.save()
            send_after_commit(job_requested, sender=type(self), pk=self.pk)

    def keep(self, **derived: Any) -> bool:
        """Store what was derived for the budget as it was read; False when it was set anew."""
        unchanged = type(self).objects.filter(pk=self.pk, requested_at=self.requested_at)
        stored = unchanged.update(derived_at=timezone.now(), **derived)
        if stored:
            self.refresh_from_db()
        return bool(stored)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a model says about one ticket; `label` is None where that is outside the budget."""

    ticket_id: int
    label: str | None
    probability: float
    threshold: float
    model_version: str


class AutomaticLabelQuerySet(RecordQuerySet):
    """Many automatic labels at once. Whoever changes them locks the tickets first."""

    def standing(self) -> Self:
        """Labels that nobody has confirmed, corrected, undone or replaced."""
        return self.filter(outcome=AutomaticLabel.Outcome.STANDING)

    def put(self, proposals: Sequence[Proposal]) -> int:
        """Carry these proposals out on locked tickets; returns how many labels are new.

        A person's decision stays. A label that staff undid or corrected never comes back
        from the same model version. An automatic label gives way to another, or to none.
        """
        by_ticket = {proposal.ticket_id: proposal for proposal in proposals}
        refused = self._refused(by_ticket)
        standing: Any = self.standing().filter(ticket__in=by_ticket)
        present: dict[int, AutomaticLabel] = {row.ticket_id: row for row in standing}
        new, gone = [], []
        for ticket in Ticket.objects.left_to_models().filter(pk__in=by_ticket).only("pk"):
            proposal = by_ticket[ticket.pk]
            label = None if (ticket.pk, proposal.model_version) in refused else proposal.label
            old = present.get(ticket.pk)
            if old and (old.label_id, old.model_version) == (label, proposal.model_version):
                continue
            gone += [old] if old else []
            new += [_row(proposal, label)] if label else []
        self._withdraw(gone)
        self._write(new)
        return len(new)

    def settle(self, intent: Intent | None, *, by: User) -> None:
        """What staff decided about the tickets of these labels confirms or corrects them."""
        outcomes = AutomaticLabel.Outcome
        if intent is None:
            outcome: Any = Value(outcomes.UNDONE)
        else:
            outcome = Case(
                When(label=intent, then=Value(outcomes.CONFIRMED)),
                default=Value(outcomes.CORRECTED),
            )
        self.standing().update(outcome=outcome, settled_by=by, settled_at=timezone.now())

    def undo(self, *, by: User) -> int:
        """Take back those that stand; the tickets are undecided again. Returns how many."""
        with transaction.atomic():
            tickets = Ticket.objects.filter(automatic_labels__in=self.standing())
            locked = list(tickets.order_by("pk").select_for_update(of=("self",)).values_list("pk"))
            pks = [pk for (pk,) in locked]
            Ticket.objects.filter(pk__in=pks).clear_automatic_intents()
            rows = AutomaticLabel.objects.standing().filter(ticket__in=pks)
            undone = AutomaticLabel.Outcome.UNDONE
            return rows.update(outcome=undone, settled_by=by, settled_at=timezone.now())

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

    def _refused(self, ticket_pks: Any) -> set[tuple[int, str]]:
        outcomes = AutomaticLabel.Outcome
        refused = self.filter(outcome__in=(outcomes.UNDONE, outcomes.CORRECTED))
        rows = refused.filter(ticket__in=ticket_pks)
        return set(rows.values_list("ticket_id", "model_version"))

    def _withdraw(self, gone: Sequence[AutomaticLabel]) -> None:
        if not gone:
            return
        Ticket.objects.filter(pk__in=[row.ticket_id for row in gone]).clear_automatic_intents()
        withdrawn = {"outcome": AutomaticLabel.Outcome.WITHDRAWN, "settled_at": timezone.now()}
        self.filter(pk__in=[row.pk for row in gone]).update(**withdrawn)

    def _write(self, new: Sequence[AutomaticLabel]) -> None:
        tickets = defaultdict(list)
        for row in new:
            tickets[row.label_id].append(row.ticket_id)
        for label, pks in tickets.items():
            Ticket.objects.filter(pk__in=pks).update(
                intent=label, intent_set_by=None, intent_set_at=timezone.now(),
                intent_set_automatically=True,
            )  # fmt: skip
        AutomaticLabel.objects.bulk_create(new)


def _row(proposal: Proposal, label: str) -> AutomaticLabel:
    return AutomaticLabel(
        ticket_id=proposal.ticket_id,
        label_id=label,
        probability=proposal.probability,
        threshold=proposal.threshold,
        model_version=proposal.model_version,
    )


class AutomaticLabel(models.Model):
    """One intent that was set without a person, and what became of it."""

    class Outcome(models.TextChoices):
        STANDING = "standing", _("standing")
        CONFIRMED = "confirmed", _("confirmed")
        CORRECTED = "corrected", _("corrected")
        UNDONE = "undone", _("undone")
        WITHDRAWN = "withdrawn", _("withdrawn by the model")

    ticket = models.ForeignKey(
        Ticket, models.CASCADE, related_name="automatic_labels", verbose_name=_("ticket")
    )
    label = models.ForeignKey(Intent, models.PROTECT, related_name="+", verbose_name=_("intent"))
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
            models.UniqueConstraint(
                fields=["ticket"], condition=Q(outcome="standing"), name="automaticlabel_one_stands"
            )
        ]
        indexes: ClassVar = [
            # the list of the automation page, and the share that staff corrected
            models.Index(fields=["-set_at", "-id"], name="automaticlabel_by_at"),
            models.Index(fields=["outcome", "-set_at"], name="automaticlabel_by_outcome"),
        ]

    def __str__(self) -> str:
        return f"{self.label_id} ({self.outcome})"

    @property
    def is_standing(self) -> bool:
        """Whether it can be undone."""
        return self.outcome == self.Outcome.STANDING


def labelled_since(moment: datetime) -> AutomaticLabelQuerySet:
    """The labels set at or after a moment that still stand."""
    return AutomaticLabel.objects.standing().filter(set_at__gte=moment)
