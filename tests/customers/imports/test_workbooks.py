"""Excel workbooks come in; those that could exhaust the server are refused at once."""

import io
import resource
import time
import zipfile
from datetime import datetime

import openpyxl
import pytest

from customers.imports.errors import ImportProblem
from customers.imports.files import open_table
from customers.imports.formats import FORMATS
from customers.imports.run import run_import
from customers.models import Customer, Order

SHEET = "xl/worksheets/sheet1.xml"


@pytest.fixture
def workbook(tmp_path):
    """Writes rows into a workbook; `parts` are set in it, or taken over from bytes."""

    def write(rows, **parts):
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        data = io.BytesIO()
        book.save(data)
        path = tmp_path / "x.xlsx"
        with (
            zipfile.ZipFile(data) as old,
            zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new,
        ):
            for name in old.namelist():
                if name not in parts:
                    new.writestr(name, old.read(name))
            for name, content in parts.items():
                with new.open(name, "w", force_zip64=True) as file:
                    for chunk in content:
                        file.write(chunk)
        return path

    return write


def rows_of(path):
    return [row for batch in open_table(path).batches for row in batch]


@pytest.mark.django_db
def test_a_workbook_goes_in_with_numbers_times_and_texts(workbook, tmp_path, settings):
    settings.REJECTS_DIR = tmp_path
    header = ["order", "placed_at", "customer", "product", "quantity", "unit_price", "currency"]
    path = workbook([header, [1001, datetime(2026, 3, 1, 10), "007", "=1+1", 2, 12.5, "eur"]])
    assert run_import(FORMATS["orders"], path, "shop").created == 1
    order = Order.objects.get()
    assert (order.number, str(order.total), order.customer.external_id) == (
        *("1001", "25.0000"),
        "007",
    )
    assert order.placed_at.isoformat() == "2026-03-01T10:00:00+00:00"


def test_short_and_empty_rows_and_a_wide_gap_are_read(workbook):
    path = workbook([["id", "name", "city"], ["1", "Ada"], [], [None, None], ["2", "Ben", "Ulm"]])
    assert rows_of(path) == [
        {"id": "1", "name": "Ada", "city": None},
        {"id": "2", "name": "Ben", "city": "Ulm"},
    ]


def sheet(*rows):
    return (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>',
        *rows,
        b"</sheetData></worksheet>",
    )


ENTITIES = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><worksheet>&b;</worksheet>'
WIDE = b'<c t="n"><v>1</v></c>' * 1000
BOMBS = {
    "a sheet of a gigabyte": (
        {SHEET: (b"<row></row>" * 100_000 for _ in range(1_000))},
        "too much",
    ),
    "a gigabyte of strings": (
        {"xl/sharedStrings.xml": (b" " * 1_000_000 for _ in range(1_000))},
        "too much",
    ),
    "a picture of a gigabyte": (
        {"xl/media/a.png": (b"\x00" * 1_000_000 for _ in range(1_000))},
        "too much",
    ),
    "entities": ({SHEET: (ENTITIES,)}, "defines entities"),
    "an archive within": ({"xl/embeddings/a.zip": (b"PK",)}, "another archive"),
    "a million columns": (
        {SHEET: sheet(b"<row>", *(WIDE for _ in range(1_000)), b"</row>")},
        "too wide",
    ),
    "a row at the end of the world": (
        {SHEET: sheet(b'<row r="999999999"><c r="A999999999"><v>1</v></c></row>')},
        "is empty",
    ),
    "a column at the end of the world": (
        {SHEET: sheet(b'<row r="1"><c r="ZZZZZZZZ1"><v>1</v></c></row>')},
        "cannot be read",
    ),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_workbook_that_could_exhaust_the_server_is_refused_at_once(workbook, tmp_path, name):
    parts, told = BOMBS[name]
    path = workbook([["id"]], **parts)
    files = set(tmp_path.rglob("*"))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.perf_counter()
    with pytest.raises(ImportProblem, match=told):
        rows_of(path)
    assert time.perf_counter() - started < 2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000
    assert set(tmp_path.rglob("*")) == files


def test_a_size_that_the_header_belies_is_counted_while_reading(workbook, monkeypatch):
    path = workbook([["id"]], **{SHEET: (b" " * 1_000_000 for _ in range(30))})
    data = bytearray(path.read_bytes())
    for at in (place for place in range(len(data)) if data[place : place + 4] == b"PK\x01\x02"):
        size = int.from_bytes(data[at + 24 : at + 28], "little")
        if size == 30_000_000:
            data[at + 24 : at + 28] = (10).to_bytes(4, "little")
    path.write_bytes(data)
    with pytest.raises(ImportProblem):
        rows_of(path)


@pytest.mark.django_db
def test_what_a_workbook_says_as_text_stays_text(workbook, tmp_path, settings):
    settings.REJECTS_DIR = tmp_path
    path = workbook([["id", "name", "phone"], ["c1", "王小明", "0049 171"]])
    run_import(FORMATS["customers"], path, "shop")
    assert Customer.objects.values_list("name", "phone").get() == ("王小明", "0049 171")
