"""What ages out: a trial lists the very rows that a run takes, and a legal hold keeps all."""

from datetime import timedelta

import pytest
from django.utils import timezone

from customers.models import (
    Customer,
    EgressRecord,
    ErasureRequest,
    JournalEntry,
    LegalHold,
    Order,
    Question,
    RetentionRule,
    RetentionRun,
    Review,
    Ticket,
)
from customers.privacy import erasing, retention
from intelligence.models import Prediction
from tests.customers.privacy.canaries import CanaryPerson
from tests.factories import NOON, CustomerFactory, UserFactory
from tests.figures import tell

pytestmark = pytest.mark.django_db
DAYS = 2 * 365


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.REJECTS_DIR = tmp_path / "rejects"
    settings.TOMBSTONES_FILE = str(tmp_path / "tombstones.jsonl")


@pytest.fixture
def later():
    """Four years from now, with rules of two years for every class."""
    for kept in RetentionRule.Kept.values:
        RetentionRule.objects.create(kept=kept, days=DAYS)
    return timezone.now() + timedelta(days=4 * 365)


def aged(seed=1, word="canaryqz"):
    person = CanaryPerson(word=word, phone=f"+44207946099{seed}", seed=seed)
    person.leave_copies()
    return person


def test_a_trial_lists_what_a_run_takes_row_by_row(later):
    aged()
    trial = retention.apply(at=later, is_dry=True)
    before = {model: model._base_manager.count() for model in (Ticket, Order, Review, Question)}
    assert Ticket.objects.exists()
    run = retention.apply(at=later)
    assert run.row_keys == trial.row_keys
    assert sum(run.counts.values()) > 8
    for kept in RetentionRule.objects.all():
        if kept.kept != "files":
            left = retention.due(kept, later)
            assert left == [] or kept.kept == "profile"
    assert before[Order] > 0
    for model in (Ticket, Order, Review, Question, EgressRecord, JournalEntry, Prediction):
        assert not model._base_manager.exists(), model
    erasing.carry_out_all()
    assert not Customer.objects.exists()
    assert set(ErasureRequest.objects.values_list("status", flat=True)) == {"done"}
    tell(f"retention after 4 years: {sum(run.counts.values())} rows, as the trial; 0 past limit")


def test_a_legal_hold_keeps_everything(later):
    person = aged()
    LegalHold.objects.create(customer=person.customer, reason="A lawsuit.")
    Customer.objects.exclude(pk=person.customer.pk).delete()
    retention.apply(at=later)
    erasing.carry_out_all()
    one = person.customer
    assert Customer.objects.filter(pk=one.pk).exists()
    for rows in (one.tickets, one.orders, one.reviews, one.questions):
        assert rows.exists()
    assert EgressRecord.objects.filter(customer=one).exists()


def test_what_is_young_stays(later):
    person = aged()
    run = retention.apply(at=timezone.now() + timedelta(days=30) + (NOON - NOON))
    assert Customer.objects.filter(pk=person.customer.pk).exists()
    assert run.counts["profile"] == 0


def test_without_rules_nothing_goes():
    aged()
    run = retention.apply(at=timezone.now() + timedelta(days=9999))
    assert (run.counts, run.row_keys) == ({}, {})
    assert Ticket.objects.exists()


def test_managers_try_it_on_the_page(client):
    RetentionRule.objects.create(kept="reviews", days=1)
    client.force_login(UserFactory(role="manager"))
    assert client.post("/privacy/retention/try/").status_code == 302
    assert RetentionRun.objects.get().is_dry
    assert "reviews: 0" in client.get("/privacy/").content.decode()
    client.force_login(UserFactory())
    assert client.get("/privacy/").status_code == 403
    assert client.post("/privacy/retention/try/").status_code == 403
    assert CustomerFactory()
