"""Whom to tell, what to offer a segment, how good lists are: pages, and who may see them."""

import csv
import io

import pytest

from customers.complaints import Complaint
from customers.models import Customer, ProspectSearch, Recommendation, Training
from customers.templatetags.recommending import cause, verdict, why
from tests.factories import (
    NOON,
    BoughtTogetherFactory,
    CustomerFactory,
    ModelVersionFactory,
    OrderFactory,
    ProductFactory,
    ProspectFactory,
    ProspectSearchFactory,
    RecommendationFactory,
    RecommendationLiftFactory,
    ReviewFactory,
    TicketFactory,
    UserFactory,
)

MEASURED = {
    "n": 812,
    "ndcg_at_10": 0.0891,
    "recall_at_10": 0.15,
    "recall_at_20": 0.2,
    "mrr": 0.08,
    "coverage": 0.5,
    "cold_recall_at_20": 0.061,
    "popularity": {"ndcg_at_10": 0.011, "recall_at_10": 0.02, "recall_at_20": 0.03},
    "item_knn": {"ndcg_at_10": 0.052, "recall_at_10": 0.09, "recall_at_20": 0.11},
    "measured_at": "2026-03-02T12:00:00+00:00",
}


@pytest.fixture
def manager(client, db):
    client.user = UserFactory(username="manager", role="manager")
    client.force_login(client.user)
    return client


def content(answer):
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_product_page_shows_what_is_bought_with_it(agent):
    pair = BoughtTogetherFactory(rank=1)
    page = content(agent.get(f"/products/{pair.product_id}/"))
    assert f'href="/products/{pair.other_id}/"' in page
    assert "in 12 orders" in page
    assert "6.5 ×" in page
    assert f'href="/products/{pair.product_id}/prospects/"' in page


def test_prospects_are_listed_with_their_reason_and_what_was_left_out(agent):
    search = ProspectSearchFactory(
        status="done", considered=40, without_consent=7, bought_it=3, complained=1
    )
    prospect = ProspectFactory(product=search.product)
    without = ProspectFactory(product=search.product, customer__marketing_consent=None)
    page = content(agent.get(f"/products/{search.product_id}/prospects/"))
    assert f'href="/customers/{prospect.customer_id}/"' in page
    assert str(prospect.because_of) in page
    assert f"/customers/{without.customer_id}/" not in page
    assert "40 customers who agreed to marketing were considered." in page
    assert "7 without consent, 3 who bought it, 1 who complained" in page
    assert 'hx-trigger="load' not in page
    assert "prospects.csv" not in page


def test_a_search_is_asked_for_and_the_rows_poll_until_it_is_done(agent):
    product = ProductFactory()
    address = f"/products/{product.pk}/prospects/"
    assert "Nobody searched yet" in content(agent.get(address))
    assert agent.post(f"{address}search/").status_code == 302
    search = ProspectSearch.objects.get()
    assert (search.product, search.status, search.requested_by) == (product, "pending", agent.user)
    assert 'hx-trigger="every 1s"' in content(agent.get(f"{address}rows/"))
    ProspectSearch.objects.update(status="failed", error="nothing was fitted yet")
    rows = content(agent.get(f"{address}rows/"))
    assert "hx-trigger" not in rows
    assert "nothing was fitted yet" in rows
    assert agent.get(f"{address}search/").status_code == 405


def test_managers_take_the_prospects_along_as_csv_and_others_do_not(manager, client):
    prospect = ProspectFactory(customer__name="=1+1", rank=1)
    ProspectFactory(product=prospect.product, customer__marketing_consent=False, rank=2)
    address = f"/products/{prospect.product_id}/prospects.csv"
    answer = manager.get(address)
    lines = b"".join(answer.streaming_content).decode().removeprefix("\ufeff")
    (row,) = csv.DictReader(io.StringIO(lines))
    assert row["customer__email"] == prospect.customer.email
    assert row["customer__name"] == "'=1+1"
    client.force_login(UserFactory(username="agent"))
    assert client.get(address).status_code == 403


@pytest.mark.parametrize("rows", [1, 12])
def test_prospects_cost_the_same_queries_for_few_and_many(
    agent, rows, django_assert_max_num_queries
):
    search = ProspectSearchFactory(status="done")
    for rank in range(rows):
        ProspectFactory(product=search.product, rank=rank + 1)
    with django_assert_max_num_queries(11):
        agent.get(f"/products/{search.product_id}/prospects/")


def test_a_segment_is_offered_what_its_members_are_recommended(agent):
    customer = CustomerFactory(segment_id="loyal", last_order_at=NOON)
    row = RecommendationFactory(customer=customer, rank=1)
    page = content(agent.get("/segments/loyal/"))
    assert f'href="/products/{row.product_id}/"' in page
    assert "1 customer." in page
    assert "Nothing is recommended" in content(agent.get("/segments/lapsed/"))
    assert agent.get("/segments/none/").status_code == 404
    assert 'href="/segments/loyal/"' in content(agent.get("/customers/?segment=loyal"))


def test_the_customers_page_says_why_and_what_is_left_out(agent, settings):
    customer = CustomerFactory()
    order = OrderFactory(customer=customer)
    product = order.lines.get().product
    ticket = TicketFactory(customer=customer, order=order, intent_id="product_fault")
    ReviewFactory(customer=customer, rating=1, title="Awful")
    page = content(agent.get(f"/customers/{customer.pk}/"))
    assert f'{product} and others of Kitchen: because of <a href="/tickets/{ticket.pk}/">' in page
    assert f"ticket #{ticket.pk}" in page
    assert "review “Awful”" in page
    assert "comparison group" not in page
    settings.RECOMMENDATION_HOLDOUT = 1
    assert "comparison group" in content(agent.get(f"/customers/{customer.pk}/"))


def test_what_a_complaint_costs_does_not_depend_on_how_many_there_are(
    agent, django_assert_max_num_queries
):
    customer = CustomerFactory()
    for _ in range(12):
        TicketFactory(
            customer=customer, order=OrderFactory(customer=customer), intent_id="complaint"
        )
        ReviewFactory(customer=customer, rating=1)
    with django_assert_max_num_queries(37):
        agent.get(f"/customers/{customer.pk}/")


@pytest.mark.parametrize(
    ("method", "reasons", "sentence"),
    [
        ("popularity", [{"kind": "popularity", "weight": 0.5}], "Popular in the shop."),
        ("category", [{"kind": "popularity", "weight": 0.5}], "Popular in its category."),
        (
            "purchases",
            [
                {"kind": "purchase", "name": "Kettle", "weight": 0.3},
                {"kind": "purchase", "name": "Mug", "weight": 0.1},
                {"kind": "similar", "name": "Mug", "weight": 0.0, "cosine": 0.8},
                {"kind": "popularity", "weight": 0.1},
            ],
            "Because they bought Kettle and Mug; most like Mug; popular in the shop.",
        ),
        (
            "purchases",
            [
                {"kind": "purchase", "name": "Kettle", "weight": 0.5},
                {"kind": "popularity", "weight": 0.01},
            ],
            "Because they bought Kettle.",
        ),
        (
            "segment",
            [{"kind": "segment", "name": "loyal", "weight": 0.0}],
            "Recommended most to others of the segment “Loyal”.",
        ),
    ],
)
def test_reasons_are_read_as_a_sentence(method, reasons, sentence):
    assert why(Recommendation(method=method, reasons=reasons, score=0.5)) == sentence


@pytest.mark.parametrize(
    ("kind", "said", "sentence"),
    [
        ("ticket", "It leaks", "ticket #7: It leaks"),
        ("return", "R-1", "return R-1"),
        ("review", "", "review"),
    ],
)
def test_a_cause_is_named(kind, said, sentence):
    assert cause(Complaint(1, 2, "Kettle", "", kind, 7, said, False)) == sentence


@pytest.mark.django_db
def test_the_verdict_is_a_plain_sentence():
    assert verdict(None).startswith("No list was served")
    unsure = RecommendationLiftFactory()
    assert verdict(unsure) == (
        "Not certain yet: about 4,200 more orders needed to tell a difference of 10 %."
    )
    few = RecommendationLiftFactory(orders_effect=None, orders_low=None, orders_high=None)
    assert "Too few customers" in verdict(few)
    sure = RecommendationLiftFactory(orders_effect=0.095, orders_low=0.02, orders_high=0.17)
    assert verdict(sure) == "Recommendations bring 25.0 % more orders per customer."
    none = RecommendationLiftFactory(orders_needed=0)
    assert verdict(none) == "A difference of 10 % would show by now, and none does."


def test_managers_see_how_good_lists_are_and_what_they_did(manager):
    ModelVersionFactory(task="recommendation", measured=MEASURED)
    RecommendationLiftFactory()
    page = content(manager.get("/models/recommendations/"))
    assert "0.089" in page
    assert "0.052" in page
    assert "4,200 more orders needed" in page
    assert "of the customers get what sells" in page
    for name in ("recommendation-lift", "recommendation-quality"):
        assert manager.get(f"/plots/{name}.csv").status_code == 200
    rows = list(csv.DictReader(manager.get("/plots/recommendation-quality.csv").text.splitlines()))
    assert len(rows) == 9
    assert rows[0] == {"measure": "NDCG@10", "method": "Recommender", "value": "0.0891"}


def test_an_empty_shop_has_the_page_too(manager):
    page = content(manager.get("/models/recommendations/"))
    assert "No list was served" in page
    assert "Not measured yet" in page


def test_a_fit_is_asked_for_once(manager):
    for _ in range(2):
        assert manager.post("/models/recommendations/fit/").status_code == 302
    job = Training.objects.get()
    assert (job.task, job.status) == ("recommendation", "pending")
    assert "purchases learnt from" in content(manager.get(f"/trainings/{job.pk}/"))


@pytest.mark.parametrize("address", ["/models/recommendations/", "/plots/recommendation-lift.csv"])
def test_agents_see_nothing_of_it(agent, address):
    assert agent.get(address).status_code == 403
    assert agent.post("/models/recommendations/fit/").status_code == 403
    assert not Training.objects.exists()


def test_consent_is_shown_where_it_is_known(agent):
    customer = CustomerFactory(marketing_consent=True)
    assert "<dt>Marketing</dt><dd>agreed</dd>" in content(agent.get(f"/customers/{customer.pk}/"))
    Customer.objects.update(marketing_consent=None)
    page = content(agent.get(f"/customers/{customer.pk}/"))
    assert "<dt>Marketing</dt><dd>not asked</dd>" in page
