"""Corrections: what staff said for or against the machine; each is a row to train on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models.base import Reached, RecordQuerySet

if TYPE_CHECKING:
    from customers.models.user import User

ROWS = ("ticket", "message", "review", "customer")


class CorrectionQuerySet(RecordQuerySet):
    """Many corrections at once."""

    def record(self, task: str, row: Any, label: str, *, by: User | None) -> None:
        """Note what `by` decided about `row`, beside the opinion that stands there now.

        It takes the place of an earlier decision; an empty label withdraws that. What a
        rule decided (`by` None) is no correction: nobody looked.
        """
        of_row = {"task": task, row._meta.model_name: row}
        if not label or by is None:
            self.filter(**of_row).delete()
            return
        said = getattr(row, f"{task}_detail") or {}
        columns = {
            "label": label,
            "said_label": said.get("label") or "",
            "said_probability": said.get("probability"),
            "model_version": said.get("model_version") or "",
            "by": by,
            "said_at": timezone.now(),
        }
        self.update_or_create(**of_row, defaults=columns)

    def agreeing(self) -> CorrectionQuerySet:
        """Those that confirm what the model said."""
        return self.filter(label=F("said_label"))


def of_one_row(tasks_of_row: Mapping[str, Sequence[str]]) -> Q:
    """Exactly one row is named, and it is of the kind that the task is about."""
    fits = Q()
    for row, tasks in tasks_of_row.items():
        others = {f"{name}__isnull": name != row for name in tasks_of_row}
        fits |= Q(task__in=tasks, **others)
    return fits


TASKS_OF_ROW = {
    "ticket": ("intent", "priority"),
    "message": ("sentiment",),
    "review": ("sentiment",),
    "customer": ("segment",),
}


class Correction(models.Model):
    """What a person says is right about one row, whether a model said so or not.

    `label` is the person's; `said_label`, `said_probability` and `model_version` are the
    opinion that stood on the row when they decided. There is one for each task and row:
    the latest decision, gone when the decision is taken back.
    """

    REACHED: ClassVar = Reached(
        ("ticket", "message__ticket"), ("customer", "review__customer"), ("by",)
    )

    class Task(models.TextChoices):
        INTENT = "intent", _("intent")
        SENTIMENT = "sentiment", _("sentiment")
        SEGMENT = "segment", _("segment")
        PRIORITY = "priority", _("priority")

    task = models.CharField(_("task"), max_length=16, choices=Task.choices)
    ticket = models.ForeignKey(
        "customers.Ticket",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="corrections",
        verbose_name=_("ticket"),
    )
    message = models.ForeignKey(
        "customers.Message",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="corrections",
        verbose_name=_("message"),
    )
    review = models.ForeignKey(
        "customers.Review",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="corrections",
        verbose_name=_("review"),
    )
    customer = models.ForeignKey(
        "customers.Customer",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="corrections",
        verbose_name=_("customer"),
    )
    label = models.SlugField(_("label"), max_length=50, db_index=False)
    said_label = models.CharField(_("the model said"), max_length=50, blank=True)
    said_probability = models.FloatField(_("probability"), null=True, blank=True)
    model_version = models.CharField(_("model version"), max_length=64, blank=True)
    by = models.ForeignKey(
        "customers.User", models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    said_at = models.DateTimeField(_("at"), default=timezone.now)

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        constraints = [
            models.CheckConstraint(
                condition=of_one_row(TASKS_OF_ROW), name="correction_of_one_row"
            ),
            *(
                models.UniqueConstraint(
                    fields=["task", name],
                    condition=Q(**{f"{name}__isnull": False}),
                    name=f"correction_once_a_{name}",
                )
                for name in ROWS
            ),
        ]
        indexes = [
            # the list, a task's corrections since a moment, and what a version was told
            models.Index(fields=["-said_at", "-id"], name="correction_by_said"),
            models.Index(fields=["task", "-said_at"], name="correction_by_task"),
            models.Index(fields=["model_version", "task"], name="correction_by_version"),
        ]

    def __str__(self) -> str:
        return f"{self.task}: {self.label}"

    @property
    def row(self) -> models.Model:
        """What the decision is about."""
        return next(filter(None, (getattr(self, name) for name in ROWS)))

    @property
    def agrees(self) -> bool:
        """Whether it confirms what the model said."""
        return self.label == self.said_label
