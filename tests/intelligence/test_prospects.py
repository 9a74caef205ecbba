"""Whom to tell about a product, how lists are kept current, measured, indexed and judged."""

from collections import Counter
from datetime import timedelta

import numpy as np
import pytest
from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from customers.models import (
    Arm,
    Customer,
    Product,
    Prospect,
    ProspectSearch,
    Recommendation,
    RecommendationLift,
    Review,
    Training,
)
from customers.next_best import in_segment, next_best
from intelligence import recommender
from intelligence.analysis.kinds import KINDS
from intelligence.analysis.run import analyse_pending
from intelligence.loaded import segment_engine
from intelligence.models import ModelVersion
from intelligence.recommending import index, measure, renewal
from intelligence.recommending.lift import measure_lift
from intelligence.recommending.prospects import NOT_FITTED, carry_out_search
from intelligence.shop_recommender import current
from intelligence.training.jobs import carry_out_training
from tests.factories import (
    CustomerFactory,
    ProductFactory,
    RecommendationShownFactory,
    ReviewFactory,
)
from tests.intelligence import shop

pytestmark = pytest.mark.django_db

CUSTOMERS = KINDS["customer"]
# an index is built beside running work, which no transaction can do
COMMITTED = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture(autouse=True)
def models_in_a_folder_of_the_test(settings, tmp_path, ledger):
    settings.MODELS_DIR = tmp_path / "models"
    segment_engine.cache_clear()
    cache.clear()


@pytest.fixture
def products():
    found = {theme: shop.stock(theme) for theme in ("kitchen", "garden")}
    for things in found.values():
        shop.customers_who_keep_to(things)
    recommender.fit_shop()
    return found


def search(product):
    asked = ProspectSearch.objects.ask(product, by=None)
    carry_out_search(asked.pk)
    asked.refresh_from_db()
    return asked


def told(product):
    return [row.customer.name for row in product.prospects.to_tell().order_by("rank")]


def test_who_agreed_and_has_the_taste_is_told_first(products):
    Customer.objects.update(marketing_consent=True)
    done = search(products["kitchen"][0])
    found = told(products["kitchen"][0])
    assert found[0] == "kitchen 0"  # the others of this taste own it
    assert not {f"kitchen {number}" for number in range(1, 6)} & set(found)
    assert (done.status, done.considered, done.bought_it) == ("done", 12, 5)
    best = Prospect.objects.get(product=products["kitchen"][0], rank=1)
    assert best.because_of.name.startswith("kitchen")
    assert done.model_version == current().version.sha256


def test_the_score_is_the_one_of_the_customers_own_list(products):
    Customer.objects.update(marketing_consent=True)
    analyse_pending(CUSTOMERS)
    for product in products["garden"]:
        search(product)
        for prospect in product.prospects.all():
            listed = prospect.customer.recommendations.filter(product=product).first()
            assert listed is None or prospect.score == pytest.approx(listed.score, abs=1e-5)


@pytest.mark.parametrize("consent", [None, False])
def test_who_never_agreed_is_told_nothing(products, consent):
    Customer.objects.update(marketing_consent=True)
    Customer.objects.filter(name="kitchen 0").update(marketing_consent=consent)
    done = search(products["kitchen"][0])
    assert "kitchen 0" not in told(products["kitchen"][0])
    assert (done.considered, done.without_consent) == (11, 1)


def test_who_takes_it_back_buys_or_complains_later_is_told_nothing_from_then_on(products):
    Customer.objects.update(marketing_consent=True)
    product = products["kitchen"][0]
    search(product)
    ada = Customer.objects.get(name="kitchen 0")
    review = ReviewFactory(customer=ada, product=product, rating=1)
    assert "kitchen 0" not in told(product)
    Review.objects.filter(pk=review.pk).delete()
    assert "kitchen 0" in told(product)
    shop.buy(ada, product)
    assert "kitchen 0" not in told(product)


def test_who_complained_about_its_kind_is_left_out_of_the_search(products):
    Customer.objects.update(marketing_consent=True)
    ada = Customer.objects.get(name="kitchen 0")
    back = shop.buy(ada, products["kitchen"][3], kind="return", quantity=-1)
    type(back).objects.filter(pk=back.pk).update(status="open")
    done = search(products["kitchen"][0])
    assert done.complained == 1
    assert "kitchen 0" not in told(products["kitchen"][0])


def test_a_search_before_the_first_fit_says_so():
    done = search(shop.stock("kitchen", 1)[0])
    assert (done.status, done.error) == ("failed", NOT_FITTED)


def test_searching_again_replaces_and_is_never_doubled(products):
    Customer.objects.update(marketing_consent=True)
    product = products["kitchen"][0]
    first = search(product)
    count = Prospect.objects.filter(product=product).count()
    assert search(product).pk == first.pk
    assert Prospect.objects.filter(product=product).count() == count


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


def test_the_ledger_of_versions_stays_as_it_is(products):
    assert ModelVersion.objects.filter(task="recommendation").count() == 1
