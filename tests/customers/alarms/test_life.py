"""The life of an alarm: raised once, kept current, dismissed, ended, come back."""

from datetime import timedelta

import pytest
from django.utils import timezone

from customers.models import Alarm
from customers.models.alarm import COMES_BACK, QUIET, Finding
from tests.factories import ProductFactory, UserFactory

pytestmark = pytest.mark.django_db
KIND = "returns"


@pytest.fixture
def now():
    return timezone.now()


def finding(key="product:1", returns=5, **columns):
    told = {"name": "Kettle", "rows_of": "orders", "rows": (3, 2, 1), "severity": 2}
    return Finding(key=key, evidence={"returns": returns}, **{**told, **columns})


def states():
    return [alarm.state for alarm in Alarm.objects.order_by("pk")]


def test_what_goes_on_is_raised_once_and_kept_current(now):
    assert Alarm.objects.raise_found(KIND, [finding()], now) == 1
    later = now + timedelta(days=1)
    assert Alarm.objects.raise_found(KIND, [finding(returns=9, severity=3)], later) == 0
    (alarm,) = Alarm.objects.all()
    assert (alarm.raised_at, alarm.last_seen_at) == (now, later)
    assert (alarm.evidence, alarm.severity) == ({"returns": 9}, 3)


def test_what_is_found_no_more_ends(now):
    Alarm.objects.raise_found(KIND, [finding(), finding("product:2")], now)
    Alarm.objects.raise_found(KIND, [finding("product:2")], now + timedelta(days=1))
    assert states() == ["ended", "open"]
    assert Alarm.objects.standing().get().key == "product:2"


def test_the_rules_of_other_kinds_end_nothing(now):
    Alarm.objects.raise_found(KIND, [finding()], now)
    Alarm.objects.raise_found("churn", [], now)
    assert states() == ["open"]


def test_what_comes_back_soon_is_the_same_alarm(now):
    Alarm.objects.raise_found(KIND, [finding()], now)
    Alarm.objects.raise_found(KIND, [], now + timedelta(days=1))
    assert Alarm.objects.raise_found(KIND, [finding()], now + timedelta(days=2)) == 0
    assert states() == ["open"]


def test_what_comes_back_after_long_is_another(now):
    Alarm.objects.raise_found(KIND, [finding()], now)
    Alarm.objects.raise_found(KIND, [], now)
    late = now + COMES_BACK + timedelta(days=1)
    assert Alarm.objects.raise_found(KIND, [finding()], late) == 1
    assert states() == ["ended", "open"]


def test_what_was_dismissed_stays_quiet_and_can_be_taken_back(now):
    user = UserFactory()
    Alarm.objects.raise_found(KIND, [finding()], now)
    alarm = Alarm.objects.get()
    alarm.dismiss(by=user, reason="known")
    assert Alarm.objects.raise_found(KIND, [finding(returns=9)], now) == 0
    assert states() == ["dismissed"]
    assert not Alarm.objects.standing().exists()
    alarm = Alarm.objects.get()
    assert (alarm.dismissed_by, alarm.dismiss_reason) == (user, "known")
    alarm.bring_back()
    assert states() == ["open"]


def test_what_was_dismissed_stays_quiet_after_it_ended_and_came_back(now):
    Alarm.objects.raise_found(KIND, [finding()], now)
    Alarm.objects.get().dismiss(by=UserFactory())
    Alarm.objects.raise_found(KIND, [], now)
    later = now + COMES_BACK + timedelta(days=1)
    assert Alarm.objects.raise_found(KIND, [finding()], later) == 0
    assert states() == ["dismissed"]


def test_after_the_quiet_time_it_is_raised_again(now):
    Alarm.objects.raise_found(KIND, [finding()], now)
    Alarm.objects.get().dismiss(by=UserFactory())
    Alarm.objects.update(dismissed_at=now - QUIET)
    assert Alarm.objects.raise_found(KIND, [finding()], now) == 1
    assert states() == ["dismissed", "open"]


def test_a_deleted_product_is_remembered_without_a_link(now):
    product = ProductFactory(name="Kettle")
    about = finding(subject={"product": product.pk})
    Alarm.objects.raise_found(KIND, [about], now)
    assert Alarm.objects.get().subject_address == f"/products/{product.pk}/"
    product.delete()
    alarm = Alarm.objects.get()
    assert (alarm.subject_name, alarm.subject_address) == ("Kettle", "")
