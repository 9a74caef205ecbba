"""A shop of a million customers: names that people have, orders with lines, tickets that talk.

Everything follows from a row's number, so two runs make the same shop. Orders are few for most
customers and many for some; the latest come last, as in a shop that grew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.utils import timezone

from benchmarks.samples.people import FIRST, GIVEN, LAST, SURNAMES, TOWNS
from benchmarks.samples.rows import bulk_loading, multiply, one_of
from benchmarks.samples.tickets import SUBJECTS_AND_BODIES
from benchmarks.samples.workspace import (
    AGENTS,
    CHANNELS,
    SENTIMENTS,
    TEAMS,
    First,
    fill_workspace,
    staff,
)
from customers.models import (
    Customer,
    CustomField,
    Message,
    Order,
    OrderLine,
    Product,
    RfmClass,
    Segment,
    Ticket,
)

PRODUCTS, LINES_EACH, MESSAGES_EACH = 2_000, 2, 2
GOODS = ("Kettle", "Teapot", "Lantern", "Cushion", "Chopping board", "Throw", "Vase", "Notebook")
KINDS = ("Enamel", "Walnut", "Linen", "Brass", "Glass", "Wool", "Cork", "Slate", "Bamboo", "Copper")
COUNTRIES = ("United Kingdom", "Germany", "France", "China", "Spain", "Italy", "Ireland", "Norway")
CHINESE_EVERY = 20
COMPANIES, BUSY_EVERY = 5_000, 1_000  # every thousandth order and ticket is of one customer
CHINESE_MESSAGES = (
    *("我的订单还没有送到", "茶壶的盖子碎了，想换一个"),
    *("请问什么时候退款", "颜色发错了"),
)
ORDERED = """
DROP TABLE IF EXISTS ordered;
CREATE TEMPORARY TABLE ordered AS
SELECT customer_id, count(*) AS orders, min(placed_at) AS first, max(placed_at) AS last
FROM customers_order WHERE customer_id IS NOT NULL GROUP BY 1;
CREATE UNIQUE INDEX ON ordered (customer_id);
ANALYZE ordered;
"""
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
    """Make the shop with everything that its staff wrote and did."""
    with bulk_loading():
        product = _products()
        made = Customer.objects.create(name="Customer", currency="GBP")
        buyer = made.pk
        order = _orders(size, buyer, product)
        _customers(size, made)
        ticket, message = _tickets(size, buyer, order)
        fill_workspace(First(product, buyer, ticket, message), size.tickets)


def _products() -> int:
    made = Product.objects.create(name="Kettle", price=12, currency="GBP")
    name = f"{one_of(KINDS, 'n')} || ' ' || lower({one_of(GOODS, 'n / 10')}) || ' ' || n"
    category = one_of(GOODS, "n / 10")
    multiply(made, PRODUCTS, name=name, sku="'SKU-' || n", category=category, **DONE)
    return made.pk


def _customers(size: Size, made: Customer) -> None:
    """They ordered as often, and when, as the orders say that are there already."""
    with connection.cursor() as cursor:
        cursor.execute(ORDERED)
    ordered = "(SELECT {} FROM ordered WHERE customer_id = made.id + n)"
    first, last = one_of(FIRST, "n"), one_of(LAST, f"n / {len(FIRST)}")
    chinese = f"{one_of(tuple(SURNAMES[:-6]), 'n')} || {one_of(tuple(GIVEN), 'n / 7')}"
    chinese += f" || {one_of(tuple(GIVEN), 'n / 300')}"
    multiply(
        made,
        size.customers,
        name=f"CASE WHEN n %% {CHINESE_EVERY} = 0 THEN {chinese} ELSE {first} || ' ' || {last} END",
        email="'buyer' || n || '@mail' || n %% 50 || '.example.com'",
        phone="'+44 7' || lpad(n::text, 9, '0')",
        city=one_of(tuple(town for town, _code in TOWNS), "n / 3"),
        country=one_of(COUNTRIES, "n / 5"),
        language=f"CASE WHEN n %% {CHINESE_EVERY} = 0 THEN 'zh' ELSE 'en' END",
        company=f"CASE WHEN n %% 10 = 0 THEN 'Company ' || n %% {COMPANIES} ELSE '' END",
        tags="CASE WHEN n %% 100 = 0 THEN ARRAY['vip'] WHEN n %% 3 = 0 THEN ARRAY['retail'] "
        "ELSE ARRAY[]::varchar[] END",
        custom=f"jsonb_build_object('tier', {one_of(('gold', 'silver', 'bronze', 'none'), 'n')})",
        marketing_consent="(ARRAY[true, false, NULL])[1 + n %% 3]",
        source="(ARRAY['', '', 'shopify', 'woocommerce'])[1 + n %% 4]",
        external_id="'c' || made.id || '-' || n",
        currency="(ARRAY['GBP', 'GBP', 'GBP', 'EUR'])[1 + n %% 4]",
        spent_total="(n::bigint * 7919 %% 100000)::numeric / 10",
        order_count=f"coalesce({ordered.format('orders')}, 0)",
        first_order_at=ordered.format("first"),
        last_order_at=ordered.format("last"),
        average_order_value="(n::bigint * 7919 %% 5000)::numeric / 10",
        suggested_segment=one_of(_segments(), "n"),
        segment_probability="0.5 + (n %% 50) / 100.0",
        segment=f"CASE WHEN n %% 50 = 0 THEN {one_of(_segments(), 'n')} END",
        rfm_class=one_of(RfmClass.values, "n"),
        expected_value="(n::bigint * 6007 %% 30000)::numeric / 10",
        alive_probability="(n %% 997) / 997.0",
        sentiment_score="(n::bigint * 31 %% 200 - 100)::float / 100",
        **DONE,
    )
    CustomField.objects.get_or_create(
        record="customer",
        key="tier",
        defaults={"name": "Tier", "type": "choice", "choices": ["gold", "silver", "bronze"]},
    )


def _orders(size: Size, buyer: int, product: int) -> int:
    made = Order.objects.create(
        number="0", customer_id=buyer, placed_at=timezone.now(), currency="GBP"
    )
    multiply(
        made,
        size.orders,
        customer=f"CASE WHEN n %% {BUSY_EVERY} = 0 THEN {buyer} + 1 "
        f"WHEN n %% 20 = 7 THEN NULL "
        f"ELSE {buyer} + 1 + (n::bigint * n %% 977 * 1021 + n) %% {size.customers} END",
        number="(100000 + n)::text",
        kind="CASE WHEN n %% 40 = 3 THEN 'return' ELSE 'sale' END",
        status="(ARRAY['completed', 'completed', 'open', 'cancelled'])[1 + n %% 4]",
        fulfilment="(ARRAY['delivered', 'shipped', 'unfulfilled', 'returned'])[1 + n %% 4]",
        currency="(ARRAY['GBP', 'GBP', 'GBP', 'EUR'])[1 + n %% 4]",
        source="(ARRAY['', '', 'shopify', 'woocommerce'])[1 + n %% 4]",
        external_id="'o' || made.id || '-' || n",
        payment="(ARRAY['paid', 'paid', 'pending', 'refunded'])[1 + n %% 4]",
        placed_at=f"made.placed_at - ({size.orders} - n) * interval '700 days' / {size.orders}",
        country=one_of(COUNTRIES, "n / 5"),
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
    return made.pk


def _tickets(size: Size, buyer: int, order: int) -> tuple[int, int]:
    made = Ticket.objects.create(subject="Where is my parcel?")
    subjects, bodies = zip(*SUBJECTS_AND_BODIES, strict=True)
    ago = f"({size.tickets} - n) * interval '350 days' / {size.tickets}"
    users, teams = (", ".join(map(str, keys)) for keys in staff())
    solved = "(n %% 6) IN (2, 3, 4, 5)"
    multiply(
        made,
        size.tickets,
        customer=f"CASE WHEN n %% {BUSY_EVERY} = 0 THEN {buyer} + 1 "
        f"ELSE {buyer} + 1 + (n::bigint * 7) %% {size.customers} END",
        order=f"CASE WHEN n %% 3 = 0 THEN {order} + 1 + (n::bigint * 11) %% {size.orders} END",
        subject=f"{one_of(subjects, 'n')} || ' (' || n || ')'",
        status="(ARRAY['open', 'pending', 'solved', 'closed', 'closed', 'closed'])[1 + n %% 6]",
        priority="(ARRAY['normal', 'normal', 'high', 'urgent', 'low'])[1 + n / 6 %% 5]",
        suggested_priority="(ARRAY['normal', 'normal', 'high', 'urgent', 'low'])[1 + n / 6 %% 5]",
        channel=one_of(CHANNELS, "n / 7"),
        tags="CASE WHEN n %% 50 = 0 THEN ARRAY['parcel'] WHEN n %% 4 = 0 THEN ARRAY['shipping'] "
        "ELSE ARRAY[]::varchar[] END",
        assignee=f"(ARRAY[{users}, NULL, NULL])[1 + n / 6 %% {AGENTS + 2}]",
        team=f"(ARRAY[{teams}, NULL])[1 + n / 6 %% {TEAMS + 1}]",
        snoozed_until_at="CASE WHEN n %% 60 = 1 THEN now() + n * interval '1 minute' END",
        intent="CASE WHEN n %% 10 = 0 THEN 'complaint' END",
        suggested_intent="(ARRAY['track_order', 'get_refund', 'complaint', NULL])[1 + n / 6 %% 4]",
        sentiment=one_of(SENTIMENTS, "n"),
        sentiment_score="(n %% 5 - 2)::float / 2",
        sentiment_trend="CASE WHEN n %% 3 = 0 THEN (n %% 9 - 4)::float / 4 END",
        opened_at=f"made.opened_at - {ago}",
        last_message_at=f"made.last_message_at - {ago}",
        first_replied_at=f"CASE WHEN {solved} THEN made.opened_at - {ago} + interval '1 hour' END",
        first_reply_minutes=f"CASE WHEN {solved} THEN 60 END",
        solved_at=f"CASE WHEN {solved} THEN made.opened_at - {ago} + interval '1 day' END",
        solve_minutes=f"CASE WHEN {solved} THEN 1440 END",
    )
    message = Message.objects.create(ticket=made, body="It has not arrived.")
    said = one_of([body.replace("{n}", "") for body in bodies], f"n / {MESSAGES_EACH}")
    goods = f"{one_of(KINDS, 'n / 3')} || ' ' || {one_of(GOODS, 'n / 11')}"
    chinese = one_of(CHINESE_MESSAGES, f"n / {CHINESE_EVERY}")
    multiply(
        message,
        size.messages,
        ticket=f"{made.pk} + 1 + (n - 1) / {MESSAGES_EACH}",
        body=f"CASE WHEN n %% {CHINESE_EVERY} = 0 THEN {chinese} "
        f"ELSE {said} || ' It is about the ' || {goods} || ', no. ' || n END",
        author_kind="(ARRAY['customer', 'customer', 'agent'])[1 + n %% 3]",
        sent_at=f"made.sent_at - ({size.messages} - n) * interval '350 days' / {size.messages}",
        **DONE,
    )
    return made.pk, message.pk


def _segments() -> Sequence[str]:
    active = Segment.objects.filter(is_active=True)
    return sorted(active.values_list("slug", flat=True))
