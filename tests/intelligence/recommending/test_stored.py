"""Stored lists in sum: the next best of a segment, and the comparison group."""

from collections import Counter

import numpy as np
import pytest

from customers.models import (
    Customer,
    Product,
    Recommendation,
)
from customers.next_best import in_segment, next_best
from intelligence.analysis.kinds import KINDS
from intelligence.analysis.run import analyse_pending
from intelligence.shop_recommender import current

pytestmark = pytest.mark.django_db

CUSTOMERS = KINDS["customer"]


def test_the_next_best_product_of_a_segment_is_what_its_members_are_recommended(products):
    analyse_pending(CUSTOMERS)
    kitchen = Customer.objects.filter(name__startswith="kitchen")
    kitchen.update(segment="wholesale")
    found = next_best(*in_segment("wholesale"))
    weights = Counter()
    for row in Recommendation.objects.filter(customer__in=kitchen):
        weights[row.product_id] += 1 / np.log2(1 + row.rank)
    assert found[0].score == pytest.approx(max(weights.values()))
    assert {one.product.pk: one.score for one in found} == pytest.approx(
        dict(weights.most_common(10)), abs=1e-6
    )
    theirs = Recommendation.objects.filter(customer__in=kitchen, product=found[0].product)
    assert (found[0].members, found[0].asked) == (theirs.count(), 6)
    scores = [one.score for one in found]
    assert scores == sorted(scores, reverse=True)
    assert next_best(*in_segment("lapsed")) == []
    Product.objects.filter(pk=found[0].product.pk).update(is_active=False)
    assert found[0].product not in [one.product for one in next_best(*in_segment("wholesale"))]


def test_the_comparison_group_gets_what_sells_whatever_it_bought(products, settings):
    settings.RECOMMENDATION_HOLDOUT = 1
    analyse_pending(CUSTOMERS)
    assert set(Recommendation.objects.values_list("method", flat=True)) == {"popularity"}
    biases = current().factors.biases
    for customer in Customer.objects.all():
        scores = [row.score for row in customer.recommendations.order_by("rank")]
        assert scores == sorted(scores, reverse=True)
        assert scores[0] <= np.max(biases) + 1e-6
        bought = set(customer.orders.values_list("lines__product", flat=True))
        assert not bought & set(customer.recommendations.values_list("product", flat=True))
