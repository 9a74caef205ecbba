"""Rows 3, 4, 19 and 36 of the guarantees at their full size."""

import time

import pytest

from customers.lists.jobs import carry_out
from customers.models import AccessExport, Message
from customers.privacy import erasing
from intelligence import loaded
from tests.customers.privacy.canaries import CanaryPerson, places_with
from tests.customers.privacy.test_coming_back import push_all_again
from tests.customers.privacy.test_erasing import DIGITS, erased
from tests.factories import TicketFactory
from tests.figures import tell
from tests.intelligence.test_objecting import made_shoppers, objects_and_stays_unread

pytestmark = [pytest.mark.django_db, pytest.mark.faults]
EVENTS = 10_000


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.REJECTS_DIR = tmp_path / "rejects"
    settings.TOMBSTONES_FILE = str(tmp_path / "tombstones.jsonl")


@pytest.fixture
def models_of_its_own(settings, tmp_path, monkeypatch):
    """Texts are read by the engine that notes them, as in tests of the road."""
    settings.MODELS_DIR = tmp_path / "models"
    settings.ENGINES = settings.ENGINES | {"text": "tests.intelligence.ledger_engine.load"}
    monkeypatch.setenv("ENGINE_LEDGER", str(tmp_path / "ledger"))
    (tmp_path / "ledger").touch()
    loaded.text_reader.cache_clear()
    loaded.segment_engine.cache_clear()
    yield
    loaded.text_reader.cache_clear()


@pytest.fixture
def busy_person():
    person = CanaryPerson()
    person.leave_copies()
    tickets = [TicketFactory(customer=person.customer, body="") for _ in range(100)]
    Message.objects.bulk_create(
        Message(ticket=tickets[n % 100], body=f"canaryqz said this, the {n}th time.")
        for n in range(EVENTS)
    )
    return person


def test_a_person_of_ten_thousand_events_is_erased_within_a_minute(busy_person):
    started = time.perf_counter()
    request = erased(busy_person.customer)
    took = time.perf_counter() - started
    assert request.status == "done"
    assert places_with(busy_person.word, DIGITS) == []
    tell(f"erasure of {EVENTS} events: {took:.1f} s, 0 canaries")
    assert took < 60


def test_their_data_are_written_out_within_a_minute(busy_person):
    job = AccessExport.objects.create(customer=busy_person.customer)
    started = time.perf_counter()
    assert carry_out(AccessExport, job.pk)
    took = time.perf_counter() - started
    job.refresh_from_db()
    assert job.status == "done", job.error
    tell(f"access export of {EVENTS} events: {took:.1f} s, {job.file.size / 1e6:.1f} MB")
    assert took < 60


def test_a_hundred_of_a_thousand_do_not_come_back_by_api():
    push_all_again(1000, 100)


def test_a_hundred_who_object_stay_unread_for_a_day(models_of_its_own):
    objects_and_stays_unread(made_shoppers(100), 24)


def test_a_worker_that_is_killed_fifty_times_is_followed_to_the_end(busy_person):
    request = erasing.ask(busy_person.customer, "asked", by=busy_person.staff)
    deaths, passed = 0, 0

    class Killed(BaseException):
        pass

    def die(name, **_):
        nonlocal passed
        passed += 1
        if deaths < 50 and passed > deaths % 7:
            passed = 0
            raise Killed

    erasing.step_reached.connect(die)
    try:
        while request.status != "done":
            try:
                erasing.carry_out(request.pk)
            except Killed:
                deaths += 1
            request.refresh_from_db()
    finally:
        erasing.step_reached.disconnect(die)
    assert deaths == 50
    assert places_with(busy_person.word, DIGITS) == []
    tell("erasure killed 50 times: done, 0 canaries")
