"""A change that a shop told, brought into the records by the importer's formats."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.db import connection
from django.utils.translation import gettext as _

from customers.connectors.told import Change, NotYetError, Refund
from customers.imports.at_once import merge_at_once
from customers.imports.orders import Orders
from customers.imports.table import Row
from customers.journal.recording import Journal
from customers.models import JournalEntry, Order, Product, SourceVersion

REFUNDS = Orders()
CENT = Decimal("0.0001")


def apply(change: Change, source: str, entry: JournalEntry) -> None:
    """Take a change in, within the caller's transaction. Raises RowError and NotYetError."""
    with connection.cursor() as cursor:  # what the shop told itself is not told back to it
        cursor.execute("SELECT set_config('rapport.source', %s, true)", [source])
    if change.is_deleted:
        _end(change, source, entry)
        return
    if change.format is not None and change.rows:
        merge_at_once(change.format, change.rows, change.columns, source=source, entry=entry)
    if change.keys:
        known = SourceVersion.objects
        known.known_as(change.kind, source, change.external_id, change.keys)
    if change.is_active is not None:
        _set_active(source, change.keys, entry, is_active=change.is_active)
    for refund in change.refunds:
        _pay_back(refund, source, entry)


def _end(change: Change, source: str, entry: JournalEntry) -> None:
    """A product is no longer sold, an order is cancelled. A customer stays, with what they wrote
    and bought: erasing a person is a decision of its own.
    """
    keys = SourceVersion.objects.keys_of(change.kind, source, change.external_id)
    if change.kind == "product":
        _set_active(source, keys, entry, is_active=False)
    elif change.kind == "order":
        rows = Order.objects.filter(source=source, external_id__in=keys)
        with Journal(entry).watching(rows, "status"):
            rows.update(status=Order.Status.CANCELLED)


def _set_active(source: str, keys: Sequence[str], entry: JournalEntry, *, is_active: bool) -> None:
    rows = Product.objects.filter(source=source, external_id__in=keys)
    rows = rows.exclude(is_active=is_active)
    with Journal(entry).watching(rows, "is_active") as pks:
        changed: list[Product] = list(Product.objects.filter(pk__in=pks))
        for product in changed:  # by save: what answers are read from follows it
            product.is_active = is_active
            product.save(update_fields=["is_active", "updated_at"])


def _pay_back(refund: Refund, source: str, entry: JournalEntry) -> None:
    """A refund is an order of kind "return", so that sums over orders stay true."""
    keys = SourceVersion.objects.keys_of("order", source, refund.order_id)
    sold = Order.objects.filter(source=source, external_id__in=keys).first()
    if sold is None:
        raise NotYetError(_("Its order is not here yet."))
    number = f"{sold.number}-R{refund.key}"[:60]
    of_return: Row = {
        "order": number,
        "placed_at": refund.refunded_at,
        "currency": refund.currency or sold.currency,
        "country": sold.country,
        "kind": "return",
        "status": "completed",
    }
    rows = [of_return | line for line in _lines(refund)]
    if not rows:
        return
    merge_at_once(REFUNDS, rows, tuple(of_return), source=source, entry=entry)
    made = Order.objects.filter(source=source, external_id=number)
    with Journal(entry).watching(made, "returned_order", "customer"):
        made.update(returned_order=sold, customer=sold.customer)
    sold.recount_customers()


def _lines(refund: Refund) -> list[Row]:
    """The lines that came back, and one for what was paid back beyond or below their worth."""
    lines = [dict(line) for line in refund.lines if line.get("quantity")]
    for line in lines:
        line["product"] = line.get("product") or str(line.get("description") or "")[:60]
    worth = sum(
        (-line["quantity"] * Decimal(line["unit_price"]) for line in lines), start=Decimal(0)
    )
    rest = (Decimal(refund.amount) - worth).quantize(CENT)
    if abs(rest) >= Decimal("0.01"):
        lines.append({"description": "Refund", "quantity": -1, "unit_price": str(rest)})
    return lines
