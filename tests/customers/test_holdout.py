"""The comparison group is stable, of its size, and drawn anew by another salt."""

from datetime import timedelta

import pytest

from customers.holdout import arm_of, note_shown, propensity_of
from customers.models import Arm, RecommendationShown
from tests.factories import NOON, CustomerFactory, ProductFactory, RecommendationFactory
from tests.partners import calling


def held_out(count=20_000):
    return {pk for pk in range(count) if arm_of(pk) == Arm.HOLDOUT}


def test_a_tenth_of_the_customers_is_held_out_and_always_the_same(settings):
    settings.RECOMMENDATION_HOLDOUT = 0.1
    first = held_out()
    assert len(first) / 20_000 == pytest.approx(0.1, abs=0.01)
    assert held_out() == first


def test_a_larger_group_holds_the_smaller_one(settings):
    settings.RECOMMENDATION_HOLDOUT = 0.1
    tenth = held_out(2000)
    settings.RECOMMENDATION_HOLDOUT = 0.3
    assert tenth < held_out(2000)


def test_another_salt_draws_other_customers(settings):
    settings.RECOMMENDATION_HOLDOUT = 0.1
    first = held_out(2000)
    settings.RECOMMENDATION_HOLDOUT_SALT = "pepper"
    assert len(first & held_out(2000)) < len(first) / 3


@pytest.mark.parametrize(("share", "size"), [(0, 0), (1, 500)])
def test_nobody_or_everybody_may_be_held_out(settings, share, size):
    settings.RECOMMENDATION_HOLDOUT = share
    assert len(held_out(500)) == size


@pytest.mark.django_db
def test_what_was_shown_is_noted_with_group_and_propensity_once_a_day(settings):
    settings.RECOMMENDATION_HOLDOUT = 0.25
    customer, products = CustomerFactory(), [ProductFactory().pk for _ in range(3)]
    for hours in (0, 1, 24):
        note_shown(customer.pk, products, at=NOON + timedelta(hours=hours))
    rows = list(RecommendationShown.objects.order_by("shown_at", "rank"))
    assert [(row.product_id, row.rank) for row in rows[:3]] == list(
        zip(products, (1, 2, 3), strict=True)
    )
    assert len(rows) == 6
    arm = arm_of(customer.pk)
    assert {row.arm for row in rows} == {arm}
    assert {row.propensity for row in rows} == {propensity_of(arm)}
    assert propensity_of(Arm.HOLDOUT) == 0.25
    assert propensity_of(Arm.MODEL) == 0.75


@pytest.fixture
def partner(db, django_user_model):
    return calling()


def test_a_shop_says_what_it_showed(partner):
    row = RecommendationFactory(model_version="ab" * 32)
    other = ProductFactory()
    address = f"/api/v1/customers/{row.customer_id}/recommendations/shown/"
    told = {"products": [other.pk, row.product_id, other.pk]}
    assert partner.post(address, told, format="json").status_code == 204
    shown = list(RecommendationShown.objects.order_by("rank"))
    assert [one.product_id for one in shown] == [other.pk, row.product_id]
    assert {(one.method, one.model_version) for one in shown} == {("purchases", "ab" * 32)}


@pytest.mark.parametrize("products", [[], [0], "all", list(range(1, 102))])
def test_what_cannot_have_been_shown_is_refused(partner, products):
    address = f"/api/v1/customers/{CustomerFactory().pk}/recommendations/shown/"
    assert partner.post(address, {"products": products}, format="json").status_code == 400
    assert not RecommendationShown.objects.exists()


def test_a_look_at_the_customers_page_shows_nothing_to_the_customer(client, db):
    from tests.factories import UserFactory

    client.force_login(UserFactory())
    row = RecommendationFactory()
    assert client.get(f"/customers/{row.customer_id}/").status_code == 200
    assert not RecommendationShown.objects.exists()
