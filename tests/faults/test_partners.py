"""What a partner's system relies on, at the size that the guarantees name (15 and 47)."""

import os
import statistics
import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from customers.models import Customer, SourceVersion
from tests.customers.api.shuffling import shuffled
from tests.database import analyse
from tests.partners import calling

# Smaller where a machine is shared: the figures say how many there were.
ROWS = int(os.environ.get("PARTNER_ROWS", "100000"))
CUSTOMERS = int(os.environ.get("PARTNER_CUSTOMERS", "500"))
CHANGES, PAGE = ROWS // 100, 200
LIST = "/api/v1/customers/"


def test_ten_thousand_updates_and_deletions_in_any_order_end_with_the_newest(figure):
    start = time.monotonic()
    newest, wrong = shuffled(calling(), customers=CUSTOMERS, of_each=10)
    deleted = list(newest.values()).count("deleted")
    figure(
        f"{CUSTOMERS * 20} updates and deletions of {CUSTOMERS} customers, of {deleted} of whom "
        f"the newest is a deletion: {CUSTOMERS - len(wrong)} as the newest says, "
        f"{time.monotonic() - start:.0f} s"
    )
    assert wrong == []


def test_without_the_guard_they_do_not(monkeypatch):
    rows = type(SourceVersion.objects.all())
    monkeypatch.setattr(rows, "advance", lambda *_, **__: {"whatever it is"})
    _newest, wrong = shuffled(calling(), customers=50, of_each=6)
    assert wrong


@pytest.fixture
def shop(transactional_db):
    """Customers of a year, in an order that is not the one of their keys."""
    begin = timezone.now() - timedelta(days=365)
    Customer.objects.bulk_create(
        (
            Customer(name=f"c{n}", source="shop", external_id=str(n), country="DE")
            for n in range(ROWS)
        ),
        batch_size=5_000,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE customers_customer SET created_at = %s + (id * 7919 %% %s) * interval '5 min'",
            [begin, ROWS],
        )
    analyse(Customer)
    return set(Customer.objects.values_list("pk", flat=True))


class Meanwhile:
    """Inserts and deletes rows in a thread until all are done."""

    def __init__(self, pks):
        self.victims = sorted(pks)[:: ROWS // (CHANGES // 2)][: CHANGES // 2]
        self.made, self._thread = [], threading.Thread(target=self._work)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._thread.join()

    def _work(self):
        for number, pk in enumerate(self.victims):
            Customer.objects.filter(pk=pk).delete()
            self.made.append(Customer.objects.create(name=f"new {number}").pk)
            time.sleep(0.02)
        connections.close_all()


def walk(api, address):
    """The ids of all pages, and the seconds that each took."""
    seen, taken = [], []
    while address:
        start = time.monotonic()
        page = api.get(address).json()
        taken.append(time.monotonic() - start)
        seen += [row["id"] for row in page["results"]]
        address = page["next"]
    return seen, taken


def test_a_walk_by_cursor_meets_each_row_that_stays_once(shop, figure):
    api = calling()
    api.get(f"{LIST}?page_size={PAGE}&fields=id")
    with Meanwhile(shop) as other:
        seen, taken = walk(api, f"{LIST}?page_size={PAGE}&fields=id")
    stays = shop - set(other.victims)
    twice = len(seen) - len(set(seen))
    first, deep = statistics.median(taken[:20]), statistics.median(taken[-20:])
    figure(
        f"{len(stays)} rows that stay in {len(taken)} pages while {len(other.victims)} went and "
        f"{len(other.made)} came: {len(stays - set(seen))} missed, {twice} twice; "
        f"a page takes {first * 1000:.0f} ms at first, {deep * 1000:.0f} ms at the end"
    )
    assert stays <= set(seen)
    assert twice == 0
    assert deep <= 2 * first


def test_what_changed_is_told_whole_however_long_a_transaction_takes(shop, figure):
    api, told = calling(), set()
    begun, end = threading.Event(), threading.Event()
    late = sorted(shop)[:50]

    def hold():
        with transaction.atomic():
            Customer.objects.filter(pk__in=late).update(city="Late")
            begun.set()
            end.wait(60)
        connections.close_all()

    slow = threading.Thread(target=hold)
    place = now()
    slow.start()
    begun.wait(10)
    address = f"{LIST}changes/?limit=200&since="
    with Meanwhile(shop - set(late)) as other:
        for turn in range(30):
            place = _read_on(api, address, place, told)
            time.sleep(0.2)
            if turn == 20:
                end.set()
    slow.join()
    _read_on(api, address, place, told)
    wanted = {*late, *other.made, *other.victims} & (told | set(late) | set(other.made))
    missed = {*late, *other.made, *other.victims} - told
    figure(
        f"{len(wanted)} changes, {len(late)} of them in a slow transaction: {len(missed)} missed"
    )
    assert missed == set()


def now():
    """The place behind all that happened so far."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
        return f"{cursor.fetchone()[0] - 1}-{10**17}"


def _read_on(api, address, place, told):
    """Read all that is told from a place on; the place behind it."""
    while True:
        page = api.get(f"{address}{place}").json()
        told |= {row["id"] for row in page["results"]} | set(page["deleted"])
        place = page["next"]
        if not page["more"]:
            return place
