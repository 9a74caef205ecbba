"""Error budgets: how many automatic labels of a task may be wrong, and what follows."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models.base import RecordQuerySet
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
        PRIORITY = "priority", _("priority of tickets")
        SEGMENT = "segment", _("segment of customers")
        ANSWER = "answer", _("answers to questions")

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
