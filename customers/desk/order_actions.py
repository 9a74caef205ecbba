"""What staff do to an order from a ticket: refund, cancel, change the address, take goods back.

Each is one entry of the journal, says in the ticket what was done, and never pays back more
than was paid. Money that is paid back is an order of kind "return", so that the sums over orders
hold by themselves. Agents pay back up to `AGENT_REFUND_LIMIT` of an order; managers any sum.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.conf import settings
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from customers.journal.recording import Journal, recorded
from customers.models import (
    JournalEntry,
    Message,
    Order,
    OrderLine,
    OrderReturn,
    ReturnItem,
    Ticket,
    User,
)
from customers.templatetags.records import money

CENT = Decimal("0.01")
ORDER_COLUMNS = ("status", "payment", "fulfilment", "refunded_total", "shipping_address")


class Refused(ValueError):
    """Why an order is left as it is, for people."""


class Overtaken(Exception):
    """Somebody changed the order since it was shown."""


@dataclass(frozen=True, slots=True)
class Sums:
    """What was paid for an order, what of it went back, and what can go back still; `allowed`
    is how much of that the asking user may pay back.
    """

    paid: Decimal
    credited: Decimal
    left: Decimal
    allowed: Decimal


@dataclass(frozen=True, slots=True)
class Returnable:
    """A line of an order and how many of its units can still come back."""

    line: OrderLine
    units: int


def sums_of(order: Order, user: User) -> Sums:
    """The sums of a sale; of a return, or where nothing was paid, nothing can go back."""
    is_paid = order.kind == Order.Kind.SALE and order.payment != Order.Payment.PENDING
    paid = order.total if is_paid and order.status != Order.Status.CANCELLED else Decimal(0)
    returns = order.returns.exclude(status=Order.Status.CANCELLED)
    credited = -(returns.aggregate(sum=Sum("total"))["sum"] or Decimal(0))
    credited = max(credited, order.refunded_total)
    left = max(Decimal(0), paid - credited).quantize(CENT, ROUND_HALF_UP)
    most = left if user.is_manager else settings.AGENT_REFUND_LIMIT - credited
    return Sums(paid, credited, left, max(Decimal(0), min(left, most)).quantize(CENT))


def version_of(order: Order) -> str:
    """What a form carries, so that a change in between is seen."""
    return order.updated_at.isoformat()


def can_cancel(order: Order) -> bool:
    """Whether nothing of it was sent or paid back yet."""
    is_here = order.fulfilment == Order.Fulfilment.UNFULFILLED
    return is_here and _is_live(order) and not order.refunded_total


def can_change_address(order: Order) -> bool:
    """Whether it was not sent yet."""
    return order.fulfilment == Order.Fulfilment.UNFULFILLED and _is_live(order)


def returnable(order: Order) -> list[Returnable]:
    """The lines of goods, each with the units that neither came back nor are on their way."""
    back: dict[int | None, int] = {}
    came = OrderLine.objects.filter(order__returned_order=order, kind=OrderLine.Kind.PRODUCT)
    for pk, units in came.exclude(order__status="cancelled").values_list("product", "quantity"):
        back[pk] = back.get(pk, 0) - units
    states = OrderReturn.State
    waiting = ReturnItem.objects.filter(order_return__order=order)
    waiting = waiting.exclude(order_return__state__in=(states.REFUNDED, states.REJECTED))
    for pk, units in waiting.values_list("product", "quantity"):
        back[pk] = back.get(pk, 0) + units
    lines = order.lines.filter(kind=OrderLine.Kind.PRODUCT, quantity__gt=0)
    found = []
    for line in lines.select_related("product").defer("product__search").order_by("position"):
        taken = min(line.quantity, max(0, back.get(line.product_id, 0)))
        back[line.product_id] = back.get(line.product_id, 0) - taken
        found.append(Returnable(line, line.quantity - taken))
    return found


def refund(
    order: Order, amount: Decimal, *, reason: str, ticket: Ticket, by: User, version: str
) -> JournalEntry:
    """Pay back a sum without goods coming back. Raises Refused, and Overtaken."""
    with _acting(order, ticket, by, version) as (journal, row):
        _check_sum(row, amount, by)
        line = OrderLine(
            kind=OrderLine.Kind.CHARGE,
            description=(_("Refund: %(reason)s") % {"reason": reason})[:300],
            quantity=-1,
            unit_price=amount,
        )
        _pay_back(journal, row, [line], amount)
        said = _("Refunded %(sum)s of order %(order)s: %(reason)s")
        _tell(journal, ticket, said % _named(row, sum=_money(row, amount), reason=reason))
    return journal.entry


def cancel(order: Order, *, reason: str, ticket: Ticket, by: User, version: str) -> JournalEntry:
    """Cancel an order that was not sent; what was paid goes back."""
    with _acting(order, ticket, by, version) as (journal, row):
        if not can_cancel(row):
            raise Refused(_("It was sent, cancelled or paid back in part: it cannot be cancelled."))
        paid = sums_of(row, by).left
        if paid:
            _check_sum(row, paid, by)
        with journal.watching(Order.objects.filter(pk=row.pk), *ORDER_COLUMNS):
            row.status = Order.Status.CANCELLED
            row.refunded_total += paid
            row.payment = Order.Payment.REFUNDED if paid else row.payment
            row.save(update_fields=["status", "payment", "refunded_total", "updated_at"])
        row.recount_customers()
        said = _("Cancelled order %(order)s, %(sum)s goes back: %(reason)s")
        _tell(journal, ticket, said % _named(row, sum=_money(row, paid), reason=reason))
    return journal.entry


def change_address(
    order: Order, address: str, *, ticket: Ticket, by: User, version: str
) -> JournalEntry:
    """Have an order that was not sent go elsewhere."""
    with _acting(order, ticket, by, version) as (journal, row):
        if not can_change_address(row):
            raise Refused(_("It was sent or cancelled: the address cannot be changed."))
        with journal.watching(Order.objects.filter(pk=row.pk), *ORDER_COLUMNS):
            row.shipping_address = address
            row.save(update_fields=["shipping_address", "updated_at"])
        said = _("Order %(order)s goes to:\n%(address)s")
        _tell(journal, ticket, said % _named(row, address=address))
    return journal.entry


def ask_return(
    order: Order,
    units: Mapping[int, int],
    *,
    reason: str,
    note: str,
    ticket: Ticket,
    by: User,
    version: str,
) -> OrderReturn:
    """Note that units come back, by the key of their line."""
    with _acting(order, ticket, by, version) as (journal, row):
        chosen = [(one, units.get(one.line.pk, 0)) for one in returnable(row)]
        if any(n > one.units or n < 0 for one, n in chosen):
            raise Refused(_("More units than were bought cannot come back."))
        if not any(n for _one, n in chosen):
            raise Refused(_("Say how many units come back."))
        made = OrderReturn.objects.create(
            order=row, ticket=ticket, reason=reason, note=note, created_by=by
        )
        ReturnItem.objects.bulk_create(
            ReturnItem(
                order_return=made,
                product=one.line.product,
                quantity=n,
                unit_price=one.line.unit_price,
            )
            for one, n in chosen
            if n
        )
        row.save(update_fields=["updated_at"])
        journal.made(OrderReturn.objects.filter(pk=made.pk))
        said = _("Return %(number)s of order %(order)s asked for: %(items)s (%(reason)s)")
        why = str(made.get_reason_display())
        named = _named(row, number=made.number, items=items_in_words(made), reason=why)
        _tell(journal, ticket, said % named)
    return made


def move_return(made: OrderReturn, state: str, *, ticket: Ticket, by: User) -> JournalEntry:
    """Take a return to its next state."""
    with recorded(JournalEntry.Kind.ORDER_ACTION, by=by, note=made.number) as journal:
        row = OrderReturn.objects.select_for_update(of=("self",)).get(pk=made.pk)
        if state not in dict(row.next_states):
            raise Refused(_("The return is %(state)s.") % {"state": row.get_state_display()})
        with journal.watching(OrderReturn.objects.filter(pk=row.pk), "state"):
            row.state = state
            row.save(update_fields=["state", "updated_at"])
        said = _("Return %(number)s: %(state)s")
        _tell(journal, ticket, said % {"number": row.number, "state": row.get_state_display()})
    return journal.entry


def refund_return(made: OrderReturn, *, ticket: Ticket, by: User, version: str) -> JournalEntry:
    """Pay back what the units of a return cost."""
    with _acting(made.order, ticket, by, version) as (journal, row):
        own = OrderReturn.objects.select_for_update(of=("self",)).get(pk=made.pk)
        if not own.can_be_refunded:
            raise Refused(_("The return is %(state)s.") % {"state": own.get_state_display()})
        amount = worth(own)
        _check_sum(row, amount, by)
        lines = [
            OrderLine(product=item.product, quantity=-item.quantity, unit_price=item.unit_price)
            for item in own.items.select_related("product")
        ]
        credit = _pay_back(journal, row, lines, amount)
        with journal.watching(OrderReturn.objects.filter(pk=own.pk), "state", "credit"):
            own.state, own.credit = OrderReturn.State.REFUNDED, credit
            own.save(update_fields=["state", "credit", "updated_at"])
        said = _("Return %(number)s of order %(order)s: %(sum)s paid back")
        named = _named(row, number=own.number, sum=_money(row, amount))
        _tell(journal, ticket, said % named)
    return journal.entry


def worth(made: OrderReturn) -> Decimal:
    """What the units of a return cost."""
    items = made.items.all()
    return sum((one.quantity * one.unit_price for one in items), Decimal(0))


def items_in_words(made: OrderReturn) -> str:
    """The units of a return by product."""
    items = made.items.select_related("product").defer("product__search")
    return ", ".join(f"{one.quantity} × {one.product}" for one in items)


@contextmanager
def _acting(
    order: Order, ticket: Ticket, by: User, version: str
) -> Iterator[tuple[Journal, Order]]:
    """The order, locked and as it was shown, and the journal of what is done to it."""
    note = f"{order.number} · #{ticket.pk}"[:300]
    with recorded(JournalEntry.Kind.ORDER_ACTION, by=by, note=note) as journal:
        rows = Order.objects.select_related("customer").defer("customer__search")
        row = rows.select_for_update(of=("self",)).get(pk=order.pk)
        if version_of(row) != version:
            raise Overtaken
        yield journal, row


def _is_live(order: Order) -> bool:
    return order.kind == Order.Kind.SALE and order.status != Order.Status.CANCELLED


def _check_sum(order: Order, amount: Decimal, by: User) -> None:
    sums = sums_of(order, by)
    if amount <= 0:
        raise Refused(_("The sum has to be more than nothing."))
    if amount > sums.left:
        raise Refused(_("Only %(sum)s can be paid back.") % {"sum": _money(order, sums.left)})
    if amount > sums.allowed:
        limit = _money(order, settings.AGENT_REFUND_LIMIT)
        raise Refused(
            _("Agents pay back up to %(limit)s of an order; ask a manager.") % {"limit": limit}
        )


def _pay_back(journal: Journal, order: Order, lines: Sequence[OrderLine], amount: Decimal) -> Order:
    """The order of kind "return" that pays back. The sale's own change comes first in the
    journal, so that an undo counts the customer's sums anew when all else is gone.
    """
    with journal.watching(Order.objects.filter(pk=order.pk), *ORDER_COLUMNS):
        order.refunded_total += amount
        if order.refunded_total >= order.total:
            order.payment = Order.Payment.REFUNDED
        order.save(update_fields=["refunded_total", "payment", "updated_at"])
    has_goods = any(line.kind == OrderLine.Kind.PRODUCT for line in lines)
    states = Order.Fulfilment
    credit = Order.objects.create(
        number=f"{order.number[:50]}-R{order.returns.count() + 1}",
        customer=order.customer,
        kind=Order.Kind.RETURN,
        status=Order.Status.COMPLETED,
        payment=Order.Payment.REFUNDED,
        fulfilment=states.RETURNED if has_goods else states.UNFULFILLED,
        returned_order=order,
        placed_at=timezone.now(),
        country=order.country,
        currency=order.currency,
    )
    credit.replace_lines(lines)
    journal.made(Order.objects.filter(pk=credit.pk))
    return credit


def _tell(journal: Journal, ticket: Ticket, text: str) -> None:
    note = ticket.messages.create(
        body=text, author_kind=Message.Author.SYSTEM, author=journal.entry.by, is_internal=True
    )
    journal.made(Message.objects.filter(pk=note.pk))


def _named(order: Order, **more: str) -> dict[str, str]:
    return {"order": order.number, **more}


def _money(order: Order, amount: Decimal) -> str:
    return money(amount, order.currency)
