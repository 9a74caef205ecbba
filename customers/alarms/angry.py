"""One of the customers who spend most is very unhappy, and nobody has solved it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from customers.models import Alarm, Customer, Sentiment, Ticket
from customers.models.alarm import MOST_ROWS, Finding

DAYS = 30
TOP_SHARE, VERY_TOP_SHARE = 0.05, 0.01
FEWEST_ORDERS = 3

# What the customers who spend most have spent at least, in each currency: amounts of two
# currencies are never compared.
SPENT_SQL = """
SELECT currency, percentile_disc(%s) WITHIN GROUP (ORDER BY spent_total),
    percentile_disc(%s) WITHIN GROUP (ORDER BY spent_total)
FROM customers_customer WHERE order_count > 0 AND spent_total > 0 GROUP BY currency
"""


def find(now: datetime) -> Iterator[Finding]:
    """Customers among the top `TOP_SHARE` by spend in their currency, with an open ticket
    that sounded very negative at the last word, within `DAYS`.
    """
    tickets = Ticket.objects.open().filter(
        sentiment=Sentiment.VERY_NEGATIVE,
        last_message_at__gt=now - timedelta(days=DAYS),
        last_message_at__lte=now,
        customer__order_count__gte=FEWEST_ORDERS,
    )
    bars = _bars()
    angry: dict[int, list[Any]] = defaultdict(list)
    listed = tickets.select_related("customer").defer("search", "customer__search")
    for ticket in listed.order_by("-last_message_at", "-id"):
        customer = ticket.customer
        if customer and customer.spent_total >= bars.get(customer.currency, (0, 0))[0] > 0:
            angry[customer.pk].append(ticket)
    for _pk, written in sorted(angry.items()):
        customer = written[0].customer
        yield _finding(customer, written, bars[customer.currency][1])


def _bars() -> dict[str, tuple[Any, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(SPENT_SQL, [1 - TOP_SHARE, 1 - VERY_TOP_SHARE])
        return {currency: (top, very_top) for currency, top, very_top in cursor.fetchall()}


def _finding(customer: Customer, tickets: list[Ticket], very_top: Any) -> Finding:
    worst = min(ticket.sentiment_score or 0.0 for ticket in tickets)
    is_urgent = customer.spent_total >= very_top
    return Finding(
        key=f"customer:{customer.pk}",
        name=str(customer),
        evidence={
            "spent": str(customer.spent_total),
            "currency": customer.currency,
            "orders": customer.order_count,
            "tickets": len(tickets),
            "subject": tickets[0].subject,
            "score": round(worst, 2),
            "days": DAYS,
        },
        rows_of=Alarm.RowsOf.TICKETS,
        rows=tuple(ticket.pk for ticket in tickets[:MOST_ROWS]),
        severity=Alarm.Severity.URGENT if is_urgent else Alarm.Severity.WARNING,
        subject={"customer": customer.pk},
    )
