"""A shop of a million customers: names that people have, orders with lines, tickets that talk.

Everything follows from a row's number, so two runs make the same shop. Orders are few for most
customers and many for some; the latest come last, as in a shop that grew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import connection

from benchmarks.samples.people import FIRST, GIVEN, LAST, SURNAMES, TOWNS
from benchmarks.samples.rows import multiply
from benchmarks.samples.tickets import SUBJECTS_AND_BODIES
from customers.models import Customer, Message, Order, OrderLine, Product, Segment, Ticket

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PRODUCTS, LINES_EACH, MESSAGES_EACH = 2_000, 2, 2
GOODS = ("Kettle", "Teapot", "Lantern", "Cushion", "Chopping board", "Throw", "Vase", "Notebook")
KINDS = ("Enamel", "Walnut", "Linen", "Brass", "Glass", "Wool", "Cork", "Slate", "Bamboo", "Copper")
COUNTRIES = ("United Kingdom", "Germany", "France", "China", "Spain", "Italy", "Ireland", "Norway")
CHINESE_EVERY = 20
CHINESE_MESSAGES = (
    *("我的订单还没有送到", "茶壶的盖子碎了，想换一个"),
    *("请问什么时候退款", "颜色发错了"),
)
ANALYSED = {"analysed_at": "made.created_at"}
DONE = {**ANALYSED, "created_at": "made.created_at - n * interval '20 seconds'"}


@dataclass(frozen=True, slots=True)
class Size:
    """How many rows of each record there are."""

    customers: int = 1_000_000
    orders: int = 3_000_000
    messages: int = 1_000_000

    @property
    def tickets(self) -> int:
        """Each has `MESSAGES_EACH` messages."""
        return self.messages // MESSAGES_EACH

    def __str__(self) -> str:
        return (
            f"{self.customers:,} customers, {self.orders:,} orders, {self.tickets:,} tickets, "
            f"{self.messages:,} messages"
        )


def fill(size: Size) -> None:
    """Make the shop. Foreign keys are not looked at row by row, for they are all there."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
    try:
        product = _products()
        buyer = _customers(size)
        _orders(size, buyer, product)
        _tickets(size, buyer)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = DEFAULT")
            cursor.execute("VACUUM ANALYZE")


def _products() -> int:
    made = Product.objects.create(name="Kettle", price=12, currency="GBP")
    name = f"{_one_of(KINDS, 'n')} || ' ' || lower({_one_of(GOODS, 'n / 10')}) || ' ' || n"
    category = _one_of(GOODS, "n / 10")
    multiply(made, PRODUCTS, name=name, sku="'SKU-' || n", category=category, **DONE)
    return made.pk


def _customers(size: Size) -> int:
    made = Customer.objects.create(name="Customer", currency="GBP")
    first, last = _one_of(FIRST, "n"), _one_of(LAST, f"n / {len(FIRST)}")
    chinese = f"{_one_of(tuple(SURNAMES[:-6]), 'n')} || {_one_of(tuple(GIVEN), 'n / 7')}"
    chinese += f" || {_one_of(tuple(GIVEN), 'n / 300')}"
    multiply(
        made,
        size.customers,
        name=f"CASE WHEN n %% {CHINESE_EVERY} = 0 THEN {chinese} ELSE {first} || ' ' || {last} END",
        email="'buyer' || n || '@mail' || n %% 50 || '.example.com'",
        phone="'+44 7' || lpad(n::text, 9, '0')",
        city=_one_of(tuple(town for town, _code in TOWNS), "n / 3"),
        country=_one_of(COUNTRIES, "n / 5"),
        language=f"CASE WHEN n %% {CHINESE_EVERY} = 0 THEN 'zh' ELSE 'en' END",
        tags="CASE WHEN n %% 100 = 0 THEN ARRAY['vip'] ELSE ARRAY[]::varchar[] END",
        order_count="1 + n %% 5",
        spent_total="(n::bigint * 7919 %% 100000)::numeric / 10",
        average_order_value="(n::bigint * 7919 %% 5000)::numeric / 10",
        first_order_at="made.created_at - (700 + n %% 300) * interval '1 day'",
        last_order_at="made.created_at - n::bigint * 7919 %% 700 * interval '1 day'",
        suggested_segment=_one_of(_segments(), "n"),
        segment_probability="0.5 + (n %% 50) / 100.0",
        sentiment_score="(n::bigint * 31 %% 200 - 100)::float / 100",
        **DONE,
    )
    return made.pk


def _orders(size: Size, buyer: int, product: int) -> None:
    made = Order.objects.create(number="0", customer_id=buyer, placed_at=NOON, currency="GBP")
    multiply(
        made,
        size.orders,
        customer=f"{buyer} + 1 + (n::bigint * n %% 977 * 1021 + n) %% {size.customers}",
        number="(100000 + n)::text",
        status="(ARRAY['completed', 'completed', 'open', 'cancelled'])[1 + n %% 4]",
        payment="(ARRAY['paid', 'paid', 'pending', 'refunded'])[1 + n %% 4]",
        placed_at=f"made.placed_at - ({size.orders} - n) * interval '20 seconds'",
        country=_one_of(COUNTRIES, "n / 5"),
        goods_total="30",
        total="30",
    )
    line = OrderLine.objects.create(
        order=made, position=1, product_id=product, quantity=1, unit_price=15
    )
    multiply(
        line,
        size.orders * LINES_EACH,
        order=f"{made.pk} + 1 + (n - 1) / {LINES_EACH}",
        position=f"1 + (n - 1) %% {LINES_EACH}",
        product=f"{product} + 1 + (n::bigint * 13) %% {PRODUCTS}",
    )


def _tickets(size: Size, buyer: int) -> None:
    made = Ticket.objects.create(subject="Where is my parcel?")
    subjects, bodies = zip(*SUBJECTS_AND_BODIES, strict=True)
    ago = f"({size.tickets} - n) * interval '1 minute'"
    multiply(
        made,
        size.tickets,
        customer=f"{buyer} + 1 + (n::bigint * 7) %% {size.customers}",
        subject=f"{_one_of(subjects, 'n')} || ' (' || n || ')'",
        status="(ARRAY['open', 'pending', 'solved', 'closed', 'closed', 'closed'])[1 + n %% 6]",
        suggested_intent="(ARRAY['track_order', 'get_refund', 'complaint'])[1 + n %% 3]",
        sentiment="(ARRAY['negative', 'neutral', 'positive'])[1 + n %% 3]",
        sentiment_score="(n %% 3 - 1)::float / 2",
        opened_at=f"made.opened_at - {ago}",
        last_message_at=f"made.last_message_at - {ago}",
    )
    message = Message.objects.create(ticket=made, body="It has not arrived.")
    said = _one_of([body.replace("{n}", "") for body in bodies], f"n / {MESSAGES_EACH}")
    goods = f"{_one_of(KINDS, 'n / 3')} || ' ' || {_one_of(GOODS, 'n / 11')}"
    chinese = _one_of(CHINESE_MESSAGES, f"n / {CHINESE_EVERY}")
    multiply(
        message,
        size.messages,
        ticket=f"{made.pk} + 1 + (n - 1) / {MESSAGES_EACH}",
        body=f"CASE WHEN n %% {CHINESE_EVERY} = 0 THEN {chinese} "
        f"ELSE {said} || ' It is about the ' || {goods} || ', no. ' || n END",
        sent_at=f"made.sent_at - ({size.messages} - n) * interval '30 seconds'",
        **DONE,
    )


def _segments() -> Sequence[str]:
    active = Segment.objects.filter(is_active=True)
    return sorted(active.values_list("slug", flat=True))


def _one_of(values: Sequence[str], number: str) -> str:
    """SQL for the value of that number, round and round."""
    listed = ", ".join("'" + value.replace("'", "''").replace("%", "%%") + "'" for value in values)
    return f"(ARRAY[{listed}])[1 + ({number}) %% {len(values)}]"
