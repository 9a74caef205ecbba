"""What served lists did to orders, from the log and the orders since."""

from datetime import timedelta

import pytest
from django.utils import timezone

from customers.models import (
    Arm,
    RecommendationLift,
)
from intelligence.recommending.lift import measure_lift
from tests.factories import (
    CustomerFactory,
    ProductFactory,
    RecommendationShownFactory,
)
from tests.intelligence import shop

pytestmark = pytest.mark.django_db


def shown_to(count, arm, propensity, orders):
    """Customers who got their first list two months ago, and what each ordered since."""
    now = timezone.now()
    product = ProductFactory(price="10.00")
    for number in range(count):
        customer = CustomerFactory()
        RecommendationShownFactory(
            customer=customer,
            product=product,
            arm=arm,
            propensity=propensity,
            shown_at=now - timedelta(days=60),
            shown_on=(now - timedelta(days=60)).date(),
        )
        for _ in range(orders(number)):
            order = shop.buy(customer, product)
            type(order).objects.filter(pk=order.pk).update(placed_at=now - timedelta(days=50))


def test_the_lift_is_told_with_its_interval():
    shown_to(60, Arm.MODEL, 0.75, lambda number: 1 + number % 2)
    shown_to(20, Arm.HOLDOUT, 0.25, lambda number: number % 2)
    lift = measure_lift()
    assert (lift.customers, lift.holdout_customers, lift.orders) == (60, 20, 100)
    assert (lift.model_mean, lift.holdout_mean) == (1.5, 0.5)
    assert lift.orders_effect == pytest.approx(1.0, abs=0.1)
    assert lift.orders_low < lift.orders_effect < lift.orders_high
    assert lift.is_significant
    assert lift.share == pytest.approx(2.0, abs=0.2)
    assert (lift.currency, lift.orders_needed > 0) == ("GBP", True)
    assert lift.revenue_effect == pytest.approx(10.0, abs=1.0)
    measure_lift()
    assert RecommendationLift.objects.count() == 1


def test_few_customers_and_late_lists_tell_nothing():
    assert measure_lift() is None
    shown_to(3, Arm.MODEL, 0.9, lambda number: 1)
    RecommendationShownFactory(shown_at=timezone.now(), shown_on=timezone.localdate())
    lift = measure_lift()
    assert (lift.customers, lift.holdout_customers) == (3, 0)
    assert lift.orders_effect is None
    assert lift.is_significant is False
