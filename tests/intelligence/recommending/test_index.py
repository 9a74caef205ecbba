"""The index over the vectors: one a fit, complete with filters."""

import pytest
from django.db import connection

from customers.models import (
    Customer,
)
from intelligence import recommender
from intelligence.recommending import index
from intelligence.shop_recommender import current
from tests.factories import (
    ProductFactory,
)
from tests.intelligence import shop

pytestmark = pytest.mark.django_db

# an index is built beside running work, which no transaction can do
COMMITTED = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def indexes():
    return set(index._existing())


@COMMITTED
def test_a_fit_has_an_index_of_its_own_once_the_shop_is_large_enough(products, settings):
    assert indexes() == set()
    settings.RECOMMENDATION_INDEX_FROM = 10
    recommender.fit_shop()
    first = indexes()
    assert len(first) == 1
    shop.buy(Customer.objects.first(), *products["garden"])
    recommender.fit_shop()
    assert len(indexes()) == 1
    assert indexes() != first
    settings.RECOMMENDATION_INDEX_FROM = 1000
    recommender.refit_when_stale()
    assert indexes() == set()


@COMMITTED
def test_the_index_finds_what_the_table_finds(products, settings):
    from intelligence.recommending.candidates import Allowed, best

    version, dimension = index.fitted()
    allowed = Allowed(version, dimension, "shop", [], [])
    folded = current().factors.targets[0] * 2
    exact = best(allowed, folded, 5)
    settings.RECOMMENDATION_INDEX_FROM = 1
    index.keep_current()
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off")
        found = best(allowed, folded, 5)
        cursor.execute("RESET enable_seqscan")
    assert found.product_pks == exact.product_pks


@COMMITTED
def test_a_filter_that_leaves_few_still_finds_them_all(settings):
    from intelligence.recommending.candidates import Allowed, best

    shop.stock("paper", 300)
    needles = [ProductFactory(source="shop", category="needle") for _ in range(3)]
    for number, product in enumerate(needles):
        shop.read(product, "garden", number)
    settings.RECOMMENDATION_INDEX_FROM = 1
    recommender.fit_shop()
    version, dimension = index.fitted()
    paper = current().factors.targets[0]
    found = best(Allowed(version, dimension, "shop", [], [], category="needle"), paper, 10)
    assert set(found.product_pks) == {product.pk for product in needles}
