"""A shop of customers who buy at very different rates, and of nothing else."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import connection

from benchmarks.samples.rows import multiply
from customers.models import Customer, Order

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAYS = 700
RETURN_EVERY = 25
SEED = 0.25


def buyers(customers: int, orders: int) -> None:
    """Add customers and their orders: few buy often, most seldom, and one order in 25 is a
    return. The same numbers make the same shop.
    """
    made = Customer.objects.create(name="Buyer", currency="GBP", source="buyers")
    Customer.objects.filter(pk=made.pk).update(analysed_at=made.created_at)
    multiply(made, customers, name="'Buyer ' || n", email="'buyer' || n || '@example.com'")
    order = Order.objects.create(
        number="0", customer=made, placed_at=NOON, currency="GBP", source="buyers"
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(%s)", [SEED])
    amount = f"(CASE WHEN n %% {RETURN_EVERY} = 0 THEN -1 ELSE 1 END) * (5 + n::bigint * 7919 %% 9500 / 100.0)"
    multiply(
        order,
        orders,
        customer=f"{made.pk} + 1 + floor({customers} * power(random(), 2))::int",
        number="n::text",
        kind=f"CASE WHEN n %% {RETURN_EVERY} = 0 THEN 'return' ELSE 'sale' END",
        placed_at=f"made.placed_at - random() * {DAYS} * interval '1 day'",
        goods_total=amount,
        total=amount,
    )
