"""Whom to tell about a product: consent, taste, and what speaks against it."""

import pytest

from customers.models import (
    Customer,
    Prospect,
    ProspectSearch,
    Review,
)
from intelligence.analysis.kinds import KINDS
from intelligence.analysis.run import analyse_pending
from intelligence.recommending.prospects import NOT_FITTED, carry_out_search
from intelligence.shop_recommender import current
from tests.factories import (
    ReviewFactory,
)
from tests.intelligence import shop

pytestmark = pytest.mark.django_db

CUSTOMERS = KINDS["customer"]


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
