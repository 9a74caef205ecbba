"""Writes the demo shop into the database, once, in a few statements."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, models, transaction
from django.db.models import F

from customers import models as records
from customers.demo.agent import write_proposals
from customers.demo.audiences import write_audiences
from customers.demo.desk import write_desk
from customers.demo.macros import write_macros
from customers.demo.mailbox import write_mailbox
from customers.demo.records import CURRENCY, Message, Order, Shop, Ticket
from customers.demo.seasons import midnight
from customers.demo.service import write_service
from customers.demo.shop import SEED, generate
from customers.demo.webhook import write_webhook
from customers.demo.workspace import write_workspace
from customers.measures import refresh_measures_when_due
from customers.privacy.wording import TO_CUSTOMERS

SOURCE = "demo"
BATCH = 2000
# Any number that nothing else locks: two loads at once wait for each other.
LOAD_LOCK = 0x0DE30
KINDS: dict[str, type[models.Model]] = {
    "customers": records.Customer,
    "products": records.Product,
    "orders": records.Order,
    "reviews": records.Review,
    "tickets": records.Ticket,
    "messages": records.Message,
    "articles": records.Article,
}


@dataclass(frozen=True)
class Loaded:
    """How many rows of each kind the demo shop has, and whether this load made them."""

    counts: dict[str, int]
    created: bool


def load_demo(anchor: date, seed: int = SEED) -> Loaded:
    """Load the shop as of `anchor` and ask for its analysis; a loaded shop stays as it is.

    All or nothing, in one transaction; what is measured of customers follows it. Rows have
    source "demo" and stable external ids.
    """
    with transaction.atomic():
        _wait_for_other_loads()
        if is_loaded():
            return Loaded(_counts(), created=False)
        _write(generate(seed, anchor))
        write_service(seed, anchor, SOURCE)
        loaded = Loaded(_counts(), created=True)
    refresh_measures_when_due()  # cheap here, and the clock's task waits behind the first reading
    return loaded


def is_loaded() -> bool:
    """Whether rows of the demo shop are in the database."""
    return records.Product.objects.filter(source=SOURCE).exists()


def _wait_for_other_loads() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOAD_LOCK])


def _counts() -> dict[str, int]:
    return {
        name: model._default_manager.filter(source=SOURCE).count() for name, model in KINDS.items()
    }


def _write(shop: Shop) -> None:
    products = _write_products(shop)
    customers = _write_customers(shop)
    orders = _write_orders(shop, customers)
    _write_lines(shop, orders, products)
    records.Order.objects.filter(source=SOURCE).refresh_totals()
    _write_reviews(shop, customers, products)
    _write_tickets(shop, customers, orders)
    _write_articles(shop)
    _analyse_tables()
    _finish_customers()
    write_audiences()
    write_macros()
    write_workspace(SOURCE)
    write_desk(SOURCE)
    write_mailbox()
    write_webhook()
    write_proposals(SOURCE)
    for read in (records.Product, records.Customer, records.Review, records.Message):
        read.objects.filter(source=SOURCE).request_analysis()


def _create(rows: list[Any]) -> dict[str, Any]:
    """Insert rows of one model; returns them by external id."""
    made = type(rows[0])._default_manager.bulk_create(rows, batch_size=BATCH)
    return {row.external_id: row for row in made}


def _write_products(shop: Shop) -> dict[str, records.Product]:
    copied = ("sku", "name", "description", "category", "brand", "price", "stock")
    return _create([
        records.Product(
            source=SOURCE,
            external_id=product.sku,
            currency=CURRENCY,
            **{column: getattr(product, column) for column in copied},
        )
        for product in shop.products
    ])  # fmt: skip


def _write_customers(shop: Shop) -> dict[str, records.Customer]:
    copied = ("name", "email", "phone", "company", "language", "country", "city")
    made = _create([
        records.Customer(
            source=SOURCE,
            external_id=person.key,
            tags=list(person.tags),
            marketing_consent=person.consent,
            **{column: getattr(person, column) for column in copied},
        )
        for person in shop.people
    ])  # fmt: skip
    # the database made a consent of each one's word; here is the proof that a shop would have
    said = records.Consent.objects.filter(customer__source=SOURCE)
    said.update(
        method=records.Consent.Method.FORM,
        wording=str(TO_CUSTOMERS[records.Purpose.MARKETING]),
        origin="checkout",
    )
    return made


def _write_orders(shop: Shop, customers: dict[str, records.Customer]) -> dict[str, records.Order]:
    """Sales, then the returns that name them."""
    sales = _create([_order(o, customers, None) for o in shop.orders if o.kind == "sale"])
    returns = _create([
        _order(o, customers, sales[o.returned_order]) for o in shop.orders if o.kind == "return"
    ])  # fmt: skip
    return sales | returns


def _order(
    order: Order, customers: dict[str, records.Customer], returned: records.Order | None
) -> records.Order:
    copied = ("number", "kind", "status", "payment", "fulfilment", "placed_at")
    return records.Order(
        source=SOURCE,
        external_id=order.number,
        customer=customers[order.person.key],
        returned_order=returned,
        country=order.person.country,
        currency=CURRENCY,
        **{column: getattr(order, column) for column in copied},
    )


def _write_lines(
    shop: Shop, orders: dict[str, records.Order], products: dict[str, records.Product]
) -> None:
    rows = [
        records.OrderLine(
            order=orders[order.number],
            position=position,
            kind="product" if line.product else "charge",
            product=products[line.product.sku] if line.product else None,
            description=line.description,
            quantity=line.quantity,
            unit_price=line.unit_price,
        )
        for order in shop.orders
        for position, line in enumerate(order.lines, start=1)
    ]
    records.OrderLine.objects.bulk_create(rows, batch_size=BATCH)


def _write_reviews(
    shop: Shop,
    customers: dict[str, records.Customer],
    products: dict[str, records.Product],
) -> None:
    _create([
        records.Review(
            source=SOURCE,
            external_id=review.key,
            customer=customers[review.person.key],
            product=products[review.product.sku],
            rating=review.rating,
            title=review.title,
            body=review.body,
            written_at=review.written_at,
        )
        for review in shop.reviews
    ])  # fmt: skip


def _write_tickets(
    shop: Shop, customers: dict[str, records.Customer], orders: dict[str, records.Order]
) -> None:
    written = _create([_ticket(ticket, customers, orders) for ticket in shop.tickets])
    _create([
        _message(written[ticket.key], message, place)
        for ticket in shop.tickets
        for place, message in enumerate(ticket.messages, start=1)
    ])  # fmt: skip


def _ticket(
    ticket: Ticket, customers: dict[str, records.Customer], orders: dict[str, records.Order]
) -> records.Ticket:
    first, last = ticket.messages[0], ticket.messages[-1]
    return records.Ticket(
        source=SOURCE,
        external_id=ticket.key,
        customer=customers[ticket.person.key],
        order=orders[ticket.order.number] if ticket.order else None,
        subject=ticket.subject,
        status=ticket.status,
        priority=ticket.priority,
        channel=ticket.channel,
        opened_at=first.sent_at,
        last_message_at=last.sent_at,
        intent_id=ticket.intent or None,
        intent_set_at=last.sent_at if ticket.intent else None,
    )


def _message(ticket: records.Ticket, message: Message, place: int) -> records.Message:
    return records.Message(
        source=SOURCE,
        external_id=f"{ticket.external_id}-{place}",
        ticket=ticket,
        author_kind=message.author,
        body=message.body,
        sent_at=message.sent_at,
    )


def _write_articles(shop: Shop) -> None:
    """One by one, as everybody writes articles: each has its version and is found."""
    for article in shop.articles:
        records.Article(
            source=SOURCE,
            external_id=article.key,
            title=article.title,
            body=article.body,
            category=article.category,
            language=article.language,
            status=article.status,
            visibility=article.visibility,
            expires_on=article.expires_on,
        ).save()
        if article.changed_on:
            at = midnight(article.changed_on)
            rows = records.Article.objects.from_source(SOURCE, article.key)
            rows.update(created_at=at, updated_at=at)


def _analyse_tables() -> None:
    """Tell the planner of the rows that are new in this transaction: by what it knew of the
    empty tables the sums over orders take minutes.
    """
    written: list[Any] = [*KINDS.values(), records.OrderLine]
    tables = ", ".join(connection.ops.quote_name(model._meta.db_table) for model in written)
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {tables}")


def _finish_customers() -> None:
    """Order statistics, and customers who are as old as their first order."""
    customers = records.Customer.objects.filter(source=SOURCE)
    customers.refresh_order_statistics()
    customers.filter(first_order_at__isnull=False).update(created_at=F("first_order_at"))
