"""What the records say of a customer, in sentences whose every number a stored query gives."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q
from django.utils import timezone

from customers.insight.figures import asked
from customers.insight.queries import Runner
from customers.insight.scope import Scope
from customers.insight.sentences import Sentence, Statement, told
from customers.insight.stored import QUERIES
from customers.models import Customer
from customers.models.ticket_choices import COMPLAINT_INTENTS
from customers.periods import Period

NEGATIVE = ("very_negative", "negative")
# Each statement, the columns in it, and the column that must not be empty or none.
STATEMENTS = (
    ("profile_orders", ("orders", "spent", "first_order", "last_order"), "orders"),
    ("profile_rfm", ("rfm",), "rfm"),
    ("profile_expected", ("expected",), "expected"),
    ("profile_returns", ("returns", "return_rate"), "returns"),
    ("profile_open", ("open_tickets",), "open_tickets"),
    ("profile_score", ("score",), "score"),
    ("profile_topic", ("topic",), "topic"),
)


def facts_about(customer: Customer) -> list[Sentence]:
    """Orders, value, RFM class, returns, open tickets, sentiment, topic and last complaint, as
    far as they are known; each figure leads to the records behind it.
    """
    return told(_statements(customer))


def _statements(customer: Customer) -> Iterator[Statement]:
    today = timezone.localdate()
    scope = Scope(Period(today, today), customer.currency).parameters
    runner = Runner(QUERIES)
    parameters = {**scope, "customer": customer.pk}
    for key, columns, needed in STATEMENTS:
        figures = asked(runner, "profile", parameters, *columns)
        if figures[needed].value not in (None, 0):
            yield Statement(key, figures)
    complaint = _last_complaint(customer)
    if complaint is not None:
        figures = asked(runner, "ticket", {**scope, "ticket": complaint}, "day", "subject")
        yield Statement("profile_complaint", figures)


def _last_complaint(customer: Customer) -> int | None:
    """The latest ticket, open or not, in which they complained."""
    wants = Q(intent__in=COMPLAINT_INTENTS)
    wants |= Q(intent__isnull=True, suggested_intent__in=COMPLAINT_INTENTS)
    complaints = customer.tickets.filter(wants | Q(sentiment__in=NEGATIVE))
    latest = complaints.order_by("-opened_at", "-id").values_list("pk", flat=True)
    return latest.first()
