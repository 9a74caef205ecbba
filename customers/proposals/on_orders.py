"""Proposals about an order of a ticket's customer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from customers.desk import order_actions
from customers.models import JournalEntry, Order, OrderReturn, Proposal, Ticket, User
from customers.proposals.lines import Line, Overtaken, Refused
from customers.templatetags.records import money

NOTE_CHARACTERS = 200
Shown = Mapping[str, Any]


def state(proposal: Proposal) -> dict[str, Any]:
    """The order's version."""
    return {"order": order_actions.version_of(_both(proposal)[1])}


def refund_lines(proposal: Proposal) -> list[Line]:
    """What was paid back, before and after."""
    order, amount = _both(proposal)[1], Decimal(proposal.arguments["amount"])
    before = order.refunded_total
    after = amount if before is None else before + amount  # None: hidden from whoever asks
    told = "" if before is None else money(before, order.currency)
    return [_of_order(order), Line(_("Paid back"), told, money(after, order.currency))]


def cancel_lines(proposal: Proposal) -> list[Line]:
    """The order's status, before and after."""
    order = _both(proposal)[1]
    after = dict(Order.Status.choices)[Order.Status.CANCELLED]
    return [_of_order(order), Line(_("Status"), order.get_status_display(), str(after))]


def return_lines(proposal: Proposal) -> list[Line]:
    """What comes back, and why."""
    order, said = _both(proposal)[1], proposal.arguments
    units = {one["position"]: one["quantity"] for one in said["units"]}
    items = ", ".join(
        f"{units[one.position]} × {one.product or one.description}"
        for one in order.lines.all()
        if one.position in units
    )
    why = dict(OrderReturn.Reason.choices)[said["return_reason"]]
    return [_of_order(order), Line(_("Comes back"), "", items), Line(_("Reason"), "", str(why))]


def refund(proposal: Proposal, by: User, shown: Shown) -> JournalEntry:
    """Pay the sum back."""
    ticket, order = _both(proposal)
    return _done(
        lambda: order_actions.refund(
            order,
            Decimal(proposal.arguments["amount"]),
            reason=proposal.reason[:NOTE_CHARACTERS],
            ticket=ticket,
            by=by,
            version=shown["order"],
        )
    )


def cancel(proposal: Proposal, by: User, shown: Shown) -> JournalEntry:
    """Cancel the order."""
    ticket, order = _both(proposal)
    return _done(
        lambda: order_actions.cancel(
            order,
            reason=proposal.reason[:NOTE_CHARACTERS],
            ticket=ticket,
            by=by,
            version=shown["order"],
        )
    )


def ask_return(proposal: Proposal, by: User, shown: Shown) -> JournalEntry | None:
    """Note that the goods come back."""
    ticket, order = _both(proposal)
    said = proposal.arguments
    by_position = dict(order.lines.values_list("position", "pk"))
    if missing := [one["position"] for one in said["units"] if one["position"] not in by_position]:
        raise Refused(_("The order has no line %(n)s.") % {"n": missing[0]})
    _done(
        lambda: order_actions.ask_return(
            order,
            {by_position[one["position"]]: one["quantity"] for one in said["units"]},
            reason=said["return_reason"],
            note=proposal.reason[:NOTE_CHARACTERS],
            ticket=ticket,
            by=by,
            version=shown["order"],
        )
    )
    own = JournalEntry.objects.filter(by=by, kind=JournalEntry.Kind.ORDER_ACTION)
    return own.order_by("-pk").first()  # of this transaction: the order is locked


def _done(act: Callable[[], Any]) -> Any:
    try:
        return act()
    except order_actions.Refused as error:
        raise Refused(str(error)) from error
    except order_actions.Overtaken as error:
        raise Overtaken from error


def _of_order(order: Order) -> Line:
    return Line(_("Order"), "", order.number)


def _both(proposal: Proposal) -> tuple[Ticket, Order]:
    assert proposal.ticket is not None
    assert proposal.order is not None
    return proposal.ticket, proposal.order
