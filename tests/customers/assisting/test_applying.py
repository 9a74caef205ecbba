"""Fields from texts: proposed with their words, written only when ticked, logged, undone."""

import pytest

from customers.assisting.applying import apply, undo
from customers.assisting.fields import proposals_for
from customers.models import AssistEvent, Correction, Customer, Ticket
from tests.factories import (
    CustomerFactory,
    OrderFactory,
    ProductFactory,
    TicketFactory,
    UserFactory,
)

BODY = (
    "The blue kettel of FK-10001 broke, I want my money back. I bought two pieces. "
    "Ring 020 7946 0958. My friend has FK-10002."
)


@pytest.fixture
def ticket(db):
    ada = CustomerFactory(name="Ada", phone="", country="United Kingdom")
    mine = OrderFactory(customer=ada, number="FK-10001", lines=0)
    kettle = ProductFactory(name="Blue Kettle")
    mine.lines.create(position=1, product=kettle, quantity=1, unit_price=5)
    OrderFactory(number="FK-10002")
    return TicketFactory(customer=ada, body=BODY)


@pytest.fixture
def user(db):
    return UserFactory()


def stored(ticket):
    row = Ticket.objects.select_related("customer").get(pk=ticket.pk)
    return row.order_id, row.intent_id, row.noted, row.customer.phone


def named(ticket, *names):
    return [one.key for one in proposals_for(ticket) if one.name in names]


def test_each_proposal_has_its_words_and_nothing_is_written(ticket):
    before = stored(ticket)
    found = [(one.name, one.shown, one.refusal) for one in proposals_for(ticket)]
    assert found == [
        ("order", "FK-10001", ""),
        ("order", "FK-10002", "not this customer's order"),
        ("intent", "Get refund", ""),
        ("phone", "+44 20 7946 0958", ""),
        ("product", "Blue Kettle", ""),
        ("quantity", "2", ""),
    ]
    words = {one.name: BODY[one.found.start : one.found.end] for one in proposals_for(ticket)}
    assert (words["product"], words["phone"]) == ("blue kettel", "020 7946 0958")
    assert stored(ticket) == before
    assert AssistEvent.objects.count() == 0


def test_only_what_is_ticked_is_written(ticket, user):
    apply(ticket, named(ticket, "intent", "phone"), by=user)
    order, intent, noted, phone = stored(ticket)
    assert (order, intent, noted, phone) == (None, "get_refund", {}, "+44 20 7946 0958")
    assert Correction.objects.get().label == "get_refund"


def test_another_customers_order_cannot_be_applied_whatever_is_posted(ticket, user):
    theirs = [one.key for one in proposals_for(ticket) if one.refusal]
    assert len(theirs) == 1
    assert apply(ticket, [*theirs, "nonsense"], by=user) is None
    assert stored(ticket)[0] is None


def test_a_key_of_a_text_that_was_changed_writes_nothing(ticket, user):
    keys = named(ticket, "phone")
    message = ticket.messages.get()
    message.body = BODY.replace("0958", "0999")
    message.save()
    assert apply(ticket, keys, by=user) is None


def test_an_application_is_logged_and_undone_as_a_whole(ticket, user):
    before = stored(ticket)
    event = apply(ticket, named(ticket, "order", "intent", "phone", "product"), by=user)
    assert [one["field"] for one in event.detail["changes"]] == [
        "order", "intent", "phone", "product",
    ]  # fmt: skip
    assert stored(ticket) != before
    assert undo(event, by=user) == []
    assert stored(ticket) == before
    assert undo(event, by=user) is None
    assert list(AssistEvent.objects.order_by("id").values_list("kind", flat=True)) == [
        "applied",
        "undone",
    ]
    assert Correction.objects.count() == 0


def test_what_somebody_changed_since_stays(ticket, user):
    event = apply(ticket, named(ticket, "phone", "quantity"), by=user)
    Customer.objects.filter(pk=ticket.customer_id).update(phone="1")
    assert undo(event, by=user) == ["phone"]
    _order, _intent, noted, phone = stored(ticket)
    assert (noted, phone) == ({}, "1")


def test_a_guest_has_no_orders_and_no_phone_to_write(user):
    OrderFactory(customer=None, number="FK-10003")
    ticket = TicketFactory(customer=None, body="FK-10003, ring +44 20 7946 0958")
    refusals = {one.name: one.refusal for one in proposals_for(ticket)}
    assert refusals == {
        "order": "not this customer's order",
        "phone": "the ticket has no customer",
    }
    assert apply(ticket, named(ticket, "order", "phone"), by=user) is None


def test_the_screens_apply_and_undo(client, ticket, user):
    client.force_login(user)
    page = client.get(f"/tickets/{ticket.pk}/fields/").content.decode()
    assert '<mark class="for"' in page
    (key,) = named(ticket, "phone")
    assert f'value="{key}" checked' in page
    client.post(f"/tickets/{ticket.pk}/fields/apply/", {"field": [key], "version": 1})
    assert stored(ticket)[3] == "+44 20 7946 0958"
    event = AssistEvent.objects.get()
    assert "Undo" in client.get(f"/tickets/{ticket.pk}/").content.decode()
    client.post(f"/tickets/log/{event.pk}/undo/")
    assert stored(ticket)[3] == ""


def test_proposals_cost_the_same_for_one_and_ten_messages(ticket, django_assert_num_queries):
    def cost():
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as captured:
            proposals_for(Ticket.objects.select_related("customer", "order").get(pk=ticket.pk))
        return len(captured)

    ticket.add_message(BODY, author_kind="customer")
    one = cost()
    for _ in range(9):
        ticket.add_message(BODY, author_kind="customer")
    assert cost() == one
