"""Segments that staff chose, learnt by the same loop as texts: gated, promoted, put back."""

import random
from datetime import timedelta

import numpy as np
import pytest

from customers.models import Customer, ModelVersion, Segment
from intelligence import shop_reference
from intelligence.analysis.kinds import KINDS
from intelligence.analysis.run import analyse_pending
from intelligence.engines.customer_features import NAMES
from intelligence.engines.head_files import SHIPPED, load_card
from intelligence.engines.segment import load_segment
from intelligence.engines.segment_rules import LABELS
from intelligence.loaded import segment_engine
from intelligence.serving import note_serving
from intelligence.training.customer_lesson import CustomerLesson
from intelligence.training.jobs import measure_version
from intelligence.training.text_sets import MEASURED, tenth_of
from intelligence.training.typical_customers import JUDGING, TEACHING, typical_customers
from tests.factories import NOON, UserFactory
from tests.intelligence import shop
from tests.intelligence.model_jobs import promoted, trained

pytestmark = pytest.mark.django_db
SHIPPED_SEGMENT = load_card(SHIPPED / "segment").sha256


@pytest.fixture(autouse=True)
def models(settings, tmp_path):
    """An empty folder for trained models; what another test loaded is forgotten."""
    settings.MODELS_DIR = tmp_path / "models"
    settings.MODELS_DIR.mkdir()
    shop_reference.forget()
    segment_engine.cache_clear()
    yield settings.MODELS_DIR
    segment_engine.cache_clear()
    shop_reference.forget()


@pytest.fixture
def manager(db):
    return UserFactory(username="manager", role="manager")


@pytest.fixture
def returners(db):
    """Twenty-four customers who keep what they buy, and twenty-four who send half of it back."""
    products = shop.stock("kitchen", count=6)
    keep, back = [], []
    for number in range(48):
        customer = Customer.objects.create(name=f"Customer {number}", source="shop")
        for month in range(1 + number % 5):
            days = 20 + 30 * month + number % 7
            shop.buy(customer, products[number % 6], days_ago=days, price=10 + number % 9)
            if number % 2:
                shop.buy(customer, products[number % 6], days_ago=days - 3, quantity=-1,
                         price=10 + number % 9, kind="return")  # fmt: skip
        (back if number % 2 else keep).append(customer)
    Customer.objects.refresh_order_statistics()
    return back, keep


def sends_back():
    return Segment.objects.create(slug="sends_back", name="Sends back")


def suggested(customers):
    analyse_pending(KINDS["customer"])
    rows = Customer.objects.filter(pk__in=[row.pk for row in customers])
    return [row.segment_detail["label"] for row in rows.order_by("pk")]


def test_a_segment_of_the_shops_own_is_learnt_served_and_rolled_back(returners, manager):
    back, keep = returners
    note_serving()
    own = sends_back()
    for customer in back[:16]:
        customer.set_segment(own, by=manager)
    job = trained("segment", manager)
    assert (job.status, job.error, job.verdict) == ("ready", "", {"passed": True, "reasons": []})
    assert job.replaces.sha256 == SHIPPED_SEGMENT
    assert job.rows_used == CustomerLesson().rows_learnt
    assert job.before["n"] == job.after["n"] == job.rows_held_out > 800
    assert set(job.after["classes"]) >= set(LABELS)

    assert promoted(job.model, manager).status == "done"
    assert segment_engine().card.sha256 == job.model.sha256
    assert ModelVersion.objects.serving().get(task="segment") == job.model
    assert np.mean(np.array(suggested(back[16:])) == "sends_back") > 0.7
    assert "sends_back" not in suggested(keep)

    assert promoted(job.replaces, manager).status == "done"
    assert segment_engine().card.sha256 == SHIPPED_SEGMENT
    assert "sends_back" not in suggested(back)


def test_decisions_by_chance_are_refused_and_nothing_is_kept(returners, manager, models):
    chance = random.Random(1)
    names = list(Segment.objects.filter(pk__in=LABELS))
    for customer in [*returners[0], *returners[1]]:
        customer.set_segment(chance.choice(names), by=manager)
    job = trained("segment", manager)
    assert (job.status, job.model, job.error) == ("refused", None, "")
    assert "accuracy" in {reason["measure"] for reason in job.verdict["reasons"]}
    assert list(models.iterdir()) == []


def test_few_decisions_fail_with_a_reason(returners, manager):
    returners[0][0].set_segment(sends_back(), by=manager)
    job = trained("segment", manager)
    assert job.status == "failed"
    assert "a training needs 10" in job.error


def test_held_out_customers_never_teach(returners, manager):
    own = sends_back()
    for customer in returners[0]:
        customer.set_segment(own, by=manager)
    kept = [row for row in returners[0] if tenth_of(f"customer {row.pk}") == MEASURED]
    lesson = CustomerLesson()
    assert lesson.rows_learnt == len(returners[0]) - len(kept)
    assert (lesson.held_out.labels == "sends_back").sum() == len(kept)


def test_a_decision_teaches_of_the_customer_as_staff_saw_them(returners, manager):
    orders = NAMES.index("orders")
    customer = returners[1][0]
    customer.set_segment(sends_back(), by=manager)
    customer.corrections.update(said_at=NOON - timedelta(days=1))
    shop.buy(customer, customer.orders.first().lines.first().product, days_ago=-30)
    shop_reference.forget()
    lesson = CustomerLesson()
    rows = lesson.learnt if lesson.rows_learnt else lesson.held_out
    assert rows.features.human[0, orders] == 1


def test_who_had_no_orders_teaches_nothing(manager):
    own = sends_back()
    for number in range(12):
        customer = Customer.objects.create(name=f"Nobody {number}", source="shop")
        customer.set_segment(own, by=manager)
    assert CustomerLesson().rows_learnt == 0


def test_typical_customers_like_those_whom_staff_put_elsewhere_do_not_judge(returners, manager):
    everybody = len(typical_customers(JUDGING).labels)
    for customer in returners[1]:
        customer.set_segment(Segment.objects.get(pk="wholesale"), by=manager)
    lesson = CustomerLesson()
    assert 0.5 * everybody < lesson.rows_held_out < everybody - 20


def test_typical_customers_are_of_every_segment_and_beyond_the_heads_doubt():
    engine = load_segment(SHIPPED / "segment")
    for seed in (TEACHING, JUDGING):
        customers = typical_customers(seed)
        assert min((customers.labels == label).sum() for label in LABELS) >= 40
        said = np.array(LABELS)[engine.probabilities(customers.features).argmax(axis=1)]
        assert np.mean(said == customers.labels) > 0.95


def test_the_serving_model_is_measured_on_typical_customers():
    version = next(one for one in note_serving() if one.task == "segment")
    measure_version(version.pk)
    version.refresh_from_db()
    assert version.measured["n"] == len(typical_customers(JUDGING).labels)
    assert version.measured["accuracy"] > 0.95
    assert version.measured["rows_per_second"] > 0
