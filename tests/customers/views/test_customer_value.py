"""Value and habits of a customer: on the page, in the list, in the API, in the export."""

from decimal import Decimal

import pytest

from customers.models import Customer
from tests.factories import NOON, CustomerFactory, OrderFactory, RfmChangeFactory, UserFactory

VALUED = {
    "rfm_class": "loyal",
    "recency_score": 4,
    "frequency_score": 5,
    "monetary_score": 3,
    "return_rate": 0.125,
    "typical_gap_days": 34.0,
    "alive_probability": 0.87,
    "alive_probability_low": 0.8,
    "alive_probability_high": 0.92,
    "expected_orders": 1.34,
    "expected_orders_low": 0.0,
    "expected_orders_high": 3.0,
    "likely_orders": 1.0,
    "expected_value": Decimal("45.50"),
    "expected_value_low": Decimal("0"),
    "expected_value_high": Decimal("120"),
    "expected_next_order_at": "2026-05-12T00:00Z",
    "value_model_version": "ab" * 32,
    "valued_at": NOON,
    "currency": "GBP",
}


def valued(**columns):
    customer = CustomerFactory()
    Customer.objects.filter(pk=customer.pk).update(**VALUED | columns)
    return Customer.objects.get(pk=customer.pk)


def card(client, customer):
    text = client.get(f"/customers/{customer.pk}/").content.decode()
    start = text.index('id="value"')
    return " ".join(text[start : text.index("</section>", start)].split())


def test_the_page_tells_value_and_habits_in_plain_words(agent):
    customer = valued()
    shown = card(agent, customer)
    assert '<span class="chip good"' in shown
    assert "Recency 4, frequency 5, money 3" in shown
    for words in (
        "87%",
        "80% to 92%",
        "13%",  # lost
        "1.3",
        "0 to 3",
        "£45.50",
        "£0.00 to £120.00",
        "34 days",
        "12%",  # returns
        "abababababab",
    ):
        assert words in shown, words
    assert "12 May 2026" in shown or "May 12, 2026" in shown


def test_the_history_of_classes_is_told_newest_first(agent):
    customer = valued()
    RfmChangeFactory(customer=customer, from_class="", to_class="new", changed_at="2025-01-31T23Z")
    RfmChangeFactory(customer=customer, from_class="new", to_class="loyal")
    shown = card(agent, customer)
    assert shown.index("→</span> <span") < shown.rindex(">new</span>")


def test_no_order_to_expect_is_said(agent):
    assert "none to expect within a year" in card(agent, valued(expected_next_order_at=None))


def test_why_there_is_no_value_is_said(agent):
    customer = CustomerFactory()
    assert "not computed yet" in card(agent, customer)
    Customer.objects.update(value_reason="no orders yet")
    shown = card(agent, customer)
    assert "What to expect is not known: no orders yet." in shown
    assert "Still a customer" not in shown
    assert "Next order" not in shown


def test_the_list_is_narrowed_by_class_and_sorted_by_what_is_expected(agent):
    rich = valued(expected_value=Decimal(900), alive_probability=0.9)
    gone = valued(rfm_class="lost", expected_value=Decimal(1), alive_probability=0.1)
    unknown = CustomerFactory()

    def shown(query):
        return [row.pk for row in agent.get(f"/customers/?{query}").context["page"].object_list]

    assert shown("rfm_class=lost") == [gone.pk]
    assert shown("sort=-value") == [rich.pk, gone.pk, unknown.pk]
    assert shown("sort=alive") == [gone.pk, rich.pk, unknown.pk]
    assert len(shown("rfm_class=nonsense")) == 3


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ("rfm_class=lost", "customer_by_rfm"),
        ("sort=-value", "customer_by_value"),
        ("sort=alive", "customer_by_alive"),
    ],
)
def test_each_choice_has_its_index(agent, query, index):
    rows = agent.get(f"/customers/?{query}").context["filter"].qs
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
    assert index in rows[:50].explain()


def test_the_api_gives_the_measures_and_takes_none(client, db):
    client.force_login(UserFactory(role="manager"))
    customer = valued()
    found = client.get(f"/api/v1/customers/{customer.pk}/").json()["measures"]
    assert (found["rfm_class"], found["alive_probability"]) == ("loyal", 0.87)
    assert (found["expected_value"], found["expected_orders"]) == ("45.5000", 1.34)
    assert found["value_model_version"] == "ab" * 32
    client.patch(
        f"/api/v1/customers/{customer.pk}/",
        {"measures": {"rfm_class": "lost"}, "rfm_class": "lost"},
        content_type="application/json",
    )
    customer.refresh_from_db()
    assert customer.rfm_class == "loyal"


def test_the_api_narrows_by_what_is_expected(client, db):
    client.force_login(UserFactory(role="manager"))
    rich, gone = valued(expected_value=Decimal(900)), valued(alive_probability=0.1)

    def found(query):
        rows = client.get(f"/api/v1/customers/?{query}").json()["results"]
        return {row["id"] for row in rows}

    assert found("alive_below=0.5") == {gone.pk}
    assert found("expected_value_from=100") == {rich.pk}
    assert found("rfm_class=loyal") == {rich.pk, gone.pk}
    assert found("rfm_class=champion") == set()


def test_the_export_of_the_admin_has_the_measures(client, db):
    client.force_login(UserFactory(role="admin", is_staff=True, is_superuser=True))
    customer = valued()
    answer = client.post(
        "/admin/customers/customer/",
        {"action": "export_csv", "_selected_action": [customer.pk]},
    )
    header, row = b"".join(answer.streaming_content).decode().lstrip("\ufeff").splitlines()[:2]
    told = dict(zip(header.split(","), row.split(","), strict=False))
    assert (told["rfm_class"], told["alive_probability"]) == ("loyal", "0.87")
    assert told["expected_value"] == "45.5000"


def test_an_order_leaves_the_expectations_to_the_next_refresh(agent):
    customer = valued()
    OrderFactory(customer=customer)
    customer.refresh_from_db()
    assert (customer.rfm_class, customer.alive_probability) == ("loyal", 0.87)
    assert customer.order_count == 1
