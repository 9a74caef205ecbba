"""Objection to profiling: nothing that was made of the person stays, nothing new is made."""

import time
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from customers.measures import refresh_measures_when_due
from customers.models import Customer, Order, OrderLine, Prospect, Recommendation, Refresh
from customers.privacy import consents
from customers.privacy.objecting import CLEARED
from intelligence import shop_reference
from intelligence.analysis.kinds import KINDS
from intelligence.analysis.run import analyse_pending
from intelligence.customer_values import refresh_values_when_due
from intelligence.loaded import segment_engine
from intelligence.models import Prediction
from intelligence.purchases import all_purchases, purchases_of_consenting
from intelligence.recommending.live import live_list
from intelligence.recommending.wanted import Wanted
from intelligence.training.corrections import corrected
from intelligence.training.customer_lesson import _decided
from intelligence.value_purchases import purchases_of_source
from tests.factories import (
    CorrectionFactory,
    CustomerFactory,
    OrderFactory,
    ProspectFactory,
    TicketFactory,
)
from tests.figures import tell
from tests.intelligence import shop

pytestmark = pytest.mark.django_db
COUNT = 10  # tests/faults has a hundred, and a whole day
HOURS = 2
SCORES = [name for name in CLEARED if name not in ("analysed_at", "attempts")]


@pytest.fixture(autouse=True)
def models_in_a_folder_of_the_test(settings, tmp_path, ledger):
    settings.MODELS_DIR = tmp_path / "models"
    segment_engine.cache_clear()
    shop_reference.forget()
    cache.clear()


@pytest.fixture
def shoppers():
    return made_shoppers(COUNT)


def made_shoppers(count):
    """Twice so many customers with two orders each, all of them read."""
    things = shop.stock("kitchen")
    made = [CustomerFactory(marketing_consent=True) for _ in range(2 * count)]
    for n, one in enumerate(made):
        for step in range(2):
            placed_at = timezone.now() - timedelta(days=30 * step + n % 20 + 1)
            order = OrderFactory(customer=one, lines=0, placed_at=placed_at)
            thing = things[(n + step) % len(things)]
            order.replace_lines([OrderLine(product=thing, quantity=1, unit_price=5)])
    Customer.objects.all().bought_something()
    sweep()
    return made


def sweep():
    """Everything that beat has done in an hour: what waits is read, all sums are made anew."""
    Refresh.objects.all().delete()
    analyse_pending(KINDS["customer"])
    refresh_measures_when_due()
    refresh_values_when_due()


def objecting(shoppers):
    first = shoppers[: len(shoppers) // 2]
    for one in first:
        consents.record(one, "profiling", False, method="form")
    return Customer.objects.filter(pk__in=[one.pk for one in first])


def scored(rows):
    """How many of these customers have any value that a model or a sum decided."""
    return sum(
        any(value not in ("", None, False, {}) for value in row)
        for row in rows.values_list(*SCORES)
    )


def test_an_objection_takes_effect_at_once_and_for_good(shoppers):
    objects_and_stays_unread(shoppers, HOURS)


def objects_and_stays_unread(shoppers, hours):
    count = len(shoppers) // 2
    assert scored(Customer.objects.all()) == 2 * count
    ProspectFactory(customer=shoppers[0])
    started = time.perf_counter()
    rows = objecting(shoppers)
    took = time.perf_counter() - started
    told = Prediction.objects.filter(kind="customer", object_id__in=rows.values("pk"))
    assert (scored(rows), told.count()) == (0, 0)
    assert not Recommendation.objects.filter(customer__in=rows).exists()
    assert not Prospect.objects.filter(customer__in=rows).exists()
    assert took < 60
    for _hour in range(hours):
        Customer.objects.all().request_analysis()
        Customer.objects.refresh_sentiment([one.pk for one in shoppers])
        sweep()
    assert (scored(rows), told.count()) == (0, 0)
    assert not Recommendation.objects.filter(customer__in=rows).exists()
    assert scored(Customer.objects.exclude(pk__in=rows)) == count
    tell(f"objection of {count}: {took:.2f} s, then {hours} sweeps, 0 scores, 0 predictions")


def test_who_objects_is_in_no_list_that_models_learn_from(shoppers):
    rows = objecting(shoppers)
    gone = set(rows.values_list("pk", flat=True))
    lines = OrderLine.objects.filter(order__customer__in=gone)
    row_of = {pk: row for row, pk in enumerate(set(lines.values_list("product", flat=True)))}
    assert len(set(all_purchases(row_of).user_index)) == COUNT
    customers, _histories = purchases_of_consenting(row_of)
    assert not gone & set(customers)
    assert not gone & set(purchases_of_source(None).pks.tolist())
    for one in (shoppers[0], shoppers[-1]):
        CorrectionFactory(ticket=None, customer=one, task="segment", label="loyal")
        ticket = TicketFactory(customer=one, body=f"Where is parcel {one.pk} of mine, please?")
        CorrectionFactory(ticket=ticket, task="intent", label="get_refund")
    assert [one.customer_pk for one in _decided()] == [shoppers[-1].pk]
    found = corrected("intent", ("en",))
    texts = [*found.learnt.texts, *found.held_out.texts]
    assert len(texts) == 1
    assert str(shoppers[-1].pk) in texts[0]


def test_pages_work_without_what_is_personal(shoppers, client):
    from tests.factories import UserFactory

    objecting(shoppers)
    client.force_login(UserFactory())
    one = Customer.objects.get(pk=shoppers[0].pk)
    assert client.get(f"/customers/{one.pk}/").status_code == 200
    found = live_list(one, Wanted(count=5, diversity=0))
    assert found.items
    assert {item.method for item in found.items} == {"popularity"}
    other = live_list(Customer.objects.get(pk=shoppers[-1].pk), Wanted(count=5, diversity=0))
    assert other.items[0].method == "purchases"


def test_who_agrees_again_is_read_again(shoppers):
    objecting(shoppers)
    consents.record(shoppers[0], "profiling", True, method="form")
    sweep()
    assert scored(Customer.objects.filter(pk=shoppers[0].pk)) == 1
    assert Order.objects.filter(customer=shoppers[0]).count() == 2
