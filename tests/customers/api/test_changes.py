"""What changed since, for partners who keep copies."""

import threading
import time

import pytest
from django.db import connection, connections, transaction

from customers.models import Customer, RecordChange
from tests.factories import CustomerFactory, ProductFactory
from tests.partners import calling

ADDRESS = "/api/v1/customers/changes/"
PATIENCE_SECONDS = 90


def wait_for_others():
    """Until all transactions of now have ended: those of tests beside this one hold changes up."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
        now, ends_at = cursor.fetchone()[0], time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < ends_at:
            cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
            if cursor.fetchone()[0] >= now:
                return
            time.sleep(0.1)


def changes(client, since="", *, waits=True, **more):
    if waits:
        wait_for_others()
    return client.get(ADDRESS, {"since": since, **more}).json()


@pytest.fixture
def partner(transactional_db):
    return calling()


pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def names(answer):
    return [row["name"] for row in answer["results"]]


def test_everything_is_told_once_and_then_what_changed(partner):
    ada, grace = CustomerFactory(name="Ada"), CustomerFactory(name="Grace")
    ProductFactory()
    first = changes(partner)
    assert names(first) == ["Ada", "Grace"]
    assert changes(partner, first["next"])["results"] == []
    Customer.objects.filter(pk=ada.pk).update(city="Leeds")  # past every save and signal
    grace_pk = grace.pk
    Customer.objects.filter(pk=grace_pk).delete()
    second = changes(partner, first["next"])
    assert (names(second), second["deleted"]) == (["Ada"], [grace_pk])


def test_pages_follow_each_other_without_gap(partner):
    for number in range(7):
        CustomerFactory(name=str(number))
    told, since, more = [], "", True
    while more:
        answer = changes(partner, since, limit=3)
        told += names(answer)
        since, more = answer["next"], answer["more"]
    assert told == [str(number) for number in range(7)]


def test_a_transaction_that_takes_long_is_not_left_out(partner):
    began, may_end, pks = threading.Event(), threading.Event(), []

    def slow():
        with transaction.atomic():
            pks.append(CustomerFactory(name="slow").pk)
            began.set()
            may_end.wait(20)
        connections.close_all()

    thread = threading.Thread(target=slow)
    thread.start()
    assert began.wait(20)
    CustomerFactory(name="quick")
    early = changes(partner, waits=False)
    may_end.set()
    thread.join()
    late = changes(partner, early["next"])
    assert sorted(names(early) + names(late)) == ["quick", "slow"]


def test_by_time_alone_it_would_be_left_out():
    """The guard: what a feed by `updated_at` does with that transaction."""
    began, may_end = threading.Event(), threading.Event()

    def slow():
        with transaction.atomic():
            CustomerFactory(name="slow")
            began.set()
            may_end.wait(20)
        connections.close_all()

    thread = threading.Thread(target=slow)
    thread.start()
    assert began.wait(20)
    latest = CustomerFactory(name="quick").updated_at
    may_end.set()
    thread.join()
    later = Customer.objects.filter(updated_at__gt=latest).values_list("name", flat=True)
    assert list(later) == []


def test_a_bound_key_is_told_of_its_source_alone(partner):
    CustomerFactory(source="mine", external_id="1", name="mine")
    other = CustomerFactory(source="other", external_id="1")
    bound = calling(partner.user, source="mine")
    first = changes(bound)
    assert names(first) == ["mine"]
    other.delete()
    assert changes(bound, first["next"])["deleted"] == []


def test_after_a_restore_places_from_before_are_refused_and_all_is_told_anew(partner):
    CustomerFactory(name="Ada")
    RecordChange.objects.update(changed_in=10**15)  # as another cluster counted
    answer = partner.get(ADDRESS, {"since": f"{10**15}-1"})
    assert (answer.status_code, answer["Content-Type"]) == (410, "application/problem+json")
    assert names(changes(partner)) == ["Ada"]


@pytest.mark.parametrize("asked", [{"since": "x"}, {"limit": "0"}, {"limit": "many"}])
def test_nonsense_is_refused(partner, asked):
    assert partner.get(ADDRESS, asked).status_code == 400


def test_a_second_change_in_one_transaction_writes_no_second_row():
    with transaction.atomic():
        ada = CustomerFactory()
        for city in ("Leeds", "York", "Hull"):
            Customer.objects.filter(pk=ada.pk).update(city=city)
        first = place_on_disk(ada)
        Customer.objects.filter(pk=ada.pk).update(city="Bath")
        assert place_on_disk(ada) == first


def place_on_disk(customer):
    """Where the row of the change stands; another one after each write of it."""
    with connection.cursor() as cursor:
        asked = "SELECT ctid::text FROM customers_recordchange WHERE record_id = %s"
        cursor.execute(asked, [customer.pk])
        return cursor.fetchall()
