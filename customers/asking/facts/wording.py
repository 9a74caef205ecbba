"""What is said of an order: one template for each fact, filled from its columns alone.

Dates, sums and counts are formatted here, in the language that is active.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from customers.asking.facts.patterns import Fact
from customers.models import Order, OrderLine
from customers.templatetags.records import money

MOST_LINES = 10
Said = tuple[str, tuple[str, ...]]  # a sentence, and the columns that it tells


def tell(fact: Fact, order: Order) -> Said:
    """The sentence about the order, and the columns that it was made of."""
    return TEMPLATES[fact](order)


def day(moment: datetime) -> str:
    """The day in the shop's time zone."""
    return date_format(timezone.localtime(moment), "DATE_FORMAT")


def _named(order: Order) -> dict[str, str]:
    return {"number": order.number, "date": day(order.placed_at)}


def _where(order: Order) -> Said:
    columns = ("number", "placed_at", "status", "fulfilment")
    named = _named(order)
    if order.kind == Order.Kind.RETURN:
        return _return(order)
    if order.status == Order.Status.CANCELLED:
        return _("Order %(number)s of %(date)s was cancelled.") % named, columns
    said = {
        Order.Fulfilment.UNFULFILLED: _("Order %(number)s of %(date)s has not been sent yet."),
        Order.Fulfilment.SHIPPED: _(
            "Order %(number)s of %(date)s has been sent and is on its way."
        ),
        Order.Fulfilment.DELIVERED: _("Order %(number)s of %(date)s has been delivered."),
        Order.Fulfilment.RETURNED: _("Order %(number)s of %(date)s was returned."),
    }
    return said[Order.Fulfilment(order.fulfilment)] % named, columns


def _arrival(order: Order) -> Said:
    sentence, columns = _where(order)
    under_way = (Order.Fulfilment.UNFULFILLED, Order.Fulfilment.SHIPPED)
    if order.fulfilment in under_way and order.status != Order.Status.CANCELLED:
        nothing = _("Our records hold no day of delivery for it.")
        sentence = f"{sentence} {nothing}"
    return sentence, columns


def _return(order: Order) -> Said:
    named = _named(order)
    if order.kind != Order.Kind.RETURN:
        if order.fulfilment == Order.Fulfilment.RETURNED:
            return _("Order %(number)s of %(date)s was returned.") % named, ("number", "fulfilment")
        text = _("Our records hold no return for order %(number)s of %(date)s.")
        return text % named, ("number", "placed_at", "fulfilment")
    if order.returned_order is not None:
        named["sale"] = order.returned_order.number
        text = _("We received your return %(number)s of order %(sale)s on %(date)s.")
        return text % named, ("number", "placed_at", "returned_order")
    text = _("We received your return %(number)s on %(date)s.")
    return text % named, ("number", "placed_at")


def _refund(order: Order) -> Said:
    columns = ("number", "placed_at", "payment", "total", "currency")
    named = _named(order) | {"total": money(abs(order.total), order.currency)}
    is_return = order.kind == Order.Kind.RETURN
    if order.payment == Order.Payment.REFUNDED and is_return:
        return _("Return %(number)s of %(date)s was refunded: %(total)s.") % named, columns
    if order.payment == Order.Payment.REFUNDED:
        return _("Order %(number)s of %(date)s was refunded.") % named, columns
    if is_return:
        text = _("Return %(number)s of %(date)s is recorded, but it is not refunded yet.")
        return text % named, columns
    return _("No refund is recorded for order %(number)s of %(date)s.") % named, columns


def _paid(order: Order) -> Said:
    said = {
        Order.Payment.PENDING: _("The payment of order %(number)s of %(date)s is still pending."),
        Order.Payment.PAID: _("Order %(number)s of %(date)s is paid."),
        Order.Payment.REFUNDED: _("Order %(number)s of %(date)s was refunded."),
    }
    text = said[Order.Payment(order.payment)] % _named(order)
    return text, ("number", "placed_at", "payment")


def _amount(order: Order) -> Said:
    named = _named(order) | {
        "total": money(order.total, order.currency),
        "charges": money(order.charges_total, order.currency),
    }
    columns = ("number", "placed_at", "total", "charges_total", "currency")
    if order.charges_total:
        text = _(
            "Order %(number)s of %(date)s came to %(total)s, of which %(charges)s are delivery"
            " and other charges."
        )
        return text % named, columns
    return _("Order %(number)s of %(date)s came to %(total)s.") % named, columns


def _placed(order: Order) -> Said:
    return _("Order %(number)s was placed on %(date)s.") % _named(order), ("number", "placed_at")


def _contents(order: Order) -> Said:
    lines = order.lines.filter(kind=OrderLine.Kind.PRODUCT).select_related("product")
    rows = list(lines.defer("product__search").order_by("position"))
    listed = [f"{line.quantity} × {line.product or line.description}" for line in rows[:MOST_LINES]]
    if len(rows) > MOST_LINES:
        more = len(rows) - MOST_LINES
        listed.append(ngettext("%(n)s more line", "%(n)s more lines", more) % {"n": more})
    named = _named(order) | {"lines": "; ".join(listed) or "–"}
    return _("Order %(number)s of %(date)s: %(lines)s.") % named, ("number", "placed_at", "lines")


TEMPLATES: Mapping[Fact, Callable[[Order], Said]] = {
    Fact.WHERE: _where,
    Fact.ARRIVAL: _arrival,
    Fact.RETURN: _return,
    Fact.REFUND: _refund,
    Fact.PAID: _paid,
    Fact.AMOUNT: _amount,
    Fact.PLACED: _placed,
    Fact.CONTENTS: _contents,
}
