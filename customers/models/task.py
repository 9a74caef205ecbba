"""What somebody of the staff is to do, about whom, and until when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models.base import Reached, RecordQuerySet

if TYPE_CHECKING:
    from customers.models.user import User

OPEN = Q(done_at__isnull=True)


class TaskQuerySet(RecordQuerySet):
    """Many tasks at once."""

    def open(self) -> Self:
        """What is still to do, the most urgent first; what has no day comes last."""
        return self.filter(OPEN).order_by(F("due_on").asc(nulls_last=True), "id")

    def done(self) -> Self:
        """What was done, the latest first."""
        return self.exclude(OPEN).order_by("-done_at", "-id")

    def overdue(self) -> Self:
        """What is still to do and should have been done by yesterday."""
        return self.filter(OPEN, due_on__lt=timezone.localdate())


class Task(models.Model):
    """Something to do until the end of `due_on`, about a customer, a ticket or neither."""

    REACHED: ClassVar = Reached(("ticket",), ("customer",), people=("assignee", "created_by"))

    title = models.CharField(_("title"), max_length=200)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    assignee = models.ForeignKey(
        "customers.User",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="tasks",
        verbose_name=_("assignee"),
        db_index=False,
    )
    customer = models.ForeignKey(
        "customers.Customer",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="tasks",
        verbose_name=_("customer"),
        db_index=False,
    )
    ticket = models.ForeignKey(
        "customers.Ticket",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="tasks",
        verbose_name=_("ticket"),
    )
    created_by = models.ForeignKey(
        "customers.User",
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("created by"),
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    done_at = models.DateTimeField(_("done at"), null=True, editable=False)
    done_by = models.ForeignKey(
        "customers.User",
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("done by"),
    )

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        ordering: ClassVar = ["due_on", "id"]
        indexes: ClassVar = [
            # what a person, and all, have to do; and what was done
            models.Index(fields=["assignee", "due_on", "id"], name="task_to_do", condition=OPEN),
            models.Index(fields=["due_on", "id"], name="task_open", condition=OPEN),
            models.Index(fields=["-done_at", "-id"], name="task_done", condition=~OPEN),
            # a customer's timeline
            models.Index(fields=["customer", "-created_at", "-id"], name="task_by_customer"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_overdue(self) -> bool:
        """Whether it should have been done by yesterday."""
        late: Any = self.due_on and self.due_on < timezone.localdate()
        return bool(late) and self.done_at is None

    def set_done(self, is_done: bool, *, by: User) -> None:
        """Mark it done now by this person, or open again."""
        self.done_at, self.done_by = (timezone.now(), by) if is_done else (None, None)
        self.save(update_fields=["done_at", "done_by"])
