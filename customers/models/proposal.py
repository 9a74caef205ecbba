"""Proposals: what an outside agent would like to have done. Nothing happens before a person of
the shop confirms it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.db import models
from django.db.models import F, Prefetch, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models.base import Reached, RecordQuerySet
from customers.models.order import OrderLine

if TYPE_CHECKING:
    from customers.models.message import Message
    from customers.models.user import User
    from customers.proposals.lines import Line

WAITS_FOR = timedelta(days=7)


class ProposalQuerySet(RecordQuerySet):
    """Many proposals at once."""

    def visible_to(self, user: Any) -> Self:
        """Those about records that the user may see; with a key, what its owner proposed."""
        rows = super().visible_to(user)
        return rows.filter(owner=user) if getattr(user, "acting_key", None) else rows

    def waiting(self, now: datetime | None = None) -> Self:
        """Those that somebody may decide about now."""
        return self.filter(status__in=Proposal.OPEN, expires_at__gt=now or timezone.now())

    def expire(self, now: datetime | None = None) -> int:
        """Shut those whose time is over; how many."""
        at = now or timezone.now()
        late = self.filter(status__in=Proposal.OPEN, expires_at__lte=at)
        return late.update(status=Proposal.Status.EXPIRED, decided_at=F("expires_at"))

    def for_rows(self) -> Self:
        """With all that is shown of each, and that it depends on."""
        near = ("ticket__customer", "ticket__assignee", "ticket__team", "customer", "order")
        rows = self.select_related(*near, "key", "owner", "decided_by", "entry")
        searched = ("ticket__search", "customer__search", "ticket__customer__search")
        lines = Prefetch(
            "order__lines", OrderLine.objects.select_related("product").defer("product__search")
        )
        return rows.defer(*searched).prefetch_related(lines).order_by("-created_at", "-id")


class Proposal(models.Model):
    """One act that an agent proposes about a ticket, a customer or an order of a ticket.

    `arguments` are what is to be done, by the names of the API. `base` is the state of the
    record that the agent saw, as far as the act depends on it: where it is another now, the
    proposal is confirmed only by somebody who was shown the difference; `stale` is one that
    somebody tried to confirm meanwhile. Two that wait and are of one key and the same act are
    one (`fingerprint`). What came of it stands in `entry` of the journal, which undoes it.
    """

    REACHED: ClassVar = Reached(("ticket",), ("customer",))
    SOURCE_PATH: ClassVar[str] = "key__source"

    class Kind(models.TextChoices):
        REPLY = "reply", _("reply to the customer")
        NOTE = "note", _("internal note")
        TICKET = "ticket", _("change of a ticket")
        LABEL = "label", _("correction of a prediction")
        CUSTOMER_TAGS = "customer_tags", _("tags of a customer")
        TASK = "task", _("task")
        REFUND = "refund", _("refund")
        CANCEL_ORDER = "cancel_order", _("cancellation of an order")
        RETURN = "return", _("return of goods")

    class Status(models.TextChoices):
        PROPOSED = "proposed", _("waiting")
        STALE = "stale", _("overtaken")
        CONFIRMED = "confirmed", _("confirmed")
        DECLINED = "declined", _("declined")
        EXPIRED = "expired", _("expired")

    OPEN: ClassVar = (Status.PROPOSED, Status.STALE)

    # what is loaded beside a row (see `customers.proposals.showing`)
    latest_message: int
    message: Message | None
    lines: list[Line]
    token: str
    overtaken: bool
    can_be_taken: bool

    kind = models.CharField(_("kind"), max_length=13, choices=Kind.choices)
    status = models.CharField(
        _("status"), max_length=9, choices=Status.choices, default=Status.PROPOSED
    )
    key = models.ForeignKey(
        "customers.ApiKey",
        models.SET_NULL,
        null=True,
        related_name="proposals",
        verbose_name=_("API key"),
    )
    owner = models.ForeignKey(
        "customers.User",
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("owner of the key"),
        db_index=False,
    )
    ticket = models.ForeignKey(
        "customers.Ticket",
        models.CASCADE,
        null=True,
        related_name="proposals",
        verbose_name=_("ticket"),
        db_index=False,
    )
    customer = models.ForeignKey(
        "customers.Customer",
        models.CASCADE,
        null=True,
        related_name="proposals",
        verbose_name=_("customer"),
        db_index=False,
    )
    order = models.ForeignKey(
        "customers.Order",
        models.CASCADE,
        null=True,
        related_name="proposals",
        verbose_name=_("order"),
    )
    arguments = models.JSONField(_("what is to be done"), default=dict)
    base = models.JSONField(_("state that the agent saw"), default=dict)
    reason = models.TextField(_("reason"))
    fingerprint = models.CharField(_("fingerprint"), max_length=64)
    created_at = models.DateTimeField(_("proposed at"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires at"))
    decided_by = models.ForeignKey(
        "customers.User", models.SET_NULL, null=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True)
    outcome = models.TextField(_("what came of it"), blank=True)
    entry = models.ForeignKey(
        "customers.JournalEntry",
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("journal entry"),
    )

    objects = ProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        ordering: ClassVar = ["-created_at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["key", "fingerprint"],
                condition=Q(status__in=("proposed", "stale")),
                name="proposal_once",
            ),
            models.CheckConstraint(
                condition=Q(ticket__isnull=False) | Q(customer__isnull=False),
                name="proposal_about_something",
            ),
        ]
        indexes: ClassVar = [
            # the list, whole and narrowed; the count in the menu and the clock
            models.Index(fields=["-created_at", "-id"], name="proposal_by_created"),
            models.Index(fields=["status", "-created_at"], name="proposal_by_status"),
            models.Index(
                fields=["expires_at"],
                name="proposal_waiting",
                condition=Q(status__in=("proposed", "stale")),
            ),
            # those of a record, and what a key's owner proposed
            models.Index(fields=["ticket", "-created_at"], name="proposal_by_ticket"),
            models.Index(fields=["customer", "-created_at"], name="proposal_by_customer"),
            models.Index(fields=["owner", "-created_at"], name="proposal_by_owner"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.pk}"

    @property
    def is_open(self) -> bool:
        """Whether it can be decided about."""
        return self.status in self.OPEN and self.expires_at > timezone.now()

    @property
    def about(self) -> Any:
        """The record that it is about: the ticket, else the customer."""
        return self.ticket or self.customer

    def close(self, status: str, *, by: User, outcome: str = "", entry: Any = None) -> None:
        """Say how it was decided."""
        self.status, self.decided_by, self.decided_at = status, by, timezone.now()
        self.outcome, self.entry = outcome, entry
        self.save(update_fields=["status", "decided_by", "decided_at", "outcome", "entry"])
