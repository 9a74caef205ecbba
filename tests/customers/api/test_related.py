"""What the API tells of a product, a segment and a customer's consent."""

import pytest

from customers.models import Customer, ProspectSearch
from tests.factories import (
    NOON,
    BoughtTogetherFactory,
    CustomerFactory,
    ProductFactory,
    ProspectFactory,
    ProspectSearchFactory,
    RecommendationFactory,
)

pytestmark = pytest.mark.django_db


def test_pairs_come_with_support_confidence_and_lift(api):
    pair = BoughtTogetherFactory(rank=1)
    found = api.get(f"/api/v1/products/{pair.product_id}/bought-together/").json()
    assert found == [
        {
            "product": pair.other_id,
            "product_name": pair.other.name,
            "rank": 1,
            "orders": 12,
            "support": 0.012,
            "confidence": 0.4,
            "lift": 6.5,
            "lift_low": 3.2,
        }
    ]


def test_similar_products_come_by_rank(api):
    product, other = ProductFactory(), ProductFactory()
    product.similar.create(similar=other, rank=1, score=0.9)
    found = api.get(f"/api/v1/products/{product.pk}/similar/").json()
    assert found == [{"product": other.pk, "product_name": other.name, "rank": 1, "score": 0.9}]


def test_a_search_for_prospects_is_asked_for_and_read(api):
    product = ProductFactory()
    address = f"/api/v1/products/{product.pk}/prospects/search/"
    assert api.get(address).status_code == 204
    answer = api.post(address)
    assert (answer.status_code, answer.json()["status"]) == (202, "pending")
    assert ProspectSearch.objects.get().requested_by == api.user
    assert api.get(address).json()["product"] == product.pk


def test_prospects_come_by_rank_and_only_with_consent(api, django_assert_max_num_queries):
    search = ProspectSearchFactory(status="done")
    rows = [ProspectFactory(product=search.product, rank=rank) for rank in range(1, 31)]
    Customer.objects.filter(pk=rows[0].customer_id).update(marketing_consent=False)
    with django_assert_max_num_queries(9):
        found = api.get(f"/api/v1/products/{search.product_id}/prospects/?page_size=100").json()
    assert [row["rank"] for row in found["results"]] == list(range(2, 31))
    assert found["results"][0]["email"] == rows[1].customer.email


def test_the_next_best_of_a_segment_is_told(api):
    customer = CustomerFactory(segment_id="loyal", last_order_at=NOON)
    row = RecommendationFactory(customer=customer, rank=1)
    found = api.get("/api/v1/segments/loyal/next-best/").json()
    assert found == [
        {
            "rank": 1,
            "product": row.product_id,
            "product_name": row.product.name,
            "members": 1,
            "asked": 1,
            "score": 1.0,
        }
    ]
    assert api.get("/api/v1/segments/nothing/next-best/").status_code == 404


@pytest.mark.parametrize("said", [True, False, None])
def test_consent_is_written_and_read(api, said):
    customer = CustomerFactory(marketing_consent=not said)
    address = f"/api/v1/customers/{customer.pk}/"
    answer = api.patch(address, {"marketing_consent": said}, format="json")
    assert answer.json()["marketing_consent"] is said
    customer.refresh_from_db()
    assert customer.marketing_consent is said
