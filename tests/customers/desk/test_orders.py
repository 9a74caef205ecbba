"""Orders beside a ticket: refund, cancel, address and returns, by role and within what was paid."""

from decimal import Decimal

import pytest

from customers.desk import order_actions
from customers.journal.undo import undo
from customers.models import JournalEntry, Order, OrderLine, OrderReturn
from tests.factories import CustomerFactory, OrderFactory, ProductFactory, TicketFactory


@pytest.fixture
def ticket(db):
    customer = CustomerFactory()
    return TicketFactory(customer=customer)


def bought(ticket, *prices, quantity=1, **columns):
    order = OrderFactory(customer=ticket.customer, lines=0, **{"payment": "paid", **columns})
    lines = [
        OrderLine(product=ProductFactory(), quantity=quantity, unit_price=price) for price in prices
    ]
    order.replace_lines(lines)
    order.refresh_from_db()
    return order


def send(client, ticket, order, what, **form):
    order.refresh_from_db()
    version = order_actions.version_of(order)
    address = f"/tickets/{ticket.pk}/orders/{order.pk}/{what}/"
    answer = client.post(address, {"version": version, "confirmed": 1, **form})
    order.refresh_from_db()
    ticket.customer.refresh_from_db()
    return answer


def test_a_refund_is_confirmed_by_sums_and_then_an_order_of_its_own(ann, ticket):
    order = bought(ticket, "60.00")
    address = f"/tickets/{ticket.pk}/orders/{order.pk}/refund/"
    form = {"version": order_actions.version_of(order), "amount": "20.50", "reason": "Late"}
    page = ann.post(address, form).content.decode()
    assert "£39.50" in page
    assert not JournalEntry.objects.exists()
    answer = send(ann, ticket, order, "refund", amount="20.50", reason="Late")
    assert answer.headers["Location"] == f"/tickets/{ticket.pk}/"
    credit = order.returns.get()
    assert (credit.kind, credit.total, credit.payment) == ("return", Decimal("-20.50"), "refunded")
    assert (order.payment, order.refunded_total) == ("paid", Decimal("20.50"))
    assert ticket.customer.spent_total == Decimal("39.50")
    note = ticket.messages.last()
    assert (note.author_kind, note.is_internal) == ("system", True)
    assert note.body == f"Refunded £20.50 of order {order.number}: Late"
    entry = JournalEntry.objects.get()
    assert (entry.kind, entry.by) == ("order_action", ann.user)


def test_never_more_goes_back_than_was_paid(boss, ticket):
    order = bought(ticket, "30.00")
    send(boss, ticket, order, "refund", amount="20.00", reason="Late")
    answer = send(boss, ticket, order, "refund", amount="10.01", reason="Late")
    assert answer.status_code == 422
    assert "Only £10.00 can be paid back." in answer.content.decode()
    send(boss, ticket, order, "refund", amount="10.00", reason="Late")
    assert (order.payment, order.refunded_total) == ("refunded", Decimal("30"))
    for amount in ("0", "-5", "0.001", "NaN", "1e9"):
        answer = send(boss, ticket, order, "refund", amount=amount, reason="Late")
        assert answer.status_code == 422
    assert order.returns.count() == 2


def test_nothing_goes_back_where_nothing_was_paid(boss, ticket):
    order = bought(ticket, "30.00", payment="pending")
    assert send(boss, ticket, order, "refund", amount="1", reason="x").status_code == 422
    assert not order.returns.exists()


def test_agents_pay_back_up_to_the_limit_of_an_order_in_how_many_parts_whatever(
    ann, boss, ticket, settings
):
    settings.AGENT_REFUND_LIMIT = Decimal(50)
    order = bought(ticket, "200.00")
    send(ann, ticket, order, "refund", amount="40", reason="Late")
    answer = send(ann, ticket, order, "refund", amount="10.01", reason="Late")
    assert "You may pay back £10.00 more of this order" in answer.content.decode()
    assert order.refunded_total == 40
    send(boss, ticket, order, "refund", amount="160", reason="Late")
    assert order.refunded_total == 200


def test_a_refund_of_sums_that_changed_since_is_held_up(ann, boss, ticket):
    order = bought(ticket, "50.00")
    shown = order_actions.version_of(order)
    send(boss, ticket, order, "refund", amount="20", reason="Late")
    form = {"version": shown, "amount": "20", "reason": "Late", "confirmed": 1}
    answer = ann.post(f"/tickets/{ticket.pk}/orders/{order.pk}/refund/", form)
    assert answer.status_code == 409
    assert "Somebody changed the order since" in answer.content.decode()
    assert order.returns.count() == 1


def test_an_undone_refund_leaves_sums_as_they_were(ann, ticket):
    order = bought(ticket, "60.00")
    send(ann, ticket, order, "refund", amount="60", reason="Late")
    entry = JournalEntry.objects.get()
    entry.request_undo(by=ann.user)
    assert undo(entry.pk)
    order.refresh_from_db()
    ticket.customer.refresh_from_db()
    assert (order.payment, order.refunded_total, order.returns.count()) == ("paid", 0, 0)
    assert (ticket.customer.spent_total, ticket.customer.return_count) == (60, 0)
    assert ticket.messages.count() == 1


def test_an_order_is_cancelled_until_it_is_sent_and_pays_back_what_was_paid(ann, ticket):
    order, sent = bought(ticket, "60.00"), bought(ticket, "10.00", fulfilment="shipped")
    send(ann, ticket, order, "cancel", **{"cancel-reason": "Changed her mind"})
    assert (order.status, order.payment, order.refunded_total) == ("cancelled", "refunded", 60)
    assert ticket.customer.spent_total == 10
    answer = send(ann, ticket, sent, "cancel", **{"cancel-reason": "x"})
    assert answer.status_code == 422
    assert sent.status == "open"


def test_the_address_changes_until_the_order_is_sent(ann, ticket):
    order, sent = bought(ticket, "60.00"), bought(ticket, "10.00", fulfilment="delivered")
    send(ann, ticket, order, "address", address="1 High Street\nLeeds")
    assert order.shipping_address.splitlines() == ["1 High Street", "Leeds"]
    assert "High Street" in ticket.messages.last().body
    assert send(ann, ticket, sent, "address", address="x").status_code == 422
    assert sent.shipping_address == ""


def ask_back(client, ticket, order, n, reason="faulty"):
    line = order.lines.first()
    form = {f"return-line-{line.pk}": n, "return-reason": reason, "return-note": ""}
    return send(client, ticket, order, "return", **form)


def move(client, ticket, made, state):
    made.order.refresh_from_db()
    form = {"state": state, "version": order_actions.version_of(made.order), "confirmed": 1}
    answer = client.post(f"/tickets/{ticket.pk}/returns/{made.pk}/", form)
    made.refresh_from_db()
    return answer


def test_a_return_goes_from_wish_to_money_and_its_credit_has_the_goods(ann, ticket):
    order = bought(ticket, "10.00", quantity=3, fulfilment="delivered")
    ask_back(ann, ticket, order, 2)
    made = OrderReturn.objects.get()
    assert (made.state, made.reason, made.ticket) == ("requested", "faulty", ticket)
    assert move(ann, ticket, made, "refunded").status_code == 422
    for state in ("approved", "received", "refunded"):
        move(ann, ticket, made, state)
        assert made.state == state
    assert made.credit.returned_order == order
    assert [line.quantity for line in made.credit.lines.all()] == [-2]
    assert made.credit.total == Decimal("-20")
    assert ticket.customer.orders.filter(kind="return").count() == 1
    assert JournalEntry.objects.filter(kind="order_action").count() == 4
    assert f"Return {made.number}" in ticket.messages.last().body
    assert move(ann, ticket, made, "approved").status_code == 422


def test_no_more_units_come_back_than_were_bought(ann, ticket):
    order = bought(ticket, "10.00", quantity=3)
    ask_back(ann, ticket, order, 2)
    assert ask_back(ann, ticket, order, 2).status_code == 422
    assert ask_back(ann, ticket, order, 0).status_code == 422
    assert ask_back(ann, ticket, order, -1).status_code == 422
    assert OrderReturn.objects.count() == 1
    move(ann, ticket, OrderReturn.objects.get(), "rejected")
    ask_back(ann, ticket, order, 3)
    assert OrderReturn.objects.count() == 2


def test_orders_of_other_customers_are_out_of_reach(ann, ticket):
    other = TicketFactory()
    order = bought(other, "10.00")
    address = f"/tickets/{ticket.pk}/orders/{order.pk}/"
    assert ann.get(address).status_code == 404
    assert ann.post(f"{address}refund/", {"amount": "1"}).status_code == 404
    made = OrderReturn.objects.create(order=order, reason="faulty")
    answer = ann.post(f"/tickets/{ticket.pk}/returns/{made.pk}/", {"state": "approved"})
    assert answer.status_code == 404
    assert Order.objects.filter(kind="return").count() == 0


def test_the_page_shows_sums_and_lines(ann, ticket):
    order = bought(ticket, "150.00", quantity=2)
    page = ann.get(f"/tickets/{ticket.pk}/orders/{order.pk}/").content.decode()
    assert "£300.00" in page
    assert "Of that by you" in page
