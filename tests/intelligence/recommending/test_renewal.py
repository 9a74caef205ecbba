"""Lists follow what changes with time: stock, and the night."""

from datetime import timedelta

import pytest
from django.utils import timezone

from customers.models import (
    Customer,
    Product,
    Recommendation,
)
from intelligence.analysis.kinds import KINDS
from intelligence.analysis.run import analyse_pending
from intelligence.recommending import renewal

pytestmark = pytest.mark.django_db

CUSTOMERS = KINDS["customer"]


def test_lists_with_a_product_that_left_the_sale_are_made_anew(products):
    analyse_pending(CUSTOMERS)
    assert renewal.renew_outdated() == 0
    gone = products["kitchen"][0]
    had_it = set(Recommendation.objects.filter(product=gone).values_list("customer", flat=True))
    Product.objects.filter(pk=gone.pk).update(stock=0)
    assert renewal.renew_outdated() == len(had_it)
    assert set(Customer.objects.pending().values_list("pk", flat=True)) == had_it
    analyse_pending(CUSTOMERS)
    assert renewal.renew_outdated() == 0


def test_the_night_makes_old_lists_anew_only_when_something_changed(products):
    analyse_pending(CUSTOMERS)
    long_ago = timezone.now() - timedelta(days=3)
    Customer.objects.update(analysed_at=long_ago, requested_at=long_ago)
    assert renewal.renew_nightly() == 12
    Customer.objects.update(analysed_at=long_ago, requested_at=long_ago)
    for model in (Product, type(products["kitchen"][0].order_lines.first().order)):
        model.objects.update(updated_at=long_ago - timedelta(days=1))
    assert renewal.renew_nightly() == 0
