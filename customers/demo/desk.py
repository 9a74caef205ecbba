"""The desk of the demo shop: teams with their tickets, tags, notes of staff, goods on their
way back. All by the order of the rows, so that the same shop has the same desk.
"""

from __future__ import annotations

from datetime import timedelta

from customers.desk.order_actions import returnable
from customers.models import Message, Order, OrderReturn, ReturnItem, Team, Ticket

TEAMS = {
    "Delivery": ("track_order", "delivery_delay", "delivery_period", "change_shipping_address"),
    "Returns": ("get_refund", "track_refund", "product_fault", "wrong_item", "complaint"),
}
TAGS = (["vip"], ["wholesale"], ["gift"])
NOTES = (
    "The carrier says that the parcel is still at their depot.",
    "She called this morning too. Please be generous.",
    "Same fault as in two other tickets of this week.",
)
EVERY = 7  # one open ticket of so many has a note, and so many have tags
RETURNS = 4


def write_desk(source: str) -> None:
    """Set up the desk over the tickets and orders that came from `source`."""
    _write_teams(source)
    waiting = Ticket.objects.filter(source=source).open().order_by("external_id")
    for number, ticket in enumerate(waiting.defer("search")):
        if number % EVERY == 0:
            _write_note(ticket, NOTES[number // EVERY % len(NOTES)])
        if number % EVERY == 3:
            Ticket.objects.filter(pk=ticket.pk).update(tags=TAGS[number // EVERY % len(TAGS)])
    _write_returns(source)


def _write_teams(source: str) -> None:
    for name, intents in TEAMS.items():
        team, _made = Team.objects.get_or_create(name=name)
        rows = Ticket.objects.filter(source=source, intent__in=intents)
        rows.filter(team=None).update(team=team)
    for name, fulfilment in (("Delivery", "shipped"), ("Returns", "delivered")):
        waiting = Ticket.objects.filter(source=source, team=None).open()
        about = waiting.filter(order__fulfilment=fulfilment)
        about.update(team=Team.objects.get(name=name))


def _write_note(ticket: Ticket, body: str) -> None:
    Message.objects.create(
        ticket=ticket,
        body=body,
        author_kind=Message.Author.AGENT,
        is_internal=True,
        sent_at=ticket.last_message_at + timedelta(minutes=2),
    )


def _write_returns(source: str) -> None:
    """Some delivered orders of which one unit comes back, in one state each."""
    states = OrderReturn.State
    ways = (states.REQUESTED, states.APPROVED, states.RECEIVED, states.REJECTED)
    reasons = OrderReturn.Reason.values
    sold = Order.objects.filter(
        source=source, kind=Order.Kind.SALE, fulfilment=Order.Fulfilment.DELIVERED, payment="paid"
    )
    about = sold.filter(returns=None, tickets__isnull=False).order_by("-placed_at", "number")
    for number, order in enumerate(about.distinct()[:RETURNS]):
        line = next((one.line for one in returnable(order) if one.units), None)
        if line is None or line.product_id is None:
            continue
        made = OrderReturn.objects.create(
            order=order,
            ticket=order.tickets.order_by("pk").first(),
            reason=reasons[number % len(reasons)],
            state=ways[number % len(ways)],
        )
        ReturnItem.objects.create(
            order_return=made, product_id=line.product_id, quantity=1, unit_price=line.unit_price
        )
