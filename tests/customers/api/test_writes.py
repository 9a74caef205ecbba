"""Creating and updating records, and what that asks of the models."""

import pytest

from customers.duplicates.merging import merge
from customers.models import AutomaticLabel, Customer, Message, Order, Ticket
from customers.models.automation import Proposal
from tests.factories import (
    CustomerFactory,
    OrderFactory,
    ProductFactory,
    TicketFactory,
    UserFactory,
)


def order_of(product, **columns):
    line = {"product": product.pk, "quantity": 2, "unit_price": "5.00"}
    postage = {"kind": "charge", "description": "Postage", "quantity": 1, "unit_price": "3.95"}
    return {
        "number": "A1",
        "placed_at": "2026-03-01T10:00:00Z",
        "currency": "GBP",
        "lines": [line, postage],
        **columns,
    }


def test_a_ticket_is_created_with_its_opening_message_pending(api):
    customer = CustomerFactory()
    ticket = {"subject": "Lamp", "body": "It broke.", "customer": customer.pk}
    answer = api.post("/api/v1/tickets/", ticket, format="json")
    assert answer.status_code == 201
    said = answer.json()
    assert said["pending"] is True
    assert said["intent"] == {
        "decided": None,
        "decided_by": None,
        "decided_at": None,
        "automatic": False,
        "prediction": None,
    }
    assert [m["body"] for m in said["messages"]] == ["It broke."]
    assert Message.objects.pending().get().body == "It broke."


def test_a_ticket_without_a_message_is_refused(api):
    answer = api.post("/api/v1/tickets/", {"subject": "Lamp"}, format="json")
    assert answer.json()["errors"] == [
        {"pointer": "/body", "detail": "A new ticket needs its opening message."}
    ]
    assert not Ticket.objects.exists()


def test_a_customers_message_reopens_a_solved_ticket(api):
    ticket = TicketFactory(status="solved")
    answer = api.post(f"/api/v1/tickets/{ticket.pk}/messages/", {"body": "Still."}, format="json")
    assert answer.status_code == 201
    ticket.refresh_from_db()
    assert ticket.status == "open"


def test_a_decided_intent_stands_beside_the_prediction_with_who_and_when(api):
    ticket = TicketFactory()
    address = f"/api/v1/tickets/{ticket.pk}/"
    said = api.patch(address, {"decided_intent": "get_refund"}, format="json").json()
    assert (said["intent"]["decided"], said["intent"]["decided_by"]) == ("get_refund", "partner")
    assert said["intent"]["decided_at"]
    assert (
        api.patch(address, {"decided_intent": None}, format="json").json()["intent"]["decided"]
        is None
    )


def test_an_unknown_intent_is_refused_and_nothing_changes(api):
    ticket = TicketFactory()
    answer = api.patch(f"/api/v1/tickets/{ticket.pk}/", {"decided_intent": "x"}, format="json")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "/decided_intent"


def test_an_order_brings_totals_statistics_and_a_new_analysis(api):
    customer = CustomerFactory()
    Customer.objects.update(analysed_at="2026-01-01T00:00Z")
    answer = api.post(
        "/api/v1/orders/", order_of(ProductFactory(), customer=customer.pk), format="json"
    )
    assert answer.status_code == 201
    said = answer.json()
    assert (said["goods_total"], said["charges_total"], said["total"]) == (
        "10.0000",
        "3.9500",
        "13.9500",
    )
    customer.refresh_from_db()
    assert (customer.order_count, str(customer.spent_total)) == (1, "13.9500")
    assert customer.is_pending


@pytest.mark.parametrize(
    ("line", "pointer"),
    [
        ({"quantity": 1, "unit_price": "1"}, "/lines/0/product"),
        ({"kind": "charge", "quantity": 0, "unit_price": "1"}, "/lines/0/quantity"),
        ({"product": "P", "quantity": 1, "unit_price": "-1"}, "/lines/0/unit_price"),
    ],
)
def test_lines_that_make_no_sense_are_refused(api, line, pointer):
    product = ProductFactory()
    line = {name: product.pk if value == "P" else value for name, value in line.items()}
    answer = api.post("/api/v1/orders/", order_of(product, lines=[line]), format="json")
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert not Order.objects.exists()


def test_an_order_moved_to_another_customer_leaves_both_sums_right(api):
    order, other = OrderFactory(), CustomerFactory()
    former = order.customer
    api.patch(f"/api/v1/orders/{order.pk}/", {"customer": other.pk}, format="json")
    former.refresh_from_db()
    other.refresh_from_db()
    assert (former.order_count, other.order_count) == (0, 1)


def test_a_cancelled_order_counts_for_nothing(api):
    order = OrderFactory()
    api.patch(f"/api/v1/orders/{order.pk}/", {"status": "cancelled"}, format="json")
    order.customer.refresh_from_db()
    assert (order.customer.order_count, order.customer.spent_total) == (0, 0)


def test_the_same_external_id_twice_in_a_source_is_refused(api):
    customer = {"source": "shop", "external_id": "7", "name": "Ada"}
    assert api.post("/api/v1/customers/", customer, format="json").status_code == 201
    answer = api.post("/api/v1/customers/", customer, format="json")
    assert answer.status_code in (400, 409)
    assert Customer.objects.count() == 1


def test_a_put_by_external_id_creates_then_updates_then_changes_nothing(api):
    address = "/api/v1/customers/by-external-id/shop/7/"
    assert api.put(address, {"name": "Ada"}, format="json").status_code == 201
    assert api.put(address, {"name": "Ada Stone"}, format="json").status_code == 200
    before = Customer.objects.get()
    assert before.name == "Ada Stone"
    assert api.put(address, {"name": "Ada Stone"}, format="json").status_code == 200
    assert Customer.objects.get().updated_at == before.updated_at
    assert api.get(address).json()["external_id"] == "7"


def test_putting_an_equal_order_again_asks_for_no_analysis(api):
    customer, product = CustomerFactory(), ProductFactory()
    order = order_of(product, customer=customer.pk)
    address = "/api/v1/orders/by-external-id/shop/A1/"
    assert api.put(address, order, format="json").status_code == 201
    Customer.objects.update(analysed_at="2026-01-01T00:00Z")
    assert api.put(address, order, format="json").status_code == 200
    assert not Customer.objects.pending().exists()


def test_an_edited_product_text_is_read_again_and_a_new_price_is_not(api):
    product = ProductFactory()
    type(product).objects.update(analysed_at="2026-01-01T00:00Z")
    address = f"/api/v1/products/{product.pk}/"
    assert (
        api.patch(address, {"price": "9.99"}, format="json").json()["analysis"]["pending"] is False
    )
    assert api.patch(address, {"name": "New"}, format="json").json()["analysis"]["pending"] is True


def test_a_body_that_is_no_object_is_refused(api):
    answer = api.put("/api/v1/customers/by-external-id/shop/7/", [1, 2], format="json")
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert Customer.objects.count() == 0


def test_the_api_says_that_a_priority_was_set_automatically(api):
    ticket = TicketFactory()
    AutomaticLabel.objects.put("priority", [Proposal(ticket.pk, "urgent", 0.9, 0.7, "v1")])
    address = f"/api/v1/tickets/{ticket.pk}/"
    said = api.get(address).json()
    assert (said["priority"], said["priority_set_automatically"]) == ("urgent", True)
    said = api.patch(address, {"priority": "high"}, format="json").json()
    assert (said["priority"], said["priority_set_automatically"]) == ("high", False)
    assert ticket.automatic_labels.get().outcome == "corrected"


def test_a_ticket_of_the_api_says_so_and_messages_change_no_channel(api):
    sent = {"subject": "Parcel", "body": "Where?"}
    assert api.post("/api/v1/tickets/", sent, format="json").json()["channel"] == "api"
    mailed = api.post("/api/v1/tickets/", {**sent, "channel": "email"}, format="json").json()
    api.post(f"/api/v1/tickets/{mailed['id']}/messages/", {"body": "And?"}, format="json")
    assert Ticket.objects.get(pk=mailed["id"]).channel == "email"
    assert Message.objects.filter(ticket=mailed["id"]).count() == 2


def test_a_customer_who_may_be_known_already_is_told_in_a_header(api):
    known = CustomerFactory(name="Ada Stone", email="ada@example.com", city="Leeds")
    again = {"name": "Stone, Ada", "email": "ADA+x@example.com", "city": "Leeds"}
    answer = api.post("/api/v1/customers/", again, format="json")
    assert (answer.status_code, answer["Possible-Duplicates"]) == (201, str(known.pk))
    other = api.post("/api/v1/customers/", {"name": "Cy Carver"}, format="json")
    assert "Possible-Duplicates" not in other


def test_the_key_of_a_merged_customer_leads_to_the_one_that_stayed(api):
    stays = CustomerFactory(source="crm", external_id="1", name="Ada")
    goes = CustomerFactory(source="shop", external_id="c7", name="A.")
    merge(stays, goes, by=UserFactory())
    address = "/api/v1/customers/by-external-id/shop/c7/"
    answer = api.put(address, {"city": "Leeds"}, format="json")
    assert (answer.status_code, answer.data["id"], answer.data["external_id"]) == (
        200,
        stays.pk,
        "1",
    )
    assert api.get(address).data["city"] == "Leeds"
