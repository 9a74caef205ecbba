"""Summaries: what a conversation or a customer's texts come down to, with their sources."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models.assist_event import AssistEvent
from customers.models.base import Reached, RecordQuerySet
from customers.models.customer import Customer
from customers.models.message import Message
from customers.models.ticket import Ticket
from customers.signals import job_requested, send_after_commit

if TYPE_CHECKING:
    from customers.models.user import User


class SummaryQuerySet(RecordQuerySet):
    """Many summaries at once."""

    def pending(self) -> Self:
        """The queue: summaries that no worker has made."""
        return self.filter(status=Summary.Status.PENDING)

    def ask(self, *, by: User | None, **of: Any) -> Any:
        """Have a ticket (`ticket`) or a customer (`customer`) summed up anew. What stood there
        stays until the new summary is made.
        """
        asked = {
            "status": Summary.Status.PENDING,
            "asked_by": by,
            "created_at": timezone.now(),
            "error": "",
            "attempts": 0,
        }
        summary: Any
        summary, _made = self.update_or_create(**of, defaults=asked)
        AssistEvent.objects.note(AssistEvent.Kind.SUMMARISED, by=by, **of)
        send_after_commit(job_requested, sender=self.model, pk=summary.pk)
        return summary


class Summary(models.Model):
    """What a ticket or a customer's texts come down to; a worker completes the row.

    `items` are [{"kind", "text", "by", "source", "source_id", "message"}, ...] in the order in
    which they are told: kind wish, key, state, promise or told (by a generator); `by` customer
    or agent: what the customer alone says is no fact of the shop's; `source` ticket or review,
    `message` the message that says so, null for a review and for what records say. Sentences
    by the customer, and all of the extractive summary, are verbatim. `covers_until_at` is when
    the latest text was written that was read.
    """

    REACHED: ClassVar = Reached(("ticket",), ("customer",))

    class Status(models.TextChoices):
        PENDING = "pending", _("waiting for a worker")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    class Item(models.TextChoices):
        WISH = "wish", _("What they want")
        KEY = "key", _("What matters")
        STATE = "state", _("Where it stands")
        PROMISE = "promise", _("Promised and still open")
        TOLD = "told", _("Summary")

    ticket = models.OneToOneField(
        Ticket, models.CASCADE, null=True, related_name="summary", verbose_name=_("ticket")
    )
    customer = models.OneToOneField(
        Customer, models.CASCADE, null=True, related_name="summary", verbose_name=_("customer")
    )
    status = models.CharField(
        _("status"), max_length=8, choices=Status.choices, default=Status.PENDING
    )
    items = models.JSONField(_("sentences"), default=list)
    generator = models.CharField(_("generator"), max_length=120, blank=True)
    model_version = models.CharField(_("model version"), max_length=64, blank=True)
    error = models.TextField(_("error"), blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    asked_by = models.ForeignKey(
        "customers.User", models.SET_NULL, null=True, related_name="+", verbose_name=_("asked by")
    )
    created_at = models.DateTimeField(_("asked at"), default=timezone.now)
    covers_until_at = models.DateTimeField(_("latest text that was read"), null=True)
    made_at = models.DateTimeField(_("made at"), null=True)

    objects: Any = SummaryQuerySet.as_manager()

    class Meta:
        verbose_name = _("summary")
        verbose_name_plural = _("summaries")
        ordering: ClassVar = ["-created_at", "-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ticket__isnull=False, customer__isnull=True)
                | Q(ticket__isnull=True, customer__isnull=False),
                name="summary_of_one_record",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["-created_at", "-id"], name="summary_by_created"),
            models.Index(
                fields=["created_at"], name="summary_pending", condition=Q(status="pending")
            ),
        ]

    def __str__(self) -> str:
        return str(self.ticket or self.customer)

    @property
    def is_finished(self) -> bool:
        """Whether a worker is done with it."""
        return self.status != self.Status.PENDING

    @property
    def sentences(self) -> list[dict[str, Any]]:
        """The items; of an earlier one that does not say who says so, all but a promise is
        taken for the customer's claim.
        """
        return [{"by": _speaker_of(item["kind"]), **item} for item in self.items]

    @property
    def is_stale(self) -> bool:
        """Whether something was written since that it does not know."""
        latest = latest_text_at(self)
        return self.made_at is not None and latest is not None and latest != self.covers_until_at


def _speaker_of(kind: str) -> str:
    is_promise = kind == Summary.Item.PROMISE
    return Message.Author.AGENT.value if is_promise else Message.Author.CUSTOMER.value


def latest_text_at(summary: Summary) -> datetime | None:
    """When the latest text was written that the summary is about."""
    if summary.ticket_id is not None:
        rows = Message.objects.public().filter(ticket=summary.ticket_id)
    else:
        rows = Message.objects.from_customers().filter(ticket__customer=summary.customer_id)
    return rows.order_by("-sent_at").values_list("sent_at", flat=True).first()
