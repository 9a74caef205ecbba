"""Which events the database writes, for whom, and what stands in them."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from customers.events.types import event_types
from customers.models import (
    Customer,
    DomainEvent,
    Message,
    Order,
    OrderReturn,
    Review,
    Ticket,
    WebhookDelivery,
)
from tests.factories import (
    CustomerFactory,
    MessageFactory,
    OrderFactory,
    ProductFactory,
    ReviewFactory,
    TicketFactory,
    WebhookEndpointFactory,
)
from tests.factories.noon import NOON

pytestmark = pytest.mark.django_db


def told(*types):
    """(type, record, changed columns) of what was written since, oldest first."""
    rows = DomainEvent.objects.filter(type__in=types) if types else DomainEvent.objects.all()
    return list(rows.order_by("id").values_list("type", "record_id", "changed"))


def test_nobody_listens_so_nothing_is_written():
    WebhookEndpointFactory(is_active=False)
    WebhookEndpointFactory(event_types=["order.deleted"])
    OrderFactory().save()
    assert told() == []


def test_each_kind_of_record_tells_of_its_making_its_change_and_its_end():
    WebhookEndpointFactory()
    product, order = ProductFactory(), OrderFactory()
    made = OrderReturn.objects.create(order=order, reason="faulty")
    ticket = TicketFactory(customer=None)
    message, review = MessageFactory(ticket=ticket), ReviewFactory(product=product)
    rows = [product, order.customer, message, review, made, ticket, order]
    kinds = ["product", "customer", "message", "review", "return", "ticket", "order"]
    assert {f"{kind}.created" for kind in kinds} <= {name for name, *_ in told()}
    for kind, row in zip(kinds, rows, strict=True):
        pk = row.pk
        row.delete()
        assert (f"{kind}.deleted", pk, []) in told(f"{kind}.deleted")


def test_a_bulk_update_tells_of_each_row_that_changed_and_of_the_columns_by_name():
    orders = OrderFactory.create_batch(3, status="open")
    WebhookEndpointFactory(event_types=["order.updated"])
    Order.objects.filter(pk=orders[0].pk).update(status="completed")
    DomainEvent.objects.all().delete()
    Order.objects.update(status="completed", number="N", updated_at=NOON)
    changed = {pk: names for _type, pk, names in told()}
    assert changed == {
        orders[0].pk: ["number"],
        orders[1].pk: ["number", "status"],
        orders[2].pk: ["number", "status"],
    }


def test_a_write_that_changes_nothing_but_stamps_tells_nothing():
    order = OrderFactory()
    WebhookEndpointFactory()
    order.save()
    assert told() == []


def test_what_models_read_is_told_apart_from_what_people_change():
    message, ticket = MessageFactory(), TicketFactory()
    review, customer = ReviewFactory(), CustomerFactory()
    WebhookEndpointFactory()
    Message.objects.filter(pk=message.pk).update(analysed_at=NOON, sentiment="negative")
    Review.objects.filter(pk=review.pk).update(analysed_at=NOON)
    Customer.objects.filter(pk=customer.pk).update(analysed_at=NOON, segment_probability=0.9)
    Ticket.objects.filter(pk=ticket.pk).update(intent_probability=0.7)
    assert [name for name, *_ in told()] == [
        *("message.analysed", "review.analysed", "customer.analysed", "ticket.analysed"),
    ]
    Message.objects.filter(pk=message.pk).update(analysed_at=None)  # it is to be read again
    assert len(told("message.analysed")) == 1


def test_no_value_of_a_row_is_told_nor_a_key_that_is_an_address():
    WebhookEndpointFactory()
    canary = "canary.person@example.com"
    customer = CustomerFactory(name="Canary", email=canary, source="shop", external_id=canary)
    customer.phone = "+49 30 1234567"
    customer.save()
    kept = str(list(DomainEvent.objects.values()))
    assert "anary" not in kept
    assert "1234567" not in kept
    assert told("customer.updated") == [("customer.updated", customer.pk, ["phone"])]
    named = OrderFactory(source="shop", external_id="#1001", customer=customer)
    event = DomainEvent.objects.get(type="order.created", record_id=named.pk)
    assert (event.source, event.external_id) == ("shop", "#1001")


def test_an_event_is_undone_with_its_change():
    WebhookEndpointFactory()
    with transaction.atomic():
        OrderFactory()
        assert told() != []
        transaction.set_rollback(True)
    assert told() == []


def test_each_endpoint_that_listens_gets_a_delivery():
    first = WebhookEndpointFactory(event_types=["review.created", "order.created"])
    second = WebhookEndpointFactory(event_types=["review.created"])
    ReviewFactory()
    assert set(WebhookDelivery.objects.values_list("event__type", "endpoint")) == {
        ("review.created", first.pk),
        ("review.created", second.pk),
    }


def test_every_type_that_can_be_chosen_is_written_by_a_trigger():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT split_part(pg_get_triggerdef(oid), '''', 2) FROM pg_trigger "
            "WHERE tgfoid = 'customers_write_events'::regproc"
        )
        written = [kind for (kind,) in cursor.fetchall()]
    kinds = {name.partition(".")[0] for name in event_types()}
    assert sorted(written) == sorted([*kinds] * 3)


def test_the_application_sends_no_statement_for_it():
    order = OrderFactory()
    with CaptureQueriesContext(
        connection,
    ) as without:
        Order.objects.filter(pk=order.pk).update(status="completed")
    WebhookEndpointFactory()
    with CaptureQueriesContext(connection) as with_it:
        Order.objects.filter(pk=order.pk).update(status="open")
    assert len(without) == len(with_it) == 1
    assert len(told()) == 1
