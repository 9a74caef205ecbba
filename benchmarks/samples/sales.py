"""A shop with years of orders: seasons, countries, returns, many products."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import connection

from benchmarks.samples.rows import multiply
from customers.models import Customer, Message, Order, OrderLine, Product, Review, Ticket

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAYS, COUNTRIES, CATEGORIES, LINES_EACH = 730, 38, 40, 3
READ = {"analysed_at": "made.created_at"}
# Orders stand in the table as they came, more of them each month; one in fifty is a return.
DAYS_AGO = f"({DAYS} * power(1 - n / {{orders}}::float, 1.3))"
IS_RETURN = "{n} %% 50 = 0"
SIGN = f"(CASE WHEN {IS_RETURN} THEN -1 ELSE 1 END)"
QUANTITY, PRICE = "(1 + ({n}::bigint * {k}) %% 5)", "(1 + ({n}::bigint * 7 * {k}) %% 40)"


@dataclass(frozen=True, slots=True)
class Size:
    """How many rows of each record there are."""

    orders: int
    customers: int
    products: int
    texts: int


def fill(size: Size) -> None:
    """Make the shop. Foreign keys are not looked at row by row, for they are all there."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
    try:
        _orders(size, _customers(size), _products(size))
        _texts(size)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = DEFAULT")
            cursor.execute(
                "UPDATE customers_customer c SET first_order_at = f.at, order_count = f.n, "
                "spent_total = f.spent FROM (SELECT customer_id, min(placed_at) AS at, "
                "count(*) AS n, sum(total) AS spent FROM customers_order WHERE kind = 'sale' "
                "GROUP BY customer_id) f WHERE f.customer_id = c.id"
            )
            cursor.execute("VACUUM ANALYZE")


def _products(size: Size) -> int:
    made = Product.objects.create(name="Lantern", price=12, currency="GBP")
    category = f"'Category ' || n %% {CATEGORIES}"
    multiply(made, size.products, name="'Lantern ' || n", category=category, **READ)
    return made.pk


def _customers(size: Size) -> int:
    made = Customer.objects.create(name="Customer", currency="GBP")
    segment = "(ARRAY['loyal', 'at_risk', 'new'])[1 + n %% 3]"
    multiply(made, size.customers, name="'Customer ' || n", suggested_segment=segment, **READ)
    return made.pk


def _orders(size: Size, buyer: int, product: int) -> None:
    made = Order.objects.create(number="0", customer_id=buyer, placed_at=NOON, currency="GBP")
    of_order = [{"n": "n", "k": k} for k in range(1, LINES_EACH + 1)]
    amounts = " + ".join(f"{QUANTITY.format(**one)} * {PRICE.format(**one)}" for one in of_order)
    total = f"{SIGN.format(n='n')} * ({amounts})"
    multiply(
        made,
        size.orders,
        customer=f"{buyer} + 1 + (n * 31 + n / 7) %% {size.customers}",
        number="n::text",
        kind=f"CASE WHEN {IS_RETURN.format(n='n')} THEN 'return' ELSE 'sale' END",
        currency="CASE WHEN n %% 20 = 0 THEN 'EUR' ELSE 'GBP' END",
        country=f"'Country ' || (n %% {COUNTRIES}) * (n %% 3) / 2",
        placed_at=f"made.placed_at - {DAYS_AGO.format(orders=size.orders)} * interval '1 day'",
        goods_total=total,
        total=total,
    )
    _lines(size, made, product)
    Order.objects.filter(pk=made.pk).refresh_totals()


def _lines(size: Size, order: Order, product: int) -> None:
    """The lines of the copies of an order, in the order of these; the totals are theirs."""
    made = OrderLine.objects.create(
        order=order, position=1, product_id=product, quantity=1, unit_price=1
    )
    nth = {"n": f"(1 + (n - 1) / {LINES_EACH})", "k": f"(1 + (n - 1) %% {LINES_EACH})"}
    multiply(
        made,
        size.orders * LINES_EACH,
        order=f"{order.pk} + {nth['n']}",
        position=nth["k"],
        product=f"{product} + 1 + ({nth['n']}::bigint * 13 * {nth['k']}) %% {size.products}",
        quantity=f"{SIGN.format(**nth)} * {QUANTITY.format(**nth)}",
        unit_price=PRICE.format(**nth),
    )


def _texts(size: Size) -> None:
    at = "- n::bigint * 7919 %% 700 * interval '1 day'"
    score = "(n * 31 %% 200 - 100)::float / 100"
    ticket = Ticket.objects.create(subject="Where is my parcel?", opened_at=NOON)
    intent = "(ARRAY['track_order', 'get_refund', 'complaint'])[1 + n %% 3]"
    multiply(ticket, size.texts, opened_at=f"made.opened_at {at}", suggested_intent=intent)
    message = Message.objects.create(ticket=ticket, body="It has not arrived.", sent_at=NOON)
    read = {"sentiment_score": score, **READ}
    multiply(message, size.texts, ticket=f"{ticket.pk} + n", sent_at=f"made.sent_at {at}", **read)
    product = Product.objects.earliest("pk")
    review = Review.objects.create(product=product, body="Good.", written_at=NOON)
    multiply(review, size.texts, written_at=f"made.written_at {at}", **read)
