"""Answers from records: only the asker's own, every figure from a column."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.asking.facts.answer import answer_from_records
from customers.models import Order
from tests.factories import (
    NOON,
    CustomerFactory,
    OrderFactory,
    ProductFactory,
    QuestionFactory,
    TicketFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return CustomerFactory(name="Ada", email="ada@example.com")


def told(text, customer, language="en", **columns):
    question = QuestionFactory(text=text, customer=customer, **columns)
    return answer_from_records(question, language)


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"fulfilment": "unfulfilled"}, "Order FK-1001 of March 2, 2026 has not been sent yet."),
        ({"fulfilment": "shipped"},
         "Order FK-1001 of March 2, 2026 has been sent and is on its way."),
        ({"fulfilment": "delivered"}, "Order FK-1001 of March 2, 2026 has been delivered."),
        ({"fulfilment": "returned"}, "Order FK-1001 of March 2, 2026 was returned."),
        ({"status": "cancelled"}, "Order FK-1001 of March 2, 2026 was cancelled."),
    ],
)  # fmt: skip
def test_where_an_order_is(ada, columns, sentence):
    OrderFactory(customer=ada, number="FK-1001", **columns)
    for text in ("Where is my order FK-1001?", "where is my order 1001", "Where is my order?"):
        assert told(text, ada).text == sentence


def test_the_same_in_chinese_with_the_day_in_chinese(ada):
    order = OrderFactory(customer=ada, number="FK-1001", fulfilment="shipped")
    answered = told("我的订单1001在哪里？", ada, "zh")
    assert "FK-1001" in answered.text
    assert "2026年3月2日" in answered.text
    assert answered.evidence[0]["record_id"] == order.pk


def test_no_day_of_delivery_is_made_up(ada):
    OrderFactory(customer=ada, number="1001", fulfilment="shipped")
    assert told("When will my order arrive?", ada).text == (
        "Order 1001 of March 2, 2026 has been sent and is on its way."
        " Our records hold no day of delivery for it."
    )


def test_sums_are_the_columns_with_their_currency(ada):
    order = OrderFactory(customer=ada, number="1001", lines=0)
    order.replace_lines([])
    Order.objects.filter(pk=order.pk).update(
        goods_total="1230.50", charges_total="3.95", total="1234.45"
    )
    answered = told("How much was my order 1001?", ada)
    assert answered.text == (
        "Order 1001 of March 2, 2026 came to £1,234.45, of which £3.95 are delivery and other"
        " charges."
    )
    assert answered.evidence[0]["fields"] == [
        "number", "placed_at", "total", "charges_total", "currency",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("payment", "sentence"),
    [
        ("pending", "The payment of order 1001 of March 2, 2026 is still pending."),
        ("paid", "Order 1001 of March 2, 2026 is paid."),
        ("refunded", "Order 1001 of March 2, 2026 was refunded."),
    ],
)
def test_whether_an_order_is_paid(ada, payment, sentence):
    OrderFactory(customer=ada, number="1001", payment=payment)
    assert told("Is my order paid?", ada).text == sentence


def test_what_and_when_was_ordered(ada):
    order = OrderFactory(customer=ada, number="1001", lines=0)
    mug = ProductFactory(name="Mug <b>blue</b>")
    order.replace_lines([order.lines.model(product=mug, quantity=2, unit_price="5")])
    assert told("What did I order?", ada).text == (
        "Order 1001 of March 2, 2026: 2 × Mug <b>blue</b>."
    )
    assert told("When did I order?", ada).text == "Order 1001 was placed on March 2, 2026."


def test_a_return_and_its_refund(ada):
    sale = OrderFactory(customer=ada, number="1001", placed_at=NOON - timedelta(days=9))
    OrderFactory(
        customer=ada, number="1001R", kind="return", returned_order=sale, payment="refunded",
        fulfilment="returned",
    )  # fmt: skip
    received = "We received your return 1001R of order 1001 on March 2, 2026."
    assert told("Did my return arrive?", ada).text == received
    assert told("Did my return of order 1001 arrive?", ada).text == received
    assert told("Have I been refunded?", ada).text.startswith("Return 1001R of March 2, 2026 was")


def test_no_return_is_told_as_such(ada):
    OrderFactory(customer=ada, number="1001")
    assert told("Did my return arrive?", ada).text == (
        "Our records hold no return and no refund in this account."
    )
    assert told("Did my return of order 1001 arrive?", ada).text == (
        "Our records hold no return for order 1001 of March 2, 2026."
    )


def test_an_order_of_somebody_else_and_one_that_is_not_there_get_the_same_answer(ada):
    OrderFactory(number="FK-10001")
    theirs = told("Where is my order FK-10001?", ada)
    nowhere = told("Where is my order FK-10009?", ada)
    assert theirs.text == "There is no order with the number FK-10001 in this account."
    assert nowhere.text == theirs.text.replace("10001", "10009")
    assert [item["record"] for item in theirs.evidence] == ["customer"]


def test_digits_alone_do_not_find_a_longer_number(ada):
    OrderFactory(customer=ada, number="FK-10001")
    assert "There is no order" in told("Where is my order 1000?", ada).text
    assert "There is no order" in told("Where is my order 0001?", ada).text


def test_a_question_about_another_person_is_declined(ada):
    OrderFactory(customer=CustomerFactory(name="Anna"), number="1001")
    for customer in (ada, None):
        answered = told("Where is Anna's order 1001?", customer)
        assert answered.text == "I can tell you about orders in your own account only."
        assert not answered.needs_identity


def test_a_stranger_must_say_who_they_are_and_learns_nothing():
    OrderFactory(number="1001")
    for text in ("Where is my order 1001?", "Where is my order 9999?", "What did I pay?"):
        answered = told(text, None)
        assert (answered.needs_identity, answered.evidence) == (True, ())
        assert answered.text == "I can tell you this once I know who you are."


def test_several_open_orders_are_listed_up_to_five(ada):
    for number in range(1, 8):
        placed = NOON + timedelta(days=number)
        OrderFactory(customer=ada, number=f"100{number}", placed_at=placed, fulfilment="shipped")
    OrderFactory(customer=ada, number="2000", fulfilment="delivered")
    lines = told("Where is my order?", ada).text.split("\n")
    assert len(lines) == 6
    assert lines[0].startswith("Order 1007 of March 9")
    assert lines[-1] == "There are 2 more."
    assert told("Where is my last order?", ada).text.startswith("Order 1007")


def test_the_number_of_queries_does_not_depend_on_orders(ada):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            told("Where is my order?", ada)
        return len(captured)

    for number in range(2):
        OrderFactory(customer=ada, number=f"10{number}", fulfilment="shipped")
    few = queries()
    for number in range(3):
        OrderFactory(customer=ada, number=f"20{number}", fulfilment="shipped")
    assert queries() == few


def test_staff_ask_by_number_and_in_a_ticket_about_its_order(ada):
    asker = UserFactory()
    other = OrderFactory(customer=ada, number="1002", fulfilment="shipped")
    order = OrderFactory(customer=ada, number="1001", fulfilment="delivered")
    staff = {"user": asker, "by_staff": True, "channel": "staff"}
    assert "1001" in told("Where is order 1001?", None, **staff).text
    assert told("Where is my order?", None, **staff) is None
    ticket = TicketFactory(customer=ada, order=order)
    assert "1001" in told("Where is my order?", ada, ticket=ticket, **staff).text
    assert other.number not in told("Where is my order?", ada, ticket=ticket, **staff).text


def test_an_account_without_orders(ada):
    assert told("What did I order?", ada).text == "There is no order in this account."
