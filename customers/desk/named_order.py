"""Which of their orders a customer writes about."""

from __future__ import annotations

from customers.extraction import order_numbers, order_shapes
from customers.models import Customer, Order

LATEST = 200  # of a customer's orders; older ones are hardly written about


def order_named(customer: Customer | None, *texts: str) -> Order | None:
    """The one order of theirs that the texts name; None for none, and for several."""
    if customer is None:
        return None
    orders = Order.objects.filter(customer=customer).exclude(number="")
    own = {order.number.upper(): order for order in orders.order_by("-placed_at", "-id")[:LATEST]}
    shape = order_shapes(own)
    named = {found.value for text in texts for found in order_numbers(text, shape)}
    known = [own[number] for number in named if number in own]
    return known[0] if len(known) == 1 else None
