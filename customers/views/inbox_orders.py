"""What is done to a customer's order from a ticket; what moves money is confirmed first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from customers.desk import order_actions
from customers.desk.order_forms import AddressForm, CancelForm, RefundForm, ReturnForm
from customers.models import Order, OrderReturn, Ticket
from customers.views.access import (
    StaffRequest,
    get_order_of_ticket_for,
    get_return_of_ticket_for,
    get_ticket_for,
)


@require_GET
def order_of_ticket(request: StaffRequest, pk: int, order_pk: int) -> HttpResponse:
    """The order's sums and lines, and the forms of what can be done to it."""
    ticket, order = _both(request, pk, order_pk)
    return _page(request, ticket, order)


@require_POST
def refund(request: StaffRequest, pk: int, order_pk: int) -> HttpResponse:
    """Pay back a sum."""
    ticket, order = _both(request, pk, order_pk)
    form = RefundForm(request.POST, order=order, sums=order_actions.sums_of(order, request.user))
    if not form.is_valid():
        return _page(request, ticket, order, refund_form=form, status=422)
    said = form.cleaned_data
    if "confirmed" not in request.POST:
        return _confirm(request, ticket, order, _("Pay back"), said["amount"], said["reason"])
    return _done(
        request,
        ticket,
        order,
        lambda version: order_actions.refund(
            order,
            said["amount"],
            reason=said["reason"],
            ticket=ticket,
            by=request.user,
            version=version,
        ),
    )


@require_POST
def cancel(request: StaffRequest, pk: int, order_pk: int) -> HttpResponse:
    """Cancel an order that was not sent."""
    ticket, order = _both(request, pk, order_pk)
    form = CancelForm(request.POST)
    if not form.is_valid():
        return _page(request, ticket, order, cancel_form=form, status=422)
    reason, sums = form.cleaned_data["reason"], order_actions.sums_of(order, request.user)
    if "confirmed" not in request.POST:
        return _confirm(request, ticket, order, _("Cancel the order"), sums.left, reason)
    return _done(
        request,
        ticket,
        order,
        lambda version: order_actions.cancel(
            order, reason=reason, ticket=ticket, by=request.user, version=version
        ),
    )


@require_POST
def change_address(request: StaffRequest, pk: int, order_pk: int) -> HttpResponse:
    """Have an order that was not sent go elsewhere."""
    ticket, order = _both(request, pk, order_pk)
    form = AddressForm(request.POST)
    if not form.is_valid():
        return _page(request, ticket, order, address_form=form, status=422)
    address = form.cleaned_data["address"]
    return _done(
        request,
        ticket,
        order,
        lambda version: order_actions.change_address(
            order, address, ticket=ticket, by=request.user, version=version
        ),
    )


@require_POST
def ask_return(request: StaffRequest, pk: int, order_pk: int) -> HttpResponse:
    """Note that goods come back."""
    ticket, order = _both(request, pk, order_pk)
    form = ReturnForm(request.POST, lines=order_actions.returnable(order))
    if not form.is_valid():
        return _page(request, ticket, order, return_form=form, status=422)
    said = form.cleaned_data
    return _done(
        request,
        ticket,
        order,
        lambda version: order_actions.ask_return(
            order,
            form.units(),
            reason=said["reason"],
            note=said["note"],
            ticket=ticket,
            by=request.user,
            version=version,
        ),
    )


@require_POST
def move_return(request: StaffRequest, pk: int, return_pk: int) -> HttpResponse:
    """Take a return on: approve it, note that the goods are back, reject it, or pay it back."""
    ticket = get_ticket_for(request.user, pk)
    made = get_return_of_ticket_for(ticket, return_pk)
    state = request.POST.get("state", "")
    if state != OrderReturn.State.REFUNDED:
        return _done(
            request,
            ticket,
            made.order,
            lambda _version: order_actions.move_return(made, state, ticket=ticket, by=request.user),
        )
    if "confirmed" not in request.POST:
        amount, what = order_actions.worth(made), order_actions.items_in_words(made)
        return _confirm(request, ticket, made.order, _("Pay back"), amount, what)
    return _done(
        request,
        ticket,
        made.order,
        lambda version: order_actions.refund_return(
            made, ticket=ticket, by=request.user, version=version
        ),
    )


def _both(request: StaffRequest, pk: int, order_pk: int) -> tuple[Ticket, Order]:
    ticket = get_ticket_for(request.user, pk)
    return ticket, get_order_of_ticket_for(ticket, order_pk)


def _done(
    request: StaffRequest, ticket: Ticket, order: Order, act: Callable[[str], Any]
) -> HttpResponse:
    """Do it to the order as it was shown, and say what came of it."""
    try:
        act(request.POST.get("version", ""))
    except order_actions.Overtaken:
        problem = _("Somebody changed the order since. Look at it as it is now, and try again.")
        return _page(request, ticket, order, problem=problem, status=409)
    except order_actions.Refused as refused:
        return _page(request, ticket, order, problem=str(refused), status=422)
    messages.success(request, _("Done; it stands in the conversation."))
    return redirect("ticket", pk=ticket.pk)


def _page(
    request: StaffRequest, ticket: Ticket, order: Order, *, status: int = 200, **more: Any
) -> HttpResponse:
    order = get_order_of_ticket_for(ticket, order.pk)  # as it is now
    lines = order_actions.returnable(order)
    sums = order_actions.sums_of(order, request.user)
    context = {
        "ticket": ticket,
        "order": order,
        "sums": sums,
        "version": order_actions.version_of(order),
        "lines": order.lines.select_related("product").defer("product__search"),
        "returns": order.returns.order_by("placed_at"),
        "order_returns": order.order_returns.select_related("created_by"),
        "can_cancel": order_actions.can_cancel(order),
        "can_change_address": order_actions.can_change_address(order),
        "can_return": any(one.units for one in lines),
        "refund_form": RefundForm(order=order, sums=sums),
        "cancel_form": CancelForm(),
        "address_form": AddressForm(initial={"address": order.shipping_address}),
        "return_form": ReturnForm(lines=lines),
    }
    return render(request, "tickets/order.html", context | more, status=status)


def _confirm(
    request: StaffRequest, ticket: Ticket, order: Order, verb: str, amount: Any, reason: str
) -> HttpResponse:
    """What is about to be done, in sums, with the button that does it."""
    sums = order_actions.sums_of(order, request.user)
    kept = [(name, value) for name, value in request.POST.items() if name != "csrfmiddlewaretoken"]
    context = {
        "ticket": ticket,
        "order": order,
        "verb": verb,
        "amount": amount,
        "reason": reason,
        "sums": sums,
        "left": sums.left - amount,
        "kept": kept,
    }
    return render(request, "tickets/confirm.html", context)
