"""One customer's list at once: what is in it, what is not, and that it equals what is stored."""

from datetime import timedelta

import pytest
from django.utils import timezone

from customers.models import Customer, Order, Product, Recommendation, RecommendationShown
from intelligence import recommender
from intelligence.analysis.kinds import KINDS
from intelligence.analysis.run import analyse_pending, analyse_rows
from tests.factories import CustomerFactory, ProductFactory, UserFactory
from tests.intelligence import shop

pytestmark = pytest.mark.django_db

CUSTOMERS = KINDS["customer"]


def ada():
    return Customer.objects.get(name="kitchen 0")


def live(partner, customer, **asked):
    answer = partner.get(f"/api/v1/customers/{customer.pk}/recommendations/live/", asked)
    assert answer.status_code == 200, answer.content
    return answer.json()


def names(found):
    return [item["product_name"] for item in found["items"]]


def test_the_list_is_the_one_that_a_worker_stores(products, partner):
    analyse_pending(CUSTOMERS)
    for customer in Customer.objects.all():
        stored = list(customer.recommendations.order_by("rank"))
        found = live(partner, customer)
        assert [item["product"] for item in found["items"]] == [row.product_id for row in stored]
        assert [item["score"] for item in found["items"]] == pytest.approx(
            [row.score for row in stored], abs=1e-5
        )
        assert [item["method"] for item in found["items"]] == [row.method for row in stored]
        told = [[reason.get("name") for reason in item["reasons"]] for item in found["items"]]
        assert told == [[reason.get("name") for reason in row.reasons] for row in stored]


def test_a_purchase_counts_at_once(products, partner):
    assert names(live(partner, ada()))[0] == "kitchen 0"
    for bought in products["garden"][2:4]:  # one alone does not outweigh five of another kind
        shop.buy(ada(), bought)
    found = live(partner, ada())
    assert found["method"] == "purchases"
    assert names(found)[0].startswith("garden")
    assert not {"garden 2", "garden 3"} & set(names(found))


def test_an_order_of_tomorrow_counts_from_tomorrow_on(products, partner):
    before = names(live(partner, ada()))
    order = shop.buy(ada(), products["garden"][2])
    Order.objects.filter(pk=order.pk).update(placed_at=timezone.now() + timedelta(days=1))
    assert names(live(partner, ada())) == before


def test_only_what_is_on_sale_and_of_the_own_source_is_offered(products, partner):
    shop.stock("kitchen", 3, source="elsewhere")
    Product.objects.filter(name="kitchen 0").update(stock=0)
    Product.objects.filter(name="garden 1").update(is_active=False)
    recommender.fit_shop()
    found = names(live(partner, ada()))
    assert "kitchen 0" not in found
    assert "garden 1" not in found
    sources = Product.objects.filter(name__in=found, source="shop").count()
    assert sources == len(found) > 0


def test_category_and_price_narrow_the_list(products, partner):
    garden = products["garden"]
    for number, product in enumerate(garden):
        Product.objects.filter(pk=product.pk).update(price=10 * (number + 1), currency="GBP")
    assert set(names(live(partner, ada(), category="garden"))) == {p.name for p in garden}
    found = live(partner, ada(), category="garden", min_price="20", max_price=40, currency="GBP")
    assert set(names(found)) == {"garden 1", "garden 2", "garden 3"}
    assert names(live(partner, ada(), category="garden", currency="EUR")) == []


@pytest.mark.parametrize(
    ("asked", "pointer"),
    [
        ({"category": "no such thing"}, "/category"),
        ({"n": 0}, "/n"),
        ({"n": 101}, "/n"),
        ({"n": "many"}, "/n"),
        ({"diversity": 1.5}, "/diversity"),
        ({"min_price": 5, "max_price": 4}, "/max_price"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_pointer(products, partner, asked, pointer):
    answer = partner.get(f"/api/v1/customers/{ada().pk}/recommendations/live/", asked)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert not RecommendationShown.objects.exists()


def test_so_many_are_given_as_are_asked_for(products, partner):
    assert len(live(partner, ada(), n=3)["items"]) == 3
    assert names(live(partner, ada(), n=3)) == names(live(partner, ada(), n=100))[:3]


def test_what_was_bought_long_ago_may_be_offered_again(products, partner, settings):
    collector = CustomerFactory(source="shop")
    shop.buy(collector, products["kitchen"][0], days_ago=200)
    shop.buy(collector, products["kitchen"][1], days_ago=5)
    assert "kitchen 0" not in names(live(partner, collector))
    settings.RECOMMENDATION_BUY_AGAIN_DAYS = 100
    found = names(live(partner, collector))
    assert "kitchen 0" in found
    assert "kitchen 1" not in found
    analyse_rows(CUSTOMERS, [collector.pk])
    stored = collector.recommendations.order_by("rank").values_list("product__name", flat=True)
    assert list(stored) == found


def test_a_customer_without_orders_gets_what_sells_named_as_such(products, partner):
    newcomer = CustomerFactory(source="shop")
    found = live(partner, newcomer)
    assert found["method"] == "popularity"
    assert {item["method"] for item in found["items"]} == {"popularity"}
    scores = [item["score"] for item in found["items"]]
    assert scores == sorted(scores, reverse=True)
    assert live(partner, newcomer, category="garden")["method"] == "category"


def test_a_customer_of_whom_only_the_segment_is_known_gets_what_suits_the_segment(
    products, partner
):
    analyse_pending(CUSTOMERS)
    gardeners = Customer.objects.filter(name__startswith="garden")
    gardeners.update(segment="wholesale")
    Customer.objects.filter(name__startswith="kitchen").update(segment="champion")
    newcomer = CustomerFactory(source="shop", segment_id="wholesale")
    found = live(partner, newcomer)
    assert found["method"] == "segment"
    assert found["items"][0]["reasons"][0] == {
        "kind": "segment",
        "name": "wholesale",
        "weight": 0.0,
    }
    theirs = set(
        Recommendation.objects.filter(customer__in=gardeners).values_list("product", flat=True)
    )
    from_segment = [item for item in found["items"] if item["method"] == "segment"]
    assert {item["product"] for item in from_segment} <= theirs
    products_once = [item["product"] for item in found["items"]]
    assert len(products_once) == len(set(products_once))
    analyse_rows(CUSTOMERS, [newcomer.pk])
    stored = newcomer.recommendations.order_by("rank").values_list("product", "method")
    assert list(stored) == [(item["product"], item["method"]) for item in found["items"]]


def test_diversity_mixes_the_list_and_zero_changes_nothing(products, partner):
    plain = names(live(partner, ada(), n=3))
    assert names(live(partner, ada(), n=3, diversity=0)) == plain
    for number in (6, 7, 8):
        shop.read(ProductFactory(name=f"kitchen {number}", source="shop"), "kitchen", number)
    recommender.refit_when_stale()
    alike = names(live(partner, ada(), n=3))
    mixed = names(live(partner, ada(), n=3, diversity=0.7))
    assert mixed[0] == alike[0]
    assert {name.split()[0] for name in alike} == {"kitchen"}
    assert {name.split()[0] for name in mixed} == {"kitchen", "garden"}


def test_a_list_that_is_served_is_noted_once_a_day_and_a_preview_never(products, partner):
    live(partner, ada(), preview=True)
    assert not RecommendationShown.objects.exists()
    found = live(partner, ada(), n=3)
    live(partner, ada(), n=3)
    rows = list(RecommendationShown.objects.order_by("rank"))
    assert [row.product_id for row in rows] == [item["product"] for item in found["items"]]
    assert [row.rank for row in rows] == [1, 2, 3]
    assert {(row.arm, row.propensity, row.method) for row in rows} == {("model", 1.0, "purchases")}
    assert {row.model_version for row in rows} == {found["model_version"]}


def test_before_the_first_fit_the_list_is_empty(partner):
    newcomer = CustomerFactory(source="shop")
    assert live(partner, newcomer)["items"] == []
    assert live(partner, newcomer)["method"] == ""


def test_one_customer_alone_in_the_shop_gets_the_rest_of_it(partner):
    products = shop.stock("kitchen", 3)
    only = CustomerFactory(source="shop")
    shop.buy(only, products[0])
    recommender.fit_shop()
    assert set(names(live(partner, only))) == {"kitchen 1", "kitchen 2"}


def test_a_product_that_is_deleted_leaves_lists_and_vectors_and_the_list_refills(products, partner):
    analyse_pending(CUSTOMERS)
    unsold = shop.stock("garden", 1)[0]
    recommender.fit_shop()
    analyse_pending(CUSTOMERS)
    had_it = Recommendation.objects.filter(product=unsold).values("customer")
    customers = list(Customer.objects.filter(pk__in=had_it))
    assert customers
    gone = unsold.pk
    Product.objects.get(pk=gone).delete()
    shown = {item["product"] for item in live(partner, customers[0])["items"]}
    assert gone not in shown
    assert set(Customer.objects.pending()) == set(customers)
    analyse_pending(CUSTOMERS)
    assert not Recommendation.objects.filter(product_id=gone).exists()
    ranks = list(customers[0].recommendations.order_by("rank").values_list("rank", flat=True))
    assert ranks == list(range(1, len(ranks) + 1))


def test_a_history_of_ten_thousand_purchases_is_served_and_nothing_of_it_offered(
    products, partner, django_assert_max_num_queries
):
    garden = products["garden"]
    shop.buy(ada(), *[garden[number % 5] for number in range(10_000)])
    with django_assert_max_num_queries(27):
        found = names(live(partner, ada()))
    assert found == ["garden 5", "kitchen 0"]


def test_a_product_with_no_text_is_sold_and_recommended_like_any_other(partner):
    nameless = shop.stock("kitchen", 2)
    Product.objects.filter(pk=nameless[0].pk).update(name="", category="")
    buyers = [CustomerFactory(source="shop") for _ in range(3)]
    for buyer in buyers:
        shop.buy(buyer, *nameless)
    newcomer = CustomerFactory(source="shop")
    shop.buy(newcomer, nameless[1])
    recommender.fit_shop()
    assert [item["product"] for item in live(partner, newcomer)["items"]] == [nameless[0].pk]


def test_a_customer_is_found_by_the_key_of_the_partner(products, partner):
    Customer.objects.filter(pk=ada().pk).update(external_id="C/1")
    Customer.objects.filter(pk=ada().pk).update(external_id="C1")
    address = "/api/v1/customers/by-external-id/shop/C1/recommendations/live/"
    assert partner.get(address).json()["customer"] == ada().pk
    assert partner.get(address.replace("C1", "C2")).status_code == 404


def test_who_has_no_role_gets_no_list(products, client):
    address = f"/api/v1/customers/{ada().pk}/recommendations/live/"
    assert client.get(address).status_code == 401
    client.force_login(UserFactory(role=""))
    assert client.get(address).status_code == 403
    assert not RecommendationShown.objects.exists()
