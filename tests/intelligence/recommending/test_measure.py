"""A fit is measured on hidden purchases, and asked for by managers."""

import pytest

from customers.models import (
    Customer,
    Training,
)
from intelligence import recommender
from intelligence.recommending import measure
from intelligence.shop_recommender import current
from intelligence.training.jobs import carry_out_training
from tests.factories import (
    CustomerFactory,
)
from tests.intelligence import shop

pytestmark = pytest.mark.django_db


def test_a_fit_is_measured_on_hidden_purchases_once_a_day(products):
    assert measure.measure_when_due() is False  # of twelve customers a fifth is too few
    for number in range(30):
        buyer = CustomerFactory(source="shop")
        shop.buy(buyer, products["kitchen"][number % 6], days_ago=9)
        shop.buy(buyer, products["kitchen"][(number + 1) % 6], days_ago=2)
    version = recommender.fit_shop()
    assert measure.measure_when_due() is True
    version.refresh_from_db()
    figures = version.measured
    assert figures["n"] == 9
    names = ("ndcg_at_10", "recall_at_10", "recall_at_20", "mrr", "coverage")
    for method in (figures, figures["popularity"], figures["item_knn"]):
        assert all(0 <= method[name] <= 1 for name in names)
    assert measure.measure_when_due() is False


def test_hidden_purchases_are_last_new_and_not_learnt_from(products):
    from intelligence.purchases import all_purchases

    rows = current().row_of_product
    purchases = all_purchases(rows)
    split = measure.hidden_last(purchases, tuple(map(str, rows)))
    assert len(split.histories) == len(purchases) - len(split.users)
    learnt = set(zip(split.histories.user_index, split.histories.item_index, strict=True))
    assert not learnt & set(zip(split.users, split.targets, strict=True))


def test_fit_now_tells_its_progress_and_serves_at_once(products):
    shop.buy(Customer.objects.first(), *products["garden"])
    job = Training.objects.ask(task="recommendation")
    carry_out_training(job.pk)
    job.refresh_from_db()
    assert (job.status, job.progress, job.error) == ("promoted", 1.0, "")
    assert job.model == current().version
    assert job.rows_used == 66


def test_fit_now_in_an_empty_shop_fails_with_its_reason():
    job = Training.objects.ask(task="recommendation")
    carry_out_training(job.pk)
    job.refresh_from_db()
    assert (job.status, job.error) == ("failed", "there are no products to recommend yet")
