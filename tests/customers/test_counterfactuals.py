"""The sentence that tells what would make a customer's segment better."""

import pytest

from customers.counterfactuals import better_segment, would_be
from customers.models import Segment
from tests.factories import CustomerFactory, UserFactory

NEWER = {"feature": "recency_days", "from": 40.3, "to": 28.3, "unit": "days"}
ORDER = {"feature": "orders", "from": 3.0, "to": 4.0, "unit": "orders"}
LARGER = {"feature": "average_order_value", "from": 20.5, "to": 32.5, "unit": "money"}
RETURNS = {"feature": "return_rate", "from": 0.25, "to": 0.1, "unit": "share"}


@pytest.fixture
def promising(db):
    return CustomerFactory(
        suggested_segment_id="promising",
        segment_detail={
            "label": "promising",
            "counterfactual": {"label": "loyal", "changes": [NEWER]},
        },
    )


def test_one_change():
    assert would_be("Loyal", [NEWER], "") == "Would be Loyal if the last order were 12 days newer."


def test_several_changes_and_amounts_in_the_customers_currency():
    assert would_be("Loyal", [ORDER, LARGER, RETURNS], "GBP") == (
        "Would be Loyal if there were 1 more order of the usual size, "
        "each order were £12.00 larger and 10% of the orders came back instead of 25%."
    )


def test_a_customer_page_tells_it(promising, client):
    client.force_login(UserFactory())
    page = client.get(f"/customers/{promising.pk}/").content.decode()
    assert "Would be Loyal if the last order were 12 days newer." in page


def test_silent_when_staff_decided_otherwise_or_the_segment_is_retired(promising):
    promising.segment_id = "wholesale"
    assert better_segment(promising) == ""
    promising.segment_id = None
    Segment.objects.filter(slug="loyal").update(is_active=False)
    assert better_segment(promising) == ""


def test_silent_when_the_model_found_none(db):
    assert better_segment(CustomerFactory()) == ""
