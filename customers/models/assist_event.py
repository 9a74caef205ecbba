"""The log of assistance: who had what suggested, took over, changed, sent or undid, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models.base import Reached, RecordQuerySet
from customers.models.customer import Customer
from customers.models.ticket import Ticket

if TYPE_CHECKING:
    from customers.models.user import User


class AppendOnly(Exception):
    """A line of the log was to be changed."""


class AssistEventQuerySet(RecordQuerySet):
    """Many lines at once."""

    def note(self, kind: str, *, by: User | None, **columns: Any) -> Any:
        """Append a line."""
        return self.create(kind=kind, by=by, **columns)

    def of_ticket(self, ticket: Ticket) -> Self:
        """The lines about a ticket, the latest first."""
        return self.filter(ticket=ticket).order_by("-happened_at", "-id")

    def update(self, **columns: Any) -> int:
        """Never: raises AppendOnly."""
        raise AppendOnly("lines of the log are never changed")

    update.alters_data = True  # type: ignore[attr-defined]


class AssistEvent(models.Model):
    """One line of the log; only appended to.

    `by` is null for what the machine did: to suggest. `detail` of an application holds what
    it wrote: {"changes": [{"field", "before", "after", "shown", "message", "start", "end"}]};
    of a sending the message and the edit distance. `undoes` names the application that a
    line takes back; each is taken back once.
    """

    REACHED: ClassVar = Reached(("ticket",), ("customer",), people=("by",))

    class Kind(models.TextChoices):
        ASKED = "asked", _("reply asked for")
        OFFERED = "offered", _("reply suggested")
        FAILED = "failed", _("no reply suggested")
        INSERTED = "inserted", _("suggestion inserted")
        DISMISSED = "dismissed", _("suggestion dismissed")
        SENT = "sent", _("suggestion sent")
        SUMMARISED = "summarised", _("summary asked for")
        APPLIED = "applied", _("fields applied")
        UNDONE = "undone", _("fields taken back")

    kind = models.CharField(_("what"), max_length=10, choices=Kind.choices)
    ticket = models.ForeignKey(
        Ticket,
        models.CASCADE,
        null=True,
        related_name="assist_events",
        verbose_name=_("ticket"),
    )
    customer = models.ForeignKey(
        Customer,
        models.CASCADE,
        null=True,
        related_name="assist_events",
        verbose_name=_("customer"),
    )
    draft = models.ForeignKey(
        "customers.Draft",
        models.SET_NULL,
        null=True,
        related_name="events",
        verbose_name=_("draft"),
    )
    undoes = models.OneToOneField(
        "self", models.CASCADE, null=True, related_name="undone_by", verbose_name=_("undoes")
    )
    by = models.ForeignKey(
        "customers.User", models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    detail = models.JSONField(_("detail"), default=dict)
    happened_at = models.DateTimeField(_("at"), default=timezone.now)

    objects: Any = AssistEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("line of the assistance log")
        verbose_name_plural = _("assistance log")
        ordering: ClassVar = ["-happened_at", "-id"]
        indexes: ClassVar = [
            models.Index(fields=["-happened_at", "-id"], name="assistevent_by_at"),
            models.Index(fields=["ticket", "-happened_at", "-id"], name="assistevent_by_ticket"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.happened_at:%Y-%m-%d %H:%M}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Append; raises AppendOnly for a line that stands."""
        if not self._state.adding:
            raise AppendOnly("lines of the log are never changed")
        super().save(*args, **kwargs)
