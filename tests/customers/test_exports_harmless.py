"""Two thousand hostile cells leave by every export without one that runs, and come back whole."""

import csv
import io
import re
from pathlib import Path
from types import SimpleNamespace

import openpyxl
import pytest
from django.urls import get_resolver
from openpyxl.utils.escape import unescape

from customers.imports.formats import FORMATS
from customers.imports.rejects import refused_lines
from customers.imports.run import run_import
from customers.lists.jobs import carry_out
from customers.models import Customer, CustomField, EgressRecord, Export, Import, RefusedRow
from customers.spreadsheet_cells import unguarded
from customers.views.plots import _as_csv
from tests.customers.admin.rows import MAKERS
from tests.factories import AudienceFactory, UserFactory
from tests.hostile_cells import NUMBERS, cells, is_live

ROOT = Path(__file__).parents[2]
# Addresses that hand out a table, each tried below (those of the admin in admin/test_export).
TABLES = {
    "audience-members", "export-file", "import-rejects", "model-egress-csv", "plot", "plot-of",
    "product-prospects-csv",
}  # fmt: skip
# Pages about exports, and kinds of records that a button is about.
NO_TABLES = {
    "export-new", "exports", "export", "export-progress", "export-cancel", "set-aside-again",
}  # fmt: skip
WRITERS = {
    "customers/admin/csv_export.py", "customers/imports/rejects.py", "customers/lists/exporting.py",
    "customers/views/plots.py",
    # what an evaluation tells programs: keys of rows and labels of the model
    "intelligence/evaluation/predictions.py",
}  # fmt: skip


def routes(patterns=None, before=""):
    for one in get_resolver().url_patterns if patterns is None else patterns:
        route = before + str(one.pattern)
        if hasattr(one, "url_patterns"):
            yield from routes(one.url_patterns, route)
        else:
            yield route, one.name


def test_every_address_and_every_module_that_writes_tables_is_known():
    told = re.compile(r"csv|xls|rejects|export|download|<slug:kind>")
    found = {
        name for route, name in routes() if told.search(route) and not route.startswith("admin/")
    }
    assert found == TABLES | NO_TABLES
    writes = re.compile(r"csv\.(Dict)?[Ww]riter|xlsxwriter\.|Workbook\(|to_csv|to_excel|write_csv")
    modules = {
        str(path.relative_to(ROOT))
        for folder in ("customers", "intelligence", "crm_site")
        for path in (ROOT / folder).rglob("*.py")
        if writes.search(path.read_text())
    }
    assert modules == WRITERS


@pytest.fixture
def shop(db, settings, tmp_path, client):
    """A shop of 2,000 customers with hostile names, and a field of its own with them too."""
    settings.MEDIA_ROOT = settings.REJECTS_DIR = tmp_path
    CustomField.objects.create(record="customer", key="note", name="Note", type="text")
    said = cells()
    Customer.objects.bulk_create(
        Customer(source="a", external_id=f"c{n}", name=one, city=one[:80], custom={"note": one},
                 spent_total=NUMBERS[n % 6], order_count=1)
        for n, one in enumerate(said)
    )  # fmt: skip
    client.user = UserFactory(role="admin", is_superuser=True, is_staff=True)
    client.force_login(client.user)
    return client


def body_of(answer):
    assert answer.status_code == 200
    return b"".join(answer.streaming_content if answer.streaming else [answer.content])


def rows_of(answer):
    text = body_of(answer).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


def told_harmless(rows, column, wanted=None):
    """No cell of the rows is live, and the column says what it should, as read back."""
    live = [cell for row in rows for cell in row if is_live(str(cell or ""))]
    assert live == []
    place = rows[0].index(column)
    back = [unguarded(row[place]) for row in rows[1:]]
    assert back == (cells() if wanted is None else wanted)


def as_excel_reads(value):
    return unescape(value) if isinstance(value, str) else value


def written(client, kind):
    columns = ["source", "city", "spent", "custom_note"]
    export = Export.objects.create(
        list_name="customers", columns=columns, format=kind, created_by=client.user
    )
    carry_out(Export, export.pk)
    export.refresh_from_db()
    assert export.status == "done", export.error
    return body_of(client.get(f"/exports/{export.pk}/file/"))


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_list_of_customers_comes_back_as_it_left(shop, tmp_path, kind):
    path = tmp_path / f"x.{kind}"
    path.write_bytes(written(shop, kind))
    if kind == "csv":
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.reader(file))
    else:
        sheet = openpyxl.load_workbook(path).active
        assert not any(cell.data_type == "f" for row in sheet.rows for cell in row)
        rows = [[as_excel_reads(cell.value) for cell in row] for row in sheet.rows]
    told_harmless(rows, "name")
    spent = [float(row[rows[0].index("spent_total")]) for row in rows[1:]]
    assert spent == [float(NUMBERS[n % 6]) for n in range(2_000)]
    kept = list(Customer.objects.order_by("pk").values_list("external_id", "name", "custom"))
    Customer.objects.all().delete()
    outcome = run_import(FORMATS["customers"], path, "a")
    assert (outcome.created, outcome.rejected) == (2_000, 0)
    back = Customer.objects.in_bulk(field_name="pk").values()
    found = {one.external_id: (one.name, one.custom["note"]) for one in back}
    # an import trims what a cell begins and ends with
    assert (
        sum(found[key] == (name.strip(), custom["note"].strip()) for key, name, custom in kept)
        == 2_000
    )


def test_the_members_of_an_audience(shop):
    audience = AudienceFactory()
    told_harmless(rows_of(shop.get(f"/audiences/{audience.pk}/members.csv")), "name")


def test_rows_that_were_refused(shop):
    job = Import.objects.create(format="customers", source="a", columns=["=x", "name"], rejected=1)
    RefusedRow.objects.bulk_create(
        RefusedRow(
            shop_import=job, number=n, column="=x", reason=one, cells={"=x": one, "name": one}
        )
        for n, one in enumerate(cells(), start=1)
    )
    rows = rows_of(shop.get(f"/imports/{job.pk}/rejects/"))
    told_harmless(rows, "'=x")
    told_harmless(rows, "reason")
    assert "".join(refused_lines(job)).count("\r\n") >= 2_001


def test_the_rows_behind_a_plot():
    drawn = SimpleNamespace(rows=[{"=x": one, "n": -3.5} for one in cells()], columns=())
    rows = list(csv.reader(io.StringIO(_as_csv(drawn), newline="")))
    told_harmless(rows, "'=x")
    assert {row[1] for row in rows[1:]} == {"-3.5"}


def test_the_ledger_of_what_was_sent_out(shop):
    one = MAKERS["egressrecord"]()
    for said in cells():
        one.pk, one.purpose, one.host = None, said, said
        EgressRecord.objects.bulk_create([one])
    found = rows_of(shop.get("/models/egress.csv"))
    assert len(found) == 2_002  # the header, and the one that was there
    assert [cell for row in found for cell in row if is_live(cell)] == []


def test_the_prospects_of_a_product(shop):
    prospect = MAKERS["prospect"]()
    Customer.objects.filter(pk=prospect.customer_id).update(
        name="=1+1", email="", country="@x", marketing_consent=True
    )
    found = rows_of(shop.get(f"/products/{prospect.product_id}/prospects.csv"))
    assert len(found) == 2
    assert [cell for row in found for cell in row if is_live(cell)] == []
