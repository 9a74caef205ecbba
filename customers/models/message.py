"""The messages of tickets."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Self

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models.analysable import Analysable, AnalysableQuerySet, pending_index
from customers.models.base import ExternalRecord, Reached, unique_in_source
from customers.models.customer import Customer
from customers.models.knowledge_source import KnowledgeQuerySet, KnowledgeSource
from customers.models.search import SearchedText, prefix_query
from customers.models.sentiment import SentimentRead
from customers.models.ticket import Ticket

# What is searched of a message; the index `message_search` is over just this.
MESSAGE_WORDS = SearchVector(SearchedText("body"), config="simple")


class MessageQuerySet(KnowledgeQuerySet, AnalysableQuerySet):  # type: ignore[override]
    """Many messages at once."""

    def matching(self, words: str) -> Self:
        """Messages that have words beginning so."""
        query = prefix_query(words)
        return self if query is None else self.alias(words=MESSAGE_WORDS).filter(words=query)

    def from_customers(self) -> Self:
        """Messages that customers wrote; these alone are read by models."""
        return self.filter(author_kind=Message.Author.CUSTOMER)

    def public(self) -> Self:
        """Messages that may leave the shop: no notes of staff."""
        return self.filter(is_internal=False)

    def openings(self) -> Self:
        """The first customer message of every ticket, told row by row: for chunks of many."""
        others = Message.objects.from_customers().filter(ticket=OuterRef("ticket"))
        before = Q(sent_at__lt=OuterRef("sent_at"))
        before |= Q(sent_at=OuterRef("sent_at"), pk__lt=OuterRef("pk"))
        return self.from_customers().filter(~Exists(others.filter(before)))

    def opening_of(self, ticket_pks: Any) -> Self:
        """The first customer message of each of these tickets; it decides the intent."""
        first = (
            Message.objects.from_customers()
            .filter(ticket__in=ticket_pks)
            .order_by("ticket_id", "sent_at", "id")
            .distinct("ticket_id")
            .values("pk")
        )
        return self.filter(pk__in=first)


class Message(KnowledgeSource, ExternalRecord, Analysable, SentimentRead):
    """One message of a ticket: the customer's, an agent's reply, or a system's note.

    What is `is_internal` is for staff alone and never leaves the shop.
    """

    REACHED: ClassVar = Reached(tickets=("ticket",))

    class Author(models.TextChoices):
        CUSTOMER = "customer", _("customer")
        AGENT = "agent", _("agent")
        SYSTEM = "system", _("system")

    ANALYSED_FIELDS = ("body", "author_kind")
    ANALYSED_WHEN: ClassVar[Q] = Q(author_kind="customer")
    KNOWLEDGE_FIELDS = frozenset({*ANALYSED_FIELDS, "ticket", "ticket_id", "is_internal"})
    SOURCE_KEY = "ticket_id"

    ticket = models.ForeignKey(
        Ticket, models.CASCADE, related_name="messages", verbose_name=_("ticket")
    )
    author_kind = models.CharField(
        _("author"), max_length=8, choices=Author.choices, default=Author.CUSTOMER
    )
    author = models.ForeignKey(
        "customers.User",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("author"),
    )
    is_internal = models.BooleanField(_("internal note"), default=False)
    body = models.TextField(_("text"))
    quoted_text = models.TextField(_("quoted text"), blank=True)  # of a mail, folded on pages
    sent_at = models.DateTimeField(_("sent at"), default=timezone.now)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["sent_at", "id"]
        constraints = [unique_in_source("message_unique_in_source")]
        indexes = [
            pending_index("message_pending", Q(author_kind="customer")),
            GinIndex(MESSAGE_WORDS, name="message_search"),
            # a ticket's conversation
            models.Index(fields=["ticket", "sent_at", "id"], name="message_by_ticket"),
            # what customers wrote on a day, counted and listed
            models.Index(
                fields=["sent_at"], name="message_by_sent", condition=Q(author_kind="customer")
            ),
        ]

    def __str__(self) -> str:
        return self.body[:80]

    @classmethod
    def source_model(cls) -> type[models.Model]:
        """Messages are what answers are read from in a ticket."""
        return Ticket

    @property
    def is_read(self) -> bool:
        """Only what customers wrote is read."""
        return self.author_kind == self.Author.CUSTOMER

    @classmethod
    def put_back(cls, pks: Iterable[int]) -> None:
        """Tickets that messages came back to, and those they had been merged into, are as
        their messages say again.
        """
        rows = cls.objects.filter(pk__in=list(pks)).values_list("ticket", "ticket__merged_into")
        tickets = {pk for row in rows for pk in row if pk is not None}
        Ticket.objects.follow_messages(tickets)

    def sentiment_changed(self) -> None:
        """The ticket, which sounds as its latest message, and the customer's mean follow."""
        with Ticket.objects.filter(pk=self.ticket_id).complaints_followed():
            Ticket.objects.refresh_sentiment([self.ticket_id])
        Customer.objects.refresh_sentiment([self.ticket.customer_id])
