"""An import goes on to the row where its worker died, is checked before, and is undone whole."""

import csv
import hashlib
import os
import signal
import subprocess
import sys
import time

import pytest

from customers.imports import run
from customers.imports.formats import format_named
from customers.imports.jobs import carry_out, carry_out_all
from customers.imports.run import run_import
from customers.journal.undo import undo_all_asked
from customers.models import (
    Customer,
    Import,
    ImportMapping,
    JournalEntry,
    Message,
    Order,
    OrderLine,
    Product,
    Ticket,
)
from tests.factories import CustomerFactory, OrderFactory, UserFactory
from tests.processes import ROOT, environment

pytestmark = pytest.mark.django_db


@pytest.fixture
def started(tmp_path, settings, monkeypatch):
    """Writes a file and makes an import of it."""
    settings.MEDIA_ROOT = settings.REJECTS_DIR = tmp_path
    monkeypatch.setattr(run, "CHUNK_ROWS", 10)

    def make(text, name="x.csv", **columns):
        (tmp_path / name).write_text(text)
        given = {"format": "customers", "source": "shop", "status": "queued", **columns}
        return Import.objects.create(file=name, file_name=name, **given)

    return make


def done(job):
    carry_out(job.pk)
    job.refresh_from_db()
    return job


def people(count, city=""):
    rows = "".join(f"c{n},Person {n},p{n}@example.com,{city}\n" for n in range(count))
    return "id,name,email,city\n" + rows


def state(model=Customer, *leave_out):
    """A digest of all rows, without what a run sets anew."""
    skipped = {"id", "created_at", "updated_at", "requested_at", "search", *leave_out}
    names = [one.attname for one in model._meta.concrete_fields if one.attname not in skipped]
    rows = model.objects.order_by("source", "external_id").values_list(*names)
    return hashlib.sha256(repr(list(rows)).encode()).hexdigest()


def test_a_file_is_looked_into_before_anything_else(started):
    text = "客户编号;姓名;E-Mail;手机\nc1;王小明;wang@example.com;138\n"
    job = done(started(text, format="", source="", status="uploaded"))
    assert (job.status, job.format, job.source) == ("ready", "customers", "customers")
    assert job.dialect == {"encoding": "utf-8", "delimiter": ";"}
    assert job.mapping == {
        "external_id": "客户编号",
        "name": "姓名",
        "email": "E-Mail",
        "phone": "手机",
    }
    assert job.sample == [
        dict(zip(job.columns, ("c1", "王小明", "wang@example.com", "138"), strict=True))
    ]
    assert job.ask_for("queued")
    done(job)
    assert Customer.objects.values_list("name", "phone").get() == ("王小明", "138")


def test_a_kept_mapping_is_taken_for_the_next_file_of_its_columns(started):
    kept = {"external_id": "K", "name": "N"}
    ImportMapping.objects.create(name="ERP", format="customers", mapping=kept)
    job = done(started("K,N\nc1,Ada\n", status="uploaded"))
    assert job.mapping == kept


def test_a_check_says_what_would_be_and_writes_nothing(started):
    run_import_of = done(started(people(30)))
    assert run_import_of.created == 30
    before, entries = state(), JournalEntry.objects.count()
    text = people(25, "Ulm") + "c99,New,new@example.com,\nc98,Bad,nonsense,\n"
    job = done(started(text, status="checking"))
    found = job.check_result
    assert [found[name] for name in ("read", "created", "updated", "unchanged", "rejected")] == [
        *(27, 1, 25, 0, 1)
    ]
    assert found["changes"][0]["record"] == "Person 0"
    assert found["changes"][0]["fields"] == [{"name": "city", "before": "", "after": "Ulm"}]
    assert len(found["changes"]) == 10
    assert found["new_rows"][0]["cells"]["name"] == "New"
    assert found["refused"][0]["reason"] == "'nonsense' is not an e-mail address"
    assert (job.status, job.read, state(), JournalEntry.objects.count()) == (
        *("ready", 0),
        *(before, entries),
    )
    job.ask_for("queued")
    assert (done(job).created, job.updated, job.rejected) == (1, 25, 1)


def test_a_worker_that_dies_between_chunks_is_followed_by_one_that_goes_on(started, monkeypatch):
    text = people(95).replace("p33@example.com", "nonsense")
    whole = done(started(text, source="whole"))
    counts = (whole.read, whole.created, whole.rejected)
    real, calls = run.Run._keep, []

    def dies(self, chunk, merging):
        real(self, chunk, merging)
        calls.append(chunk.last)
        if len(calls) in (2, 5, 7):
            raise KeyboardInterrupt  # in the transaction of the chunk: it is taken back

    monkeypatch.setattr(run.Run, "_keep", dies)
    job = started(text)
    for _ in range(4):
        try:
            carry_out_all()
        except KeyboardInterrupt:
            continue
    job.refresh_from_db()
    assert (job.status, job.read, job.created, job.rejected) == ("done", *counts)
    assert calls == [10, 20, 20, 30, 40, 40, 50, 50, 60, 70, 80, 90, 95]
    assert state(Customer, "source") == state_of_twice(whole)
    assert job.refused_rows.count() == 1
    assert job.entry.row_count == 94


def state_of_twice(whole):
    """What the state must be when both imports brought the same."""
    names = ("external_id", "name", "email", "city")
    first, second = (
        list(Customer.objects.filter(source=source).order_by("external_id").values_list(*names))
        for source in (whole.source, "shop")
    )
    assert first == second
    return state(Customer, "source")


def test_an_import_that_always_dies_at_the_same_row_is_set_aside(started):
    job = started(people(3), tries=5, status="running")
    assert done(job).status == "failed"
    assert "cut off 5 times" in job.error


def test_an_import_that_is_cancelled_stops_and_can_go_on(started, monkeypatch):
    monkeypatch.setattr("customers.imports.jobs.NOTE_EVERY_SECONDS", 0)
    job = started(people(40), status="running")
    assert job.cancel()
    assert done(job).status == "cancelled"
    assert 0 < Customer.objects.count() < 40
    assert job.go_on()
    assert (done(job).status, Customer.objects.count(), job.created) == ("done", 40, 40)
    assert not job.cancel()


def test_a_row_that_the_database_refuses_costs_itself_alone(started, monkeypatch):
    kind = format_named("customers")
    real = type(kind).read

    def read(self, row):
        values = real(self, row)
        return values if values[0] != "c17" else (*values[:7], "x" * 81, *values[8:])

    monkeypatch.setattr(type(kind), "read", read)
    job = done(started(people(40)))
    assert (job.status, job.created, job.rejected) == ("done", 39, 1)
    refused = job.refused_rows.get()
    assert refused.number == 18
    assert "too long" in refused.reason


def test_records_are_found_by_their_address_and_empty_cells_keep_or_clear(started):
    known = CustomerFactory(
        source="crm", external_id="7", email="p1@example.com", city="Bonn", tags=["vip"]
    )
    done(started(people(3), match_by="email"))
    known.refresh_from_db()
    assert (known.name, known.city, known.tags) == ("Person 1", "Bonn", ["vip"])
    assert Customer.objects.count() == 3
    done(started(people(3), match_by="email", clears_empty=True))
    known.refresh_from_db()
    assert known.city == ""
    again = done(started("name,email\nPerson 1,p1@example.com\n", match_by="email"))
    assert (again.created, again.updated, again.unchanged) == (0, 0, 1)


def reverted(job):
    job.entry.request_undo(by=UserFactory())
    undo_all_asked()
    job.entry.refresh_from_db()
    return job.entry


def test_an_import_of_customers_is_undone_whole_but_for_what_changed_since(started):
    done(started(people(20)))
    before = state(Customer, "analysed_at")
    job = done(started(people(23, "Ulm")))
    assert (job.created, job.updated) == (3, 20)
    entry = reverted(job)
    assert (entry.undone_count, entry.left_count) == (23, 0)
    assert state(Customer, "analysed_at") == before
    job = done(started(people(23, "Rom")))
    Customer.objects.filter(external_id="c5").update(city="Kiel")
    entry = reverted(job)
    assert (entry.left_count, Customer.objects.get(external_id="c5").city) == (1, "Kiel")
    assert Customer.objects.exclude(external_id="c5").filter(city="Rom").count() == 0


ORDERS = (
    "order,placed_at,customer,product,description,quantity,unit_price,currency\n"
    "o1,2026-03-01,c1,p1,Kettle,2,10,EUR\no1,2026-03-01,c1,p2,Cup,1,5,EUR\n"
    "o2,2026-03-02,c2,p1,Kettle,1,10,EUR\n"
)


def test_an_import_of_orders_is_undone_with_lines_products_and_sums(started):
    done(started(ORDERS, format="orders"))
    told = [(model, state(model) if model is not OrderLine else lines()) for model in SHOP]
    newer = ORDERS.replace("o1,2026-03-01,c1,p2,Cup,1,5,EUR\n", "").replace("Kettle,2", "Kettle,3")
    newer += "o3,2026-03-03,c2,p3,Pan,1,30,EUR\n"
    job = done(started(newer, format="orders"))
    assert Order.objects.get(number="o1").total == 30
    assert Customer.objects.get(external_id="c2").order_count == 2
    entry = reverted(job)
    assert (entry.left_count, entry.undo_error) == (0, "")
    for model, before in told:
        assert (state(model) if model is not OrderLine else lines()) == before, model
    assert Customer.objects.get(external_id="c1").spent_total == 25


def test_an_order_that_only_loses_a_line_has_a_smaller_total(started):
    done(started(ORDERS, format="orders"))
    job = done(started(ORDERS.replace("o1,2026-03-01,c1,p2,Cup,1,5,EUR\n", ""), format="orders"))
    assert Order.objects.get(number="o1").total == 20
    reverted(job)
    assert Order.objects.get(number="o1").total == 25


SHOP = (Customer, Product, Order, OrderLine)


def lines():
    names = ("order__number", "position", "description", "quantity", "unit_price")
    return list(OrderLine.objects.order_by("order__number", "position").values_list(*names))


def test_an_import_of_tickets_is_undone_with_what_was_said(started):
    text = "id,subject,body,answer,email,tags\nt1,Lamp,It broke,Sorry,ada@example.com,vip;lamp\n"
    job = done(started(text, format="tickets"))
    assert Ticket.objects.get().tags == ["vip", "lamp"]
    assert Message.objects.count() == 2
    entry = reverted(job)
    assert (entry.left_count, Ticket.objects.count(), Message.objects.count()) == (0, 0, 0)
    assert not Customer.objects.exists()


def test_customers_that_have_orders_since_are_left(started):
    job = done(started(people(2)))
    OrderFactory(customer=Customer.objects.get(external_id="c0"))
    entry = reverted(job)
    assert (entry.undone_count, entry.left_count) == (1, 1)
    assert entry.left[0]["reason"] == "other records refer to it"


def test_an_import_that_changes_nothing_leaves_no_entry_in_the_journal(started):
    done(started(people(3)))
    again = done(started(people(3)))
    assert (again.unchanged, again.entry, JournalEntry.objects.count()) == (3, None, 1)


def test_messages_make_the_tickets_that_are_missing(started):
    text = (
        "ticket,author,body,sent_at\nt1,agent,We look,2026-03-02\n"
        "t1,customer,It broke,2026-03-01\nt1,client,Thanks,2026-03-03\n"
    )
    job = done(started(text, format="messages"))
    assert job.created == 3
    ticket = Ticket.objects.get()
    assert (ticket.subject, ticket.opened_at.day, ticket.last_message_at.day) == ("It broke", 1, 3)
    again = done(started(text, format="messages"))
    assert (again.created, again.updated) == (0, 0)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_an_import_that_is_killed_ten_times_ends_as_one_that_was_not(tmp_path, settings):
    settings.MEDIA_ROOT = settings.REJECTS_DIR = tmp_path
    with (tmp_path / "x.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "name", "email", "city"])
        for n in range(20_000):
            bad = "nonsense" if n % 100 == 50 else f"p{n}@example.com"
            writer.writerow([f"c{n}", f"Person {n}", bad, "Ulm"])
    job = Import.objects.create(
        file=str(tmp_path / "x.csv"), format="customers", source="shop", status="queued"
    )
    kills = 0
    for _ in range(40):
        process = start()
        deadline = time.monotonic() + 60
        seen = Import.objects.get(pk=job.pk).read
        while process.poll() is None and time.monotonic() < deadline:
            at = Import.objects.get(pk=job.pk)
            if kills < 10 and at.read > seen + 500 and not at.is_finished:
                os.kill(process.pid, signal.SIGKILL)
                kills += 1
                break
            time.sleep(0.01)
        process.wait()
        job.refresh_from_db()
        if job.is_finished:
            break
    assert (job.status, job.error, kills) == ("done", "", 10)
    assert (job.read, job.created, job.updated, job.rejected) == (20_000, 19_800, 0, 200)
    assert job.refused_rows.count() == 200
    assert Customer.objects.count() == 19_800
    assert job.entry.row_count == 19_800
    killed = state()
    Customer.objects.all().delete()
    run_import(format_named("customers"), tmp_path / "x.csv", "shop")
    assert state() == killed


def start():
    """A worker of its own, over the same database."""
    program = "benchmarks.instruments.import_worker"
    return subprocess.Popen(
        [sys.executable, "-m", program],
        cwd=ROOT,
        env=environment(CHUNK_ROWS="500"),
        stderr=subprocess.DEVNULL,
    )
