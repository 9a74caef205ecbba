"""Keeping stored lists current where no purchase and no complaint does: with time."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, Max, OuterRef
from django.utils import timezone

from customers.locks import held_until_commit
from customers.models import (
    BoughtTogether,
    Customer,
    Order,
    Product,
    Recommendation,
    Review,
    Ticket,
)
from intelligence.analysis.again import have_read_again
from intelligence.recommending.lift import measure_lift

NIGHT_LOCK = 7_310_009
OLD = timedelta(hours=20)


def renew_outdated() -> int:
    """Have the lists made anew in which a product is no longer on sale; returns how many."""
    listed = Recommendation.objects.filter(product=OuterRef("pk"))
    gone = Product.objects.exclude(pk__in=Product.objects.on_sale().values("pk"))
    products = list(gone.filter(Exists(listed)).values_list("pk", flat=True))
    if not products:
        return 0
    rows = Recommendation.objects.filter(product__in=products).values("customer")
    return have_read_again(Customer.objects.analysed().filter(pk__in=rows))


def renew_nightly() -> int:
    """Count pairs anew, measure the lift, and have every list made anew that is older than
    the last change of an order, product, ticket or review; returns how many lists.
    """
    with transaction.atomic():
        if not held_until_commit(NIGHT_LOCK):
            return 0
        BoughtTogether.objects.recount()
    measure_lift()
    changed_at = _last_change()
    if changed_at is None:
        return 0
    old = Customer.objects.analysed().filter(analysed_at__lt=min(changed_at, timezone.now() - OLD))
    return have_read_again(old)


def _last_change() -> datetime | None:
    """When an order, product, ticket or review was last written; None in an empty shop."""
    times = (
        model._default_manager.aggregate(at=Max("updated_at"))["at"]
        for model in (Order, Product, Ticket, Review)
    )
    return max((at for at in times if at is not None), default=None)
