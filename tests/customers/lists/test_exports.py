"""A list is exported in the background: with rights, progress, history and harmless cells."""

import csv
import io
import zipfile
from datetime import timedelta

import pytest

from customers.lists import exporting
from customers.lists.jobs import take_up
from customers.models import CustomField, Export
from customers.views import exports
from tests.factories import CustomerFactory, OrderFactory, UserFactory


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch, settings, tmp_path):
    """Files of this test lie in its own folder, and no broker is rung."""
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(exports.take_up_jobs, "delay", lambda: None)


def exported(client, kind="csv", query=""):
    address = client.post(f"/customers/export/?{query}", {"format": kind})["Location"]
    assert b"every 1s" in client.get(address).content
    take_up()
    return Export.objects.latest("pk")


def body(client, export):
    return b"".join(client.get(f"/exports/{export.pk}/file/").streaming_content)


def rows(client, export):
    return list(csv.DictReader(io.StringIO(body(client, export).decode("utf-8-sig"))))


def test_the_narrowed_list_with_its_columns_becomes_a_file(agent):
    CustomField.objects.create(record="customer", key="size", name="Size", type="text")
    agent.post("/views/customers/columns/", {"column": ["email", "tags", "custom_size"]})
    wanted = CustomerFactory(name="Ada", country="Italy", tags=["a", "b"], custom={"size": "M"})
    CustomerFactory(country="Spain")
    export = exported(agent, query="country=Italy")
    assert (export.status, export.row_count, export.rows_total) == ("done", 1, 1)
    assert rows(agent, export) == [
        {"id": str(wanted.pk), "name": "Ada", "email": wanted.email, "tags": "a; b",
         "custom_size": "M"}
    ]  # fmt: skip
    assert export.file_name in agent.get("/exports/").content.decode()


def test_no_cell_attacks_a_spreadsheet(agent):
    CustomerFactory(name='=HYPERLINK("http://x")', country="-2+3")
    [row] = rows(agent, exported(agent))
    assert (row["name"], row["country"]) == ('\'=HYPERLINK("http://x")', "'-2+3")
    book = zipfile.ZipFile(io.BytesIO(body(agent, exported(agent, "xlsx"))))
    sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "'=HYPERLINK" in sheet


def test_a_workbook_has_numbers_and_times_as_such(agent):
    OrderFactory(customer=CustomerFactory())
    export = exported(agent, "xlsx")
    assert export.status == "done", export.error
    sheet = zipfile.ZipFile(io.BytesIO(body(agent, export))).read("xl/worksheets/sheet1.xml")
    assert b"<v>12.5</v>" in sheet
    assert b"<v>46083.5</v>" in sheet  # noon of 2 March 2026


def test_a_cancelled_export_leaves_no_file(agent, monkeypatch):
    monkeypatch.setattr(exporting, "CHUNK_ROWS", 1)
    monkeypatch.setattr(exporting, "NOTE_EVERY_SECONDS", 0)
    for _ in range(3):
        CustomerFactory()
    agent.post("/customers/export/", {"format": "csv"})
    export = Export.objects.get()
    really = Export.note

    def cancelled_meanwhile(job, done):
        agent.post(f"/exports/{job.pk}/cancel/")
        return really(job, done)

    monkeypatch.setattr(Export, "note", cancelled_meanwhile)
    take_up()
    export.refresh_from_db()
    assert (export.status, export.row_count, export.file.name) == ("cancelled", 1, "")
    assert agent.get(f"/exports/{export.pk}/file/").status_code == 404


def test_one_that_waits_is_cancelled_at_once(agent):
    agent.post("/customers/export/", {"format": "csv"})
    agent.post(f"/exports/{Export.objects.get().pk}/cancel/")
    assert Export.objects.get().status == "cancelled"
    assert take_up() == 0


def test_an_export_is_for_its_maker_and_managers(agent, client):
    export = exported(agent)
    client.force_login(UserFactory())
    for part in ("", "file/", "progress/"):
        assert client.get(f"/exports/{export.pk}/{part}").status_code == 404
    client.force_login(UserFactory(role="manager"))
    assert client.get(f"/exports/{export.pk}/").status_code == 200


@pytest.mark.parametrize("sent", [("spent_min=x", "csv"), ("", "exe")])
def test_what_makes_no_sense_is_not_exported(agent, sent):
    query, kind = sent
    agent.post(f"/customers/export/?{query}", {"format": kind})
    assert not Export.objects.exists()


def test_a_failure_stands_on_the_page(agent, monkeypatch):
    monkeypatch.setattr(exporting, "header", lambda _keys: 1 / 0)
    agent.post("/customers/export/", {"format": "csv"})
    take_up()
    export = Export.objects.get()
    assert export.status == "failed"
    assert "ZeroDivisionError" in agent.get(f"/exports/{export.pk}/").content.decode()


def test_a_file_is_forgotten_after_thirty_days(agent):
    old, young = exported(agent), exported(agent)
    Export.objects.filter(pk=old.pk).update(finished_at=old.finished_at - timedelta(days=31))
    take_up()
    assert agent.get(f"/exports/{old.pk}/file/").status_code == 404
    assert not old.file.storage.exists(old.file.name)
    assert "The file was kept for 30 days." in agent.get(f"/exports/{old.pk}/").content.decode()
    assert body(agent, young)


def test_a_job_that_kills_its_worker_is_given_up(agent):
    agent.post("/customers/export/", {"format": "csv"})
    Export.objects.update(status="running", attempts=3)  # as three killed workers leave it
    take_up()
    export = Export.objects.get()
    assert (export.status, export.file.name) == ("failed", "")
    assert "cut off three times" in export.error
