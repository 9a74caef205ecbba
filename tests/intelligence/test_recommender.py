"""The shop's recommender: fitted to its own orders, kept, made current, and only when due."""

import json
import threading
import time

import numpy as np
import pytest
from django.db import connections

from customers.models import Customer, Product, SimilarProduct
from intelligence import recommender, shop_recommender, shop_reference
from intelligence.engines.recommendation import ATTRIBUTE_WIDTH
from intelligence.models import ModelVersion, ProductVector
from intelligence.purchases import all_purchases, purchase_count, purchases_of
from intelligence.shop_recommender import current
from tests.factories import CustomerFactory, ProductFactory
from tests.intelligence import shop

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def models_in_a_folder_of_the_test(settings, tmp_path):
    settings.MODELS_DIR = tmp_path / "models"
    shop_reference.forget()


@pytest.fixture
def kitchen():
    products = shop.stock("kitchen")
    shop.customers_who_keep_to(products)
    return products


def recommended_to(customer, count=3):
    """Names of the best products for a customer, from what is stored of the shop."""
    engine = current()
    history = purchases_of([customer.pk], engine.row_of_product)
    (best,) = engine.recommend(history, [customer.source], count)
    names = dict(Product.objects.values_list("pk", "name"))
    return [names[engine.product_pks[item]] for item in best.items]


def test_without_products_there_is_nothing_to_fit():
    assert recommender.fit_shop() is None
    assert recommender.refit_when_stale() is False
    assert current() is None


def test_a_first_fit_is_due_as_soon_as_a_product_is_read(kitchen):
    assert recommender.refit_when_stale() is True
    assert current().product_pks == tuple(product.pk for product in kitchen)


def test_a_fit_tells_the_share_done_up_to_all_of_it(kitchen):
    told = []
    recommender.fit_shop(told.append)
    assert told == sorted(told)
    assert told[-1] == 1


def test_a_product_that_is_deleted_while_a_fit_learns_is_left_out(kitchen):
    gone = shop.stock("paper", 1)[0].pk  # one that was sold cannot be deleted

    def delete_one(share):
        Product.objects.filter(pk=gone).delete()

    version = recommender.fit_shop(delete_one)
    assert current().version == version
    assert current().product_pks == tuple(product.pk for product in kitchen)
    assert not SimilarProduct.objects.filter(similar=gone).exists()


def test_the_one_product_of_a_taste_that_is_not_owned_comes_first(kitchen):
    shop.customers_who_keep_to(shop.stock("garden"))
    recommender.fit_shop()
    for number in range(6):
        assert recommended_to(Customer.objects.get(name=f"kitchen {number}"), 1) == [
            f"kitchen {number}"
        ]


def test_the_same_fit_twice_gives_the_same_version(kitchen):
    first, again = recommender.fit_shop(), recommender.fit_shop()
    assert first == again
    assert ModelVersion.objects.filter(task="recommendation").count() == 1


def test_a_fit_that_comes_back_is_current_again(kitchen):
    first = recommender.fit_shop()
    order = shop.buy(Customer.objects.first(), kitchen[0])
    second = recommender.fit_shop()
    order.delete()
    third = recommender.fit_shop()
    assert first == third != second
    assert current().version == first
    assert len(current().factors) == 6


def test_what_was_fitted_is_what_is_read_back(kitchen, settings):
    version = recommender.fit_shop()
    on_disk = json.loads((settings.MODELS_DIR / "recommendation" / "card.json").read_text())
    assert on_disk["sha256"] == version.sha256 == current().factors.card.sha256
    assert current().factors.card.training_data[0]["rows"] == purchase_count() == 30
    vector = ProductVector.objects.get(product=kitchen[3])
    assert np.array(vector.target, np.float32) == pytest.approx(current().factors.targets[3])
    assert np.array(vector.context, np.float32) == pytest.approx(current().factors.contexts[3])


def test_a_fit_asks_for_every_customer_to_be_read_again(kitchen):
    newcomer = CustomerFactory(source="shop")
    shop.all_read()
    recommender.fit_shop()
    assert Customer.objects.pending().count() == 7
    assert newcomer in Customer.objects.pending()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_customer_that_a_worker_holds_is_asked_for_once_it_is_free(kitchen):
    shop.all_read()
    held, *others = Customer.objects.order_by("pk")
    worker = connections.create_connection("default")
    worker.connect()
    worker.set_autocommit(False)
    with worker.cursor() as cursor:
        cursor.execute("UPDATE customers_customer SET notes = '' WHERE id = %s", [held.pk])
    asking = threading.Thread(target=ask_for_all)
    asking.start()
    wait_until(lambda: Customer.objects.pending().count() == len(others))
    assert asking.is_alive()
    worker.commit()
    asking.join(timeout=10)
    worker.close()
    assert held in Customer.objects.pending()


def ask_for_all():
    recommender.have_read_again(Customer.objects.all())
    connections.close_all()


def wait_until(condition):
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_no_fit_is_due_when_nothing_changed(kitchen):
    recommender.fit_shop()
    shop.all_read()
    assert recommender.refit_when_stale() is False
    assert not Customer.objects.pending().exists()


def test_a_fit_is_due_when_two_in_a_hundred_purchases_are_new(kitchen):
    buyer = Customer.objects.first()
    shop.buy(buyer, *kitchen, *kitchen, *kitchen, *kitchen, *kitchen)  # now there are 60
    first = recommender.fit_shop()
    shop.buy(buyer, kitchen[0])
    assert recommender.refit_when_stale() is False
    shop.buy(buyer, kitchen[0])
    assert recommender.refit_when_stale() is True
    assert current().version != first


def test_purchases_of_a_product_that_cannot_be_read_make_no_fit_stale(kitchen):
    unreadable = ProductFactory(source="shop")
    shop.buy(Customer.objects.first(), unreadable, unreadable, unreadable)
    recommender.fit_shop()
    assert purchase_count() == 30
    assert recommender.refit_when_stale() is False


def test_only_one_process_fits_at_a_time(kitchen):
    other = connections.create_connection("default")
    try:
        other.connect()
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [recommender.FIT_LOCK])
            assert recommender.refit_when_stale() is False
            cursor.execute("SELECT pg_advisory_unlock_all()")
            assert recommender.refit_when_stale() is True
    finally:
        other.close()


def test_cancelled_orders_and_returns_are_no_purchases(kitchen):
    rows = {product.pk: row for row, product in enumerate(kitchen)}
    buyer = Customer.objects.first()
    before = len(all_purchases(rows))
    shop.Order.objects.filter(pk=shop.buy(buyer, kitchen[0]).pk).update(status="cancelled")
    shop.buy(buyer, kitchen[0], kind="return", quantity=-1)
    assert len(all_purchases(rows)) == before == 30


def test_similar_products_are_of_the_same_taste_and_the_same_source(kitchen):
    shop.stock("garden")
    elsewhere = shop.stock("kitchen", 2, source="elsewhere")
    recommender.fit_shop()
    alike = SimilarProduct.objects.filter(product=kitchen[0]).order_by("rank")
    assert [row.rank for row in alike] == list(range(1, 9))
    assert {row.similar.category for row in alike[:5]} == {"kitchen"}
    assert {row.similar.source for row in alike} == {"shop"}
    assert [row.score for row in alike] == sorted((row.score for row in alike), reverse=True)
    assert [row.similar for row in SimilarProduct.objects.filter(product=elsewhere[0])] == [
        elsewhere[1]
    ]


def test_similar_products_are_replaced_not_doubled(kitchen):
    recommender.fit_shop()
    recommender.fit_shop()
    assert SimilarProduct.objects.count() == 6 * 5


@pytest.fixture
def large_catalogue():
    """So many products and purchases that one more makes no fit stale, and a fit to them."""
    products = shop.stock("paper", 100)
    shop.buy(shop.customers_who_keep_to(products[:6])[5], *products)
    recommender.fit_shop()
    shop.all_read()
    return products


def test_a_new_product_is_taken_in_by_its_text_without_a_fit(large_catalogue):
    version = current().version
    new = ProductFactory(name="new paper", source="shop")
    shop.read(new, "paper", 7)
    assert recommender.refit_when_stale() is False
    assert current().version == version
    assert current().product_pks[-1] == new.pk
    assert current().factors.biases[-1] == 0
    fan = Customer.objects.get(name="paper 0")
    assert "new paper" in recommended_to(fan, 100)
    alike = SimilarProduct.objects.filter(product=new)
    assert [row.rank for row in alike] == list(range(1, 9))


def test_a_new_product_has_the_text_part_that_a_fit_would_give_it(large_catalogue):
    sold_part = current().factors.dimension - 1 - ATTRIBUTE_WIDTH - shop.DIMENSION
    text = slice(sold_part, sold_part + shop.DIMENSION)
    twin = ProductFactory(name="twin", source="shop")
    shop.read(twin, "paper", 50)
    recommender.refit_when_stale()
    factors = current().factors
    row, twin_row = current().row_of_product[large_catalogue[50].pk], len(factors) - 1
    assert factors.contexts[twin_row, text] == pytest.approx(factors.contexts[row, text])
    assert factors.contexts[twin_row, :sold_part].any()


def test_buyers_of_a_product_that_was_not_read_yet_are_read_again_once_it_is(large_catalogue):
    early = Customer.objects.get(name="paper 0")
    new = ProductFactory(name="new paper", source="shop")
    shop.buy(early, new)
    shop.all_read()
    recommender.refit_when_stale()
    assert not Customer.objects.pending().exists()
    shop.read(new, "paper", 7)
    recommender.refit_when_stale()
    assert list(Customer.objects.pending()) == [early]
    shop.all_read()
    recommender.refit_when_stale()
    assert not Customer.objects.pending().exists()


def test_many_new_products_make_a_fit_due(large_catalogue):
    for number in range(3):
        shop.read(ProductFactory(source="shop"), "paper", number)
    assert recommender.refit_when_stale() is True


def test_vectors_of_another_encoder_wait_until_they_are_most(kitchen):
    recommender.fit_shop()
    odd = ProductFactory(source="shop")
    ProductVector.objects.create(product=odd, embedding=[0.6, 0.8], embedding_version="f" * 64)
    assert recommender.refit_when_stale() is False
    ProductVector.objects.exclude(product__in=[odd, kitchen[0]]).delete()
    ProductVector.objects.filter(product=kitchen[0]).update(
        embedding=[1.0, 0.0], embedding_version="f" * 64
    )
    assert recommender.refit_when_stale() is True
    assert current().product_pks == (kitchen[0].pk, odd.pk)


def test_products_that_left_the_catalogue_leave_the_recommender(kitchen):
    spare = shop.stock("garden", 1)[0]
    recommender.fit_shop()
    assert len(current().factors) == 7
    spare.delete()
    assert len(current().factors) == 6


def test_a_source_is_not_taken_for_another_that_begins_the_same(kitchen):
    shop.stock("garden", 1, source="sho")
    recommender.fit_shop()
    stranger = CustomerFactory(source="shop2")
    engine = current()
    offered = engine.offered([stranger.source, "sho", "shop"])
    assert offered.sum(axis=1).tolist() == [7, 1, 6]  # a source that sells nothing: everything


def test_the_loaded_factors_are_kept_until_they_change(kitchen):
    recommender.fit_shop()
    assert current() is current()
    misses = shop_recommender._loaded.cache_info().misses
    current()
    assert shop_recommender._loaded.cache_info().misses == misses
