"""What is asked of many tickets at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Self

from django.db import connection
from django.db.models import Exists, OuterRef, Q

from customers.models.customer import Customer
from customers.models.knowledge_source import KnowledgeQuerySet
from customers.models.search import matching_prefixes
from customers.models.sentiment import TICKET_SENTIMENT_SQL, Sentiment
from customers.models.ticket_choices import COMPLAINT_INTENTS, OPEN_STATUSES
from customers.signals import rows_updated


class TicketQuerySet(KnowledgeQuerySet):
    """Many tickets at once."""

    def open(self) -> Self:
        """Tickets that someone still has to work on."""
        return self.filter(status__in=OPEN_STATUSES)

    def negative(self) -> Self:
        """Tickets whose customer sounded negative in the latest message."""
        return self.filter(sentiment__in=[Sentiment.VERY_NEGATIVE, Sentiment.NEGATIVE])

    def complaints(self) -> Self:
        """Open tickets whose customer sounds negative or wants what complaints want; what
        staff decided about the intent counts, and the model's opinion where there is none.
        """
        suggested = Q(intent__isnull=True, suggested_intent__in=COMPLAINT_INTENTS)
        negative = Q(sentiment__in=[Sentiment.VERY_NEGATIVE, Sentiment.NEGATIVE])
        return self.open().filter(negative | Q(intent__in=COMPLAINT_INTENTS) | suggested)

    @contextmanager
    def complaints_followed(self) -> Iterator[None]:
        """For a change of these tickets: customers with a complaint among them before or
        after it are read again, for nothing they complain about is recommended to them.
        """
        pks = list(self.order_by().values_list("pk", flat=True))
        complaints = self.model._default_manager.filter(pk__in=pks).complaints()
        before = set(complaints.values_list("customer", flat=True))
        yield
        concerned = before | set(complaints.values_list("customer", flat=True))
        Customer.objects.filter(pk__in=concerned - {None}).request_analysis()

    def due(self) -> Self:
        """Tickets that wait for us by a service level; order them by `sla__next_due_at`."""
        return self.filter(sla__next_due_at__isnull=False)

    def getting_worse(self) -> Self:
        """Tickets whose customer sounds at least a step worse than in the beginning."""
        return self.filter(sentiment_trend__lte=-self.model.STEP)

    def getting_better(self) -> Self:
        """Tickets whose customer sounds at least a step better than in the beginning."""
        return self.filter(sentiment_trend__gte=self.model.STEP)

    def matching(self, words: str) -> Self:
        """Tickets whose subject or external id has words beginning so."""
        return matching_prefixes(self, words)

    def refresh_sentiment(self, pks: Iterable[int]) -> None:
        """Have these tickets sound as their customers' latest messages do."""
        with connection.cursor() as cursor:
            cursor.execute(TICKET_SENTIMENT_SQL, [sorted(pks)])

    def follow_messages(self, pks: Iterable[int]) -> None:
        """Have these tickets be as their messages say, once messages moved between them."""
        pks = sorted(pks)
        message: Any = self.model.messages.field.model
        latest = message.objects.filter(ticket=OuterRef("pk")).order_by("-sent_at")
        said = self.model._default_manager.filter(pk__in=pks, messages__isnull=False).distinct()
        self.model._default_manager.filter(pk__in=said.values("pk")).update(
            last_message_at=latest.values("sent_at")[:1]
        )
        self.refresh_sentiment(pks)
        self.model.tell_of(pks)
        rows_updated.send(sender=self.model, pks=pks)

    def with_pending(self) -> Self:
        """Adds `has_pending`: whether a message of the ticket still waits to be read."""
        message: Any = self.model.messages.field.model
        waiting = message.objects.pending().filter(ticket=OuterRef("pk"))
        return self.annotate(has_pending=Exists(waiting))
