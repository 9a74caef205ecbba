"""A shop of any size, whose rows differ enough for lists, filters and indexes to work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from benchmarks.samples.rows import multiply
from customers.models import Customer, Message, Order, Product, Review, Segment, Ticket

ORDERS_EACH, TICKET_EVERY, REVIEW_EVERY = 3, 2, 2
PRODUCTS = 500
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DONE = {"analysed_at": "made.created_at", "created_at": "made.created_at - n * interval '1 min'"}


@dataclass(frozen=True, slots=True)
class Size:
    """How many rows of each record there are."""

    customers: int
    orders: int
    tickets: int
    reviews: int


def fill(customers: int) -> Size:
    """Add so many customers with their orders, tickets and reviews, all of them read."""
    product, buyer = _products(), _customers(customers)
    buyer_of = f"{buyer} + n %% {customers}"
    order = Order.objects.create(number="0", customer_id=buyer, placed_at=NOON, currency="GBP")
    orders, tickets = customers * ORDERS_EACH, customers // TICKET_EVERY
    days_ago = "made.placed_at - n %% 700 * interval '1 day'"
    multiply(order, orders, customer=buyer_of, number="n::text", placed_at=days_ago)
    _tickets(tickets, buyer_of)
    reviews = customers // REVIEW_EVERY
    written = Review.objects.create(product_id=product, customer_id=buyer, rating=4, body="Good.")
    multiply(written, reviews, customer=buyer_of, product=f"{product} + n %% {PRODUCTS}", **DONE)
    return Size(customers, orders, tickets, reviews)


def _products() -> int:
    """Makes the products; the lowest key of them, from which the rest follow."""
    made = Product.objects.create(name="Lantern", price=12, currency="GBP")
    multiply(made, PRODUCTS, name="'Lantern ' || n", sku="'L-' || n", **DONE)
    return made.pk


def _customers(count: int) -> int:
    """Makes the customers; the lowest key of them, from which the rest follow."""
    made = Customer.objects.create(name="Customer", country="United Kingdom", currency="GBP")
    multiply(
        made,
        count,
        name="'Customer ' || n",
        email="'customer' || n || '@example.com'",
        order_count=str(ORDERS_EACH),
        spent_total="(n * 7919 %% 100000)::numeric / 10",
        last_order_at="made.created_at - n * 7919 %% 700 * interval '1 day'",
        suggested_segment=_one_of_segments(),
        segment_probability="0.8",
        sentiment_score="(n * 31 %% 200 - 100)::float / 100",
        **DONE,
    )
    return made.pk


def _tickets(count: int, buyer_of: str) -> None:
    made = Ticket.objects.create(subject="Where is my parcel?")
    multiply(
        made,
        count,
        customer=buyer_of,
        subject="'Where is parcel ' || n || '?'",
        status="(ARRAY['open', 'pending', 'solved', 'closed'])[1 + n %% 4]",
        sentiment="(ARRAY['negative', 'neutral', 'positive'])[1 + n %% 3]",
        sentiment_score="(n %% 3 - 1)::float / 2",
        last_message_at="made.last_message_at - n * interval '1 min'",
    )
    message = Message.objects.create(ticket=made, body="It has not arrived.")
    multiply(message, count, ticket=f"{made.pk} + n", **DONE)


def _one_of_segments() -> str:
    slugs = sorted(Segment.objects.filter(is_active=True).values_list("slug", flat=True))
    listed = ", ".join(f"'{slug}'" for slug in slugs)
    return f"(ARRAY[{listed}])[1 + n %% {len(slugs)}]"
