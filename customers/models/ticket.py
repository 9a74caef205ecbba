"""Tickets: customers' matters with the shop."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models, transaction
from django.db.models import F
from django.db.models.signals import pre_delete
from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models import ticket_choices
from customers.models.base import ExternalRecord, Reached, unique_in_source
from customers.models.custom_field import CustomValues
from customers.models.customer import Customer, sentiment_followed
from customers.models.knowledge_source import KnowledgeSource
from customers.models.order import Order
from customers.models.search import SearchedText
from customers.models.sentiment import Sentiment
from customers.models.team import Team
from customers.models.ticket_decisions import TicketDecisions
from customers.models.ticket_indexes import TICKET_INDEXES
from customers.models.ticket_queryset import TicketQuerySet
from customers.models.topic import Topic

if TYPE_CHECKING:
    from customers.models.message import Message
    from customers.models.user import User


class Ticket(TicketDecisions, CustomValues, KnowledgeSource, ExternalRecord):
    """A customer's matter with the shop: a subject and a conversation.

    The sentiment columns follow the customer's latest read message; `sentiment_trend` is its
    score less that of the first, in [-2, 2], and null before there are two. `noted` is what
    staff took over from the customer's texts, by the name of the field: {"quantity": "2", ...}.
    `version` goes up with each change by staff, so that two who change a ticket at once do not
    overwrite each other. A ticket that is `snoozed_until_at` a time to come is left out of the
    queues; one that was merged leads to the one that goes on.
    """

    REACHED: ClassVar = Reached(tickets=("",))

    KNOWLEDGE_FIELDS = frozenset({"subject", "status"})
    STEP = 0.5  # between two neighbours of the five steps: a change that people notice

    Status = ticket_choices.Status
    Priority = ticket_choices.Priority
    Kind = ticket_choices.Kind
    Channel = ticket_choices.Channel

    customer = models.ForeignKey(
        Customer,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="tickets",
        verbose_name=_("customer"),
    )
    order = models.ForeignKey(
        Order,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="tickets",
        verbose_name=_("order"),
    )
    subject = models.CharField(_("subject"), max_length=300)
    status = models.CharField(
        _("status"), max_length=8, choices=Status.choices, default=Status.OPEN
    )
    channel = models.CharField(
        _("channel"), max_length=8, choices=Channel.choices, default=Channel.EMAIL
    )
    assignee = models.ForeignKey(
        "customers.User",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="tickets",
        verbose_name=_("assignee"),
    )
    team = models.ForeignKey(
        Team,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="tickets",
        verbose_name=_("team"),
    )
    kind = models.CharField(_("type"), max_length=8, choices=Kind.choices, default=Kind.QUESTION)
    tags = ArrayField(
        models.CharField(max_length=40), verbose_name=_("tags"), default=list, blank=True
    )
    watchers: models.ManyToManyField[User, Any] = models.ManyToManyField(
        "customers.User", related_name="+", blank=True, verbose_name=_("watchers")
    )
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    snoozed_until_at = models.DateTimeField(_("snoozed until"), null=True, blank=True)
    merged_into = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="merged",
        verbose_name=_("merged into"),
    )
    first_replied_at = models.DateTimeField(_("first reply"), null=True, editable=False)
    solved_at = models.DateTimeField(_("solved at"), null=True, editable=False)
    # working minutes since it was opened, as the hours were then
    first_reply_minutes = models.FloatField(
        _("minutes to the first reply"), null=True, editable=False
    )
    solve_minutes = models.FloatField(_("minutes to the solution"), null=True, editable=False)
    opened_at = models.DateTimeField(_("opened at"), default=timezone.now)
    last_message_at = models.DateTimeField(_("last message"), default=timezone.now)

    sentiment = models.CharField(
        _("sentiment"), max_length=16, choices=Sentiment.choices, blank=True, editable=False
    )
    sentiment_score = models.FloatField(_("sentiment score"), null=True, editable=False)
    sentiment_trend = models.FloatField(_("change of sentiment"), null=True, editable=False)
    topic = models.ForeignKey(
        Topic,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="tickets",
        verbose_name=_("topic"),
        db_index=False,
    )

    noted = models.JSONField(_("noted from the text"), default=dict, editable=False)

    search = models.GeneratedField(
        expression=SearchVector(SearchedText("subject"), "external_id", config="simple"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = TicketQuerySet.as_manager()

    class Meta:
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
        constraints = [unique_in_source("ticket_unique_in_source")]
        indexes = TICKET_INDEXES

    @classmethod
    def undoing(cls, pks: Sequence[int]) -> AbstractContextManager[None]:
        """For a change of these tickets: how their customers sound follows it."""
        return sentiment_followed(cls.objects.filter(pk__in=pks))

    def __str__(self) -> str:
        return self.subject

    @classmethod
    def from_db(cls, db: str | None, field_names: Any, values: Any, **options: Any) -> Self:
        """As Django's; remembers the subject, which the opening message is read with, and
        what tells whether it is a complaint, and about what.
        """
        ticket = super().from_db(db, field_names, values, **options)
        ticket._as_loaded = ticket._complaint_columns()
        return ticket

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; a changed subject makes the opening message pending again, and the customer
        follows when a complaint begins, ends or is about something else.
        """
        is_new, before = self._state.adding, getattr(self, "_as_loaded", {})
        after = self._complaint_columns()
        with transaction.atomic():
            if is_new or before == after:
                super().save(*args, **kwargs)
            else:
                with self._itself().complaints_followed():
                    super().save(*args, **kwargs)
            if is_new and after["intent_id"]:
                with self._itself().complaints_followed():
                    pass
            if not is_new and before.get("subject") != after["subject"]:
                opening = self.messages.opening_of([self.pk])
                opening.request_analysis()
        self._as_loaded = after

    def _itself(self) -> Any:
        return type(self).objects.filter(pk=self.pk)

    def _complaint_columns(self) -> dict[str, Any]:
        names = ("subject", "customer_id", "order_id", "status", "intent_id")
        return {name: self.__dict__.get(name) for name in names}

    @property
    def is_getting_worse(self) -> bool:
        """Whether the customer sounds at least a step worse than in the beginning."""
        return self.sentiment_trend is not None and self.sentiment_trend <= -self.STEP

    @property
    def is_getting_better(self) -> bool:
        """Whether the customer sounds at least a step better than in the beginning."""
        return self.sentiment_trend is not None and self.sentiment_trend >= self.STEP

    def set_order(self, order: Order | None) -> None:
        """Record which order the ticket is about."""
        self.order = order
        self.save(update_fields=["order", "updated_at"])

    def set_noted(self, name: str, value: str | None) -> None:
        """Note what the customer's text says of a field; None takes it back."""
        rest = {key: said for key, said in self.noted.items() if key != name}
        self.noted = rest if value is None else {**rest, name: value}
        self.save(update_fields=["noted", "updated_at"])

    def set_status(self, status: str) -> None:
        """Move the ticket to another status; when it was solved follows (`customers.sla`)."""
        self.status = status
        self.save(update_fields=["status", "updated_at"])

    @classmethod
    def put_back(cls, pks: Iterable[int]) -> None:
        """What follows tickets follows them where an undo put them back."""
        rows = cls.objects.filter(pk__in=list(pks))
        rows.update(version=F("version") + 1)
        cls.tell_of(pks)
        concerned = rows.exclude(customer=None).values("customer")
        Customer.objects.filter(pk__in=concerned).request_analysis()

    def add_message(self, body: str, *, author_kind: str, **columns: Any) -> Message:
        """Append a message; a customer's reopens a solved ticket and is read by models."""
        with transaction.atomic():
            message = self.messages.create(body=body, author_kind=author_kind, **columns)
            self.last_message_at = max(self.last_message_at, message.sent_at)
            if message.is_read and self.status != self.Status.OPEN:
                self.status = self.Status.OPEN
            names = ["last_message_at", "status", "updated_at"]
            if message.is_read and self.snoozed_until_at:
                self.snoozed_until_at = None
                names.append("snoozed_until_at")
            self.save(update_fields=names)
        return message


@receiver(pre_delete, sender=Ticket)
def end_complaint(instance: Ticket, **_: Any) -> None:
    """A complaint that is deleted keeps nothing from being recommended any more."""
    with instance._itself().complaints_followed():
        pass
