"""The order that a customer writes about is found from what they write."""

import pytest

from customers.desk.named_order import order_named
from tests.factories import CustomerFactory, OrderFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    customer = CustomerFactory()
    for number in ("FK-10001", "FK-10002"):
        OrderFactory(customer=customer, number=number)
    return customer


@pytest.mark.parametrize(
    ("texts", "number"),
    [
        (("", "order FK-10001 arrived broken"), "FK-10001"),
        (("About fk-10002", "It is late."), "FK-10002"),
        (("FK-10001", "and again: #FK-10001!"), "FK-10001"),
        (("", "where is my parcel?"), None),
        (("", "FK-10001 came, FK-10002 did not"), None),
        (("", "FK-99999 is not mine"), None),
    ],
)
def test_the_one_own_order_that_is_named_counts(ada, texts, number):
    found = order_named(ada, *texts)
    assert (found.number if found else None) == number


def test_another_customers_order_is_never_taken(ada):
    OrderFactory(customer=CustomerFactory(), number="FK-20001")
    assert order_named(ada, "FK-20001") is None
    assert order_named(None, "FK-10001") is None
