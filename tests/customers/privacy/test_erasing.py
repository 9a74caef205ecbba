"""An erased person: nothing of them is left anywhere, however often the worker died."""

import json
import time

import pytest
from django.core.management import CommandError, call_command

from customers.models import (
    AuditEntry,
    Customer,
    ErasureRequest,
    JournalChange,
    LegalHold,
    ModelVersion,
    Order,
    Tombstone,
)
from customers.privacy import erasing
from customers.privacy.data_map import COPIES, RECORDS
from customers.privacy.seal import is_genuine
from intelligence.models import TextVector
from tests.customers.privacy.canaries import CanaryPerson, places_with, vector_of
from tests.factories import ModelVersionFactory, TicketFactory
from tests.factories import UserFactory as Users
from tests.figures import tell

pytestmark = pytest.mark.django_db

DIGITS = "2079460991"


class Killed(BaseException):
    """As a worker that ends in the middle."""


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    """A state folder of the test's own: it is searched whole."""
    settings.VAR_DIR = tmp_path
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.REJECTS_DIR = tmp_path / "rejects"
    settings.TOMBSTONES_FILE = str(tmp_path / "tombstones.jsonl")


@pytest.fixture
def person():
    made = CanaryPerson()
    made.leave_copies()
    return made


def erased(customer):
    request = erasing.ask(customer, "asked", by=Users(role="manager"))
    assert erasing.carry_out(request.pk)
    request.refresh_from_db()
    return request


def test_nothing_of_an_erased_person_is_left(person, caplog):
    before = places_with(person.word, DIGITS)
    mapped = {RECORDS[label].model._meta.db_table for label, _name in person.planted}
    mapped |= {copy.model._meta.db_table for copy in COPIES.values()}
    mapped -= {"customers_auditentry"}  # knows people by their numbers alone
    # each place of the map held the person before, or the search would prove nothing
    assert mapped - set(before) == set()
    started = time.perf_counter()
    request = erased(person.customer)
    took = time.perf_counter() - started
    assert request.status == "done", request.error
    assert places_with(person.word, DIGITS) == []
    assert person.word not in caplog.text
    seen = AuditEntry.objects.filter(kind="customer", pks__contains=[person.customer.pk])
    assert not seen.exists()
    tell(f"canaries: {len(before)} places before, 0 after, {took:.2f} s")


def test_the_nearest_texts_are_others(person):
    other = TextVector.objects.create(
        message=TicketFactory().messages.get(), embedding=vector_of(2), embedding_version="v"
    )
    erased(person.customer)
    from pgvector.django import CosineDistance

    near = TextVector.objects.order_by(CosineDistance("embedding", vector_of(1)))
    assert list(near) == [other]


def test_orders_stay_for_the_books_without_the_person(person):
    erased(person.customer)
    order = Order.objects.get(pk=person.order.pk)
    assert (order.customer, order.shipping_address, order.custom) == (None, "", {})
    assert order.number
    assert order.lines.count() == 1


def test_orders_older_than_the_books_need_go(person):
    Order.objects.filter(pk=person.order.pk).update(placed_at="2001-01-01T00:00Z")
    erased(person.customer)
    assert not Order.objects.filter(pk=person.order.pk).exists()


def test_others_keep_what_is_theirs(person):
    other = CanaryPerson(word="bystander", phone="+442079460992", seed=2)
    before = len(places_with("bystander"))
    change = JournalChange.objects.get(pks__len=2)
    erased(person.customer)
    assert len(places_with("bystander")) == before
    change.refresh_from_db()
    assert change.before == [{"city": "Leeds"}]
    assert Customer.objects.get(pk=other.customer.pk).order_count == 1


def test_the_receipt_is_signed_and_tells_nothing_of_the_person(person, tmp_path):
    pk = person.customer.pk
    request = erased(person.customer)
    assert (request.customer, request.row_keys) == (None, {})
    assert is_genuine(request.receipt)
    assert person.word not in json.dumps(request.receipt)
    assert pk not in request.receipt.values()
    path = tmp_path / "receipt.json"
    path.write_text(json.dumps(request.receipt))
    call_command("verify_receipt", str(path))
    path.write_text(json.dumps({**request.receipt, "reason": "unlawful"}))
    with pytest.raises(CommandError, match="not genuine"):
        call_command("verify_receipt", str(path))


def test_models_that_learnt_from_the_person_are_marked(person):
    taught = ModelVersionFactory(task="intent", source="trained")
    fitted = ModelVersionFactory(task="recommendation", source="trained")
    shipped = ModelVersionFactory(task="intent", source="shipped")
    other = ModelVersionFactory(task="priority", source="trained")
    request = erased(person.customer)
    marked = ModelVersion.objects.filter(retrain_due_on__isnull=False)
    assert set(marked) == {taught, fitted}
    assert {shipped, other}.isdisjoint(marked)
    assert request.receipt["models_to_be_trained_anew"] == 2


def test_a_legal_hold_stands_in_the_way(person):
    LegalHold.objects.create(customer=person.customer, reason="A lawsuit.")
    with pytest.raises(erasing.Held):
        erasing.ask(person.customer, "asked", by=Users(role="manager"))
    assert not ErasureRequest.objects.exists()


def all_points(customer):
    """The names of all places where a worker may die."""
    seen = []

    def note(name, **_):
        seen.append(name)

    erasing.step_reached.connect(note)
    try:
        erased(customer)
    finally:
        erasing.step_reached.disconnect(note)
    return list(dict.fromkeys(seen))


def test_a_worker_that_dies_anywhere_is_followed_by_one_that_goes_on():
    points = all_points(CanaryPerson(word="firstone", phone="+442079460993", seed=3).customer)
    assert len(points) > 60
    person = CanaryPerson()
    person.leave_copies()
    request = erasing.ask(person.customer, "asked", by=Users(role="manager"))
    deaths = []

    def die(name, **_):
        if name in points and name not in deaths:
            deaths.append(name)
            raise Killed

    erasing.step_reached.connect(die)
    try:
        while request.status != "done":
            try:
                erasing.carry_out(request.pk)
            except Killed:
                ErasureRequest.objects.filter(pk=request.pk).update(attempts=0)
            request.refresh_from_db()
    finally:
        erasing.step_reached.disconnect(die)
    assert places_with(person.word, DIGITS) == []
    assert is_genuine(request.receipt)
    tell(f"erasure: {len(deaths)} deaths, done, 0 canaries")


def test_rows_written_meanwhile_go_too(person):
    def write(name, **_):
        if name == "rows":
            TicketFactory(customer=Customer.objects.get(pk=person.customer.pk), subject="canaryqz")

    erasing.step_reached.connect(write)
    try:
        erased(person.customer)
    finally:
        erasing.step_reached.disconnect(write)
    assert places_with(person.word, DIGITS) == []


def test_a_tombstone_holds_only_hashes(person, settings):
    erased(person.customer)
    kinds = sorted(Tombstone.objects.values_list("kind", flat=True))
    assert kinds == ["email", "email", "key", "key", "phone"]
    with open(settings.TOMBSTONES_FILE) as file:
        assert person.word not in file.read()
