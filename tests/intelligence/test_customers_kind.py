"""The road for customers: segment, recommendations with reasons, and what changes them."""

from datetime import timedelta

import numpy as np
import pytest

from customers.models import Customer, Order, Product, Recommendation, Segment
from intelligence import recommender, shop_reference
from intelligence.analysis.kinds import KINDS
from intelligence.analysis.run import analyse_pending, analyse_rows
from intelligence.engines.customer_features import NAMES
from intelligence.engines.segment import NO_ORDERS, TASTE
from intelligence.loaded import segment_engine
from intelligence.models import ModelVersion, Prediction
from intelligence.shop_recommender import current
from tests.factories import NOON, CustomerFactory, ProductFactory
from tests.intelligence import shop

pytestmark = pytest.mark.django_db

CUSTOMERS = KINDS["customer"]


@pytest.fixture(autouse=True)
def models_in_a_folder_of_the_test(settings, tmp_path, ledger):
    settings.MODELS_DIR = tmp_path / "models"
    segment_engine.cache_clear()
    shop_reference.forget()


@pytest.fixture
def products():
    """Kitchen and garden things, each theme with its own buyers, all of it read."""
    found = {theme: shop.stock(theme) for theme in ("kitchen", "garden")}
    for things in found.values():
        shop.customers_who_keep_to(things)
    analyse_pending(CUSTOMERS)
    return found


def ada():
    return Customer.objects.get(name="kitchen 0")


def read(customer):
    """As the interactive worker does, without a look at the rest of the shop."""
    tally = analyse_rows(CUSTOMERS, [customer.pk])
    customer.refresh_from_db()
    return tally


def names_for(customer):
    rows = customer.recommendations.select_related("product").order_by("rank")
    return [row.product.name for row in rows]


def test_a_segment_lands_with_probability_detail_and_evidence(products):
    customer, card = ada(), segment_engine().card
    assert customer.suggested_segment_id in set(Segment.objects.values_list("slug", flat=True))
    detail = customer.segment_detail
    assert detail["label"] == customer.suggested_segment_id
    assert detail["probability"] == pytest.approx(customer.segment_probability, abs=1e-6)
    assert customer.segment_probability >= card.threshold
    assert sum(detail["distribution"].values()) == pytest.approx(1, abs=1e-4)
    assert (detail["model"], detail["model_version"]) == ("segment", card.sha256)
    assert {item["name"] for item in detail["evidence"]} <= {*NAMES, TASTE}
    assert len(detail["evidence"]) == 5


def test_what_would_make_the_segment_better_is_stored_with_it(products):
    found = ada().segment_detail["counterfactual"]
    assert found["label"] != ada().suggested_segment_id
    assert found["label"] in set(Segment.objects.values_list("slug", flat=True))
    assert 1 <= len(found["changes"]) <= 3
    assert {*found["changes"][0]} == {"feature", "from", "to", "unit"}


def test_the_segment_is_written_to_the_ledger(products):
    line = Prediction.objects.get(kind="customer", object_id=ada().pk)
    assert line.task == "segment"
    assert line.model_version == ModelVersion.objects.get(task="segment")
    assert line.output["label"] == ada().suggested_segment_id
    assert len(line.input_sha256) == 64


def test_who_buys_by_the_pallet_is_wholesale_and_who_is_long_gone_has_lapsed(products):
    pallets, gone = CustomerFactory(source="shop"), CustomerFactory(source="shop")
    for days in (10, 40, 70):
        shop.buy(pallets, *products["garden"], days_ago=days, quantity=60)
    shop.buy(gone, products["garden"][0], days_ago=400)
    read(pallets)
    read(gone)
    assert (pallets.suggested_segment_id, gone.suggested_segment_id) == ("wholesale", "lapsed")


def test_a_customer_without_orders_has_no_segment_and_the_detail_says_why(products):
    newcomer = CustomerFactory(source="shop")
    read(newcomer)
    assert newcomer.suggested_segment is None
    assert newcomer.segment_probability is None
    assert newcomer.segment_detail["abstained"] is True
    assert newcomer.segment_detail["reason"] == NO_ORDERS


def test_what_a_person_decided_is_never_touched(products, django_user_model):
    customer = ada()
    customer.set_segment(
        Segment.objects.get(pk="wholesale"), by=django_user_model.objects.create_user("agent")
    )
    customer.request_analysis()
    read(customer)
    assert customer.segment_id == "wholesale"
    assert customer.suggested_segment_id == customer.segment_detail["label"] != "wholesale"


def test_a_segment_that_staff_retired_is_not_suggested(products):
    customer = ada()
    Segment.objects.filter(pk=customer.suggested_segment_id).update(is_active=False)
    customer.request_analysis()
    read(customer)
    assert customer.suggested_segment is None
    assert customer.segment_detail["label"]


def test_the_first_recommendation_is_what_others_of_this_taste_own(products):
    assert names_for(ada())[0] == "kitchen 0"
    rows = list(ada().recommendations.order_by("rank"))
    assert [row.rank for row in rows] == list(range(1, len(rows) + 1))
    assert {row.method for row in rows} == {"purchases"}
    assert {row.model_version for row in rows} == {current().version.sha256}
    scores = [row.score for row in rows]
    assert scores == sorted(scores, reverse=True)


def test_reasons_name_past_purchases_and_are_shares_of_the_score(products):
    best = ada().recommendations.get(rank=1)
    owned = {f"kitchen {number}": products["kitchen"][number].pk for number in range(1, 6)}
    purchases = [reason for reason in best.reasons if reason["kind"] == "purchase"]
    assert len(purchases) == 3
    assert {(reason["name"], reason["product"]) for reason in purchases} <= set(owned.items())
    weights = [reason["weight"] for reason in purchases]
    assert weights == sorted(weights, reverse=True)
    assert 0 < sum(reason["weight"] for reason in best.reasons) <= best.score + 1e-4


def test_the_reasons_of_a_short_history_sum_to_the_score(products):
    customer = CustomerFactory(source="shop")
    shop.buy(customer, products["garden"][1], products["garden"][2])
    read(customer)
    best = customer.recommendations.get(rank=1)
    assert sum(reason["weight"] for reason in best.reasons) == pytest.approx(best.score, abs=1e-4)
    (popular,) = (reason for reason in best.reasons if reason["kind"] == "popularity")
    assert popular["weight"] == pytest.approx(best.base_score, abs=1e-5)


def test_a_reason_bears_the_products_name_of_today(products):
    Product.objects.filter(pk=products["kitchen"][5].pk).update(name="Kettle")
    customer = ada()
    customer.request_analysis()
    read(customer)
    names = {
        r["name"] for row in customer.recommendations.all() for r in row.reasons if "name" in r
    }
    assert "Kettle" in names
    assert "kitchen 5" not in names


def test_a_purchase_makes_the_customer_pending_and_moves_recommendations_without_a_fit(products):
    customer, version = ada(), current().version
    assert names_for(customer)[0] == "kitchen 0"
    shop.buy(customer, products["garden"][3], products["garden"][2])
    customer.refresh_from_db()
    assert customer.is_pending
    assert read(customer).n == 1
    assert names_for(customer)[0].startswith("garden")
    assert "garden 2" not in names_for(customer)
    assert {"name": "garden 2", "product": products["garden"][2].pk} in [
        {"name": reason["name"], "product": reason["product"]}
        for reason in customer.recommendations.get(rank=1).reasons
        if reason["kind"] == "purchase"
    ]
    assert current().version == version


def test_what_was_bought_is_not_recommended_however_long_ago(products):
    collector = CustomerFactory(source="shop")
    kitchen = products["kitchen"]
    shop.buy(collector, kitchen[0], kitchen[1], days_ago=900)
    shop.buy(collector, *[kitchen[2], kitchen[3]] * 30)
    read(collector)
    assert {"kitchen 0", "kitchen 1", "kitchen 2", "kitchen 3"}.isdisjoint(names_for(collector))
    assert names_for(collector)[0] in {"kitchen 4", "kitchen 5"}


@pytest.mark.parametrize("withdrawn", [{"stock": 0}, {"is_active": False}])
def test_what_cannot_be_bought_is_not_recommended(products, withdrawn):
    customer = ada()
    Product.objects.filter(name="kitchen 0").update(**withdrawn)
    customer.request_analysis()
    read(customer)
    assert "kitchen 0" not in names_for(customer)
    assert names_for(customer) != []


def test_other_shops_products_are_not_recommended(products):
    shop.stock("kitchen", 3, source="elsewhere")
    Customer.objects.request_analysis()
    analyse_pending(CUSTOMERS)
    assert set(Recommendation.objects.values_list("product__source", flat=True)) == {"shop"}


def test_a_customer_without_orders_gets_what_is_popular_named_as_such(products):
    for days in range(5):
        shop.buy(CustomerFactory(source="shop"), products["garden"][4], days_ago=days)
    recommender.fit_shop()
    newcomer = CustomerFactory(source="shop")
    read(newcomer)
    best = newcomer.recommendations.get(rank=1)
    assert best.product.name == "garden 4"
    assert set(newcomer.recommendations.values_list("method", flat=True)) == {"popularity"}
    assert best.reasons == [{"kind": "popularity", "weight": pytest.approx(best.score, abs=1e-5)}]
    assert best.score == best.base_score


def test_nothing_is_called_popular_that_nobody_bought():
    shop.stock("kitchen")
    newcomer = CustomerFactory(source="shop")
    analyse_pending(CUSTOMERS)
    assert current() is not None
    assert not newcomer.recommendations.exists()


def test_a_customer_made_by_hand_is_offered_what_the_only_shop_sells(products):
    customer = CustomerFactory(source="")
    shop.buy(customer, products["garden"][0], source="shop")
    read(customer)
    assert names_for(customer)[0].startswith("garden")
    assert customer.suggested_segment is not None


def test_recommendations_are_replaced_not_doubled(products):
    customer = ada()
    before = {row.pk for row in customer.recommendations.all()}
    names = names_for(customer)
    for _ in range(3):
        customer.request_analysis()
        read(customer)
    assert names_for(customer) == names
    assert before.isdisjoint(row.pk for row in customer.recommendations.all())


def test_a_customer_read_before_the_first_fit_gets_recommendations_with_it():
    kitchen = shop.stock("kitchen")
    people = shop.customers_who_keep_to(kitchen)
    newcomer = CustomerFactory(source="shop")
    for person in (people[0], newcomer):
        assert read(person).n == 1
    assert people[0].suggested_segment is not None
    assert not Recommendation.objects.exists()
    assert recommender.refit_when_stale() is True
    analyse_pending(CUSTOMERS)
    assert names_for(people[0])[0] == "kitchen 0"
    assert newcomer.recommendations.exists()


def test_a_purchase_of_a_product_nobody_read_yet_counts_once_it_is_read(products):
    customer = CustomerFactory(source="shop")
    new = ProductFactory(name="Trowel", source="shop")
    shop.buy(customer, new)
    read(customer)
    assert set(customer.recommendations.values_list("method", flat=True)) == {"popularity"}
    shop.read(new, "garden", 3)
    analyse_pending(CUSTOMERS)
    customer.refresh_from_db()
    assert set(customer.recommendations.values_list("method", flat=True)) == {"purchases"}
    assert names_for(customer)[0].startswith("garden")


def test_a_full_run_ends_and_a_second_one_finds_nothing(products):
    assert analyse_pending(CUSTOMERS).n == 0
    shop.buy(ada(), *products["kitchen"])
    assert analyse_pending(CUSTOMERS).n == 12  # all of them, for a fit was due
    assert analyse_pending(CUSTOMERS).n == 0


def test_a_fit_in_the_middle_of_a_batch_loses_no_customer(products, monkeypatch):
    Customer.objects.request_analysis()
    recommend = CUSTOMERS.read
    fits = iter([recommender.fit_shop])

    def read_while_another_process_fits(rows):
        results = recommend(rows)
        next(fits, lambda: None)()
        return results

    monkeypatch.setattr(CUSTOMERS, "read", read_while_another_process_fits)
    assert analyse_pending(CUSTOMERS).n == Customer.objects.count()
    assert not Customer.objects.awaiting().exists()
    assert Prediction.objects.filter(kind="customer").count() == 2 * Customer.objects.count()


def test_a_customer_is_read_against_orders_that_came_in_a_minute_ago(products):
    before = shop_reference.shop_reference("shop")
    assert before.as_of == pytest.approx((NOON - timedelta(days=30)).timestamp() / 86400)
    for customer in Customer.objects.all():
        shop.buy(customer, *products["kitchen"], quantity=5)
    after = shop_reference.shop_reference("shop")
    assert after.as_of == pytest.approx(NOON.timestamp() / 86400)
    assert after.spent > before.spent


def test_the_shops_medians_are_kept_while_orders_hardly_grow(products, django_assert_num_queries):
    template = Order.objects.filter(source="shop").values("customer_id", "placed_at", "currency")
    Order.objects.bulk_create(Order(source="shop", **columns) for columns in [*template, *template])
    kept = shop_reference.shop_reference("shop")
    assert Order.objects.count() == 180
    shop.buy(ada(), products["kitchen"][0])
    with django_assert_num_queries(1):
        assert shop_reference.shop_reference("shop") is kept


def test_a_source_without_orders_is_read_against_all_of_them(products):
    everybody = shop_reference.shop_reference("made-by-hand")
    shops = shop_reference.shop_reference("shop")
    assert (everybody.spent, everybody.gap_days) == (shops.spent, shops.gap_days)
    assert np.allclose(everybody.taste, shops.taste)


def test_cancelled_orders_are_no_part_of_the_shops_taste(products):
    before = shop_reference.shop_reference("shop").taste
    order = shop.buy(ada(), *shop.stock("paper", 4))
    Order.objects.filter(pk=order.pk).update(status="cancelled")
    shop_reference.forget()
    assert np.allclose(shop_reference.shop_reference("shop").taste, before)
