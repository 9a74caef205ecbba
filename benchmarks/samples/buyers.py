"""A shop of customers who buy at very different rates, and of nothing else."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import connection

from benchmarks.samples.rows import multiply
from customers.models import Customer, Order, OrderLine, Product

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAYS = 700
RETURN_EVERY = 25
SEED = 0.25
AMOUNT = (
    f"(CASE WHEN n %% {RETURN_EVERY} = 0 THEN -1 ELSE 1 END)"
    " * (5 + n::bigint * 7919 %% 9500 / 100.0)"
)


def buyers(customers: int, orders: int) -> None:
    """Add customers and their orders of one line each: few buy often, most seldom, and one
    order in 25 is a return. The same numbers make the same shop.
    """
    made = Customer.objects.create(name="Buyer", currency="GBP", source="buyers")
    Customer.objects.filter(pk=made.pk).update(analysed_at=made.created_at)
    multiply(made, customers, name="'Buyer ' || n", email="'buyer' || n || '@example.com'")
    order = Order.objects.create(
        number="0", customer=made, placed_at=NOON, currency="GBP", source="buyers"
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(%s)", [SEED])
    multiply(
        order,
        orders,
        customer=f"{made.pk} + 1 + floor({customers} * power(random(), 2))::int",
        number="n::text",
        kind=f"CASE WHEN n %% {RETURN_EVERY} = 0 THEN 'return' ELSE 'sale' END",
        placed_at=f"made.placed_at - random() * {DAYS} * interval '1 day'",
        goods_total=AMOUNT,
        total=AMOUNT,
    )
    product = Product.objects.create(name="Lantern", price=12, currency="GBP", source="buyers")
    line = OrderLine.objects.create(
        order=order, position=1, product=product, quantity=1, unit_price=12
    )
    multiply(line, orders, order=f"{order.pk} + n", quantity="1 + n %% 3")
    Customer.objects.filter(source="buyers").refresh_order_statistics()


def one_more_day() -> None:
    """One customer in a hundred buys on the day after the last."""
    order = Order.objects.filter(source="buyers").order_by("-placed_at")[0]
    first = Customer.objects.filter(source="buyers").order_by("pk")[0].pk
    multiply(
        order,
        Customer.objects.filter(source="buyers").count() // 100,
        customer=f"{first} + n * 100 - 1",
        number="'next ' || n",
        placed_at="made.placed_at + interval '1 day'",
    )
