"""Orders for the tests of insight, made in few words."""

from datetime import timedelta

from customers.models import Order, OrderLine
from tests.factories import NOON, OrderFactory, ProductFactory

DAY = NOON.date()  # 2026-03-02, a Monday


def sell(product=None, quantity=1, price="10", days=0, **columns):
    """A sale of one product, or a return where the quantity is below zero; `days` after the
    Monday of the tests.
    """
    kind = Order.Kind.RETURN if quantity < 0 else Order.Kind.SALE
    placed_at = columns.pop("placed_at", NOON + timedelta(days=days))
    order = OrderFactory(lines=0, kind=kind, placed_at=placed_at, **columns)
    line = OrderLine(product=product or ProductFactory(), quantity=quantity, unit_price=price)
    order.replace_lines([line])
    return order
