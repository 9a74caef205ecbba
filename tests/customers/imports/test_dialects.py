"""Text tables in many encodings and dialects, with rows that are broken in many ways."""

import csv
import io
import random
from contextlib import suppress

import pytest

from benchmarks.samples.hostile_files import BAD, DIALECTS, mended, write_file
from customers.imports.dialects import dialect_of
from customers.imports.errors import ImportProblem
from customers.imports.files import open_table
from customers.imports.formats import FORMATS
from customers.imports.jobs import carry_out
from customers.imports.rejects import refused_lines
from customers.imports.run import run_import
from customers.models import Customer, Import

SIMPLIFIED = "客户说包裹还没有到，请尽快处理退款"
TRADITIONAL = "客戶說包裹還沒有到，請盡快處理退款"
WESTERN = "Zoë Müller wünscht Rückgabe, déjà vu à Malmö"


def rows_of(path):
    return [row for batch in open_table(path).batches for row in batch]


@pytest.mark.parametrize(
    ("encoding", "found", "words"),
    [
        ("utf-8", "utf-8", SIMPLIFIED),
        ("utf-8-sig", "utf-8-sig", TRADITIONAL),
        ("utf-16", "utf-16", WESTERN),
        ("utf-16-le", "utf-16-le", WESTERN),
        ("utf-16-be", "utf-16-be", WESTERN),
        ("gb18030", "gb18030", SIMPLIFIED),
        ("big5", "big5", TRADITIONAL),
        ("cp1252", "cp1252", WESTERN),
    ],
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_encoding_and_delimiter_are_told(tmp_path, encoding, found, words, delimiter, line_end):
    path = tmp_path / "x.csv"
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator=line_end)
    note = f"two\nlines{delimiter}"
    writer.writerows([["id", "name", "note"], ["1", words, note], ["2", "A", ""]])
    path.write_bytes(text.getvalue().encode(encoding))
    assert dialect_of(path).as_json() == {"encoding": found, "delimiter": delimiter}
    assert rows_of(path) == [
        {"id": "1", "name": words, "note": f"two\nlines{delimiter}"},
        {"id": "2", "name": "A", "note": None},
    ]


def test_plain_text_before_the_first_chinese_word_does_not_mislead(tmp_path):
    path = tmp_path / "x.csv"
    plain = "".join(f"{n},plain\n" for n in range(20_000))
    path.write_bytes(f"id,name\n{plain}1,{SIMPLIFIED}\n".encode("gb18030"))
    assert rows_of(path)[-1]["name"] == SIMPLIFIED


def test_a_quote_that_is_never_closed_costs_its_own_row(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text('id,name\n1,"open\n2,Ben\n3,"Cy"\n4,"two\nlines"\n5,5" nail\n6,"a "b" c"\n')
    rows = rows_of(path)
    assert [row["id"] for row in rows if "" not in row] == ["2", "3", "4", "5", "6"]
    assert "never closed" in rows[0][""]
    assert rows[3]["name"] == "two\nlines"


@pytest.mark.parametrize(
    ("name", "start", "told"),
    [
        ("x.csv", b"PK\x03\x04", "a zip archive"),
        ("x.csv", b"%PDF-1.7", "a PDF"),
        ("x.tsv", b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
        ("x.csv", b"\x1f\x8b", "a gzip archive"),
        ("x.xlsx", b"id,name\n", "no Excel workbook"),
        ("x.parquet", b"id,name\n", "cannot be read"),
        ("x.xls", b"", "use a file that ends in"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_refused(tmp_path, name, start, told):
    path = tmp_path / name
    path.write_bytes(start)
    with pytest.raises(ImportProblem, match=told):
        open_table(path)


def test_a_million_columns_are_refused_and_doubled_names_told_apart(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text(",".join(f"c{n}" for n in range(1_000_000)) + "\n")
    with pytest.raises(ImportProblem, match="more than 500 columns"):
        open_table(path)
    path.write_text("id,name,name,\n1,a,b,\n")
    assert open_table(path).columns == ("id", "name", "name (2)")


@pytest.mark.django_db
@pytest.mark.parametrize("dialect", DIALECTS, ids=str)
def test_one_in_a_hundred_rows_is_bad_in_twenty_ways_and_the_rest_goes_in(
    tmp_path, settings, dialect
):
    settings.REJECTS_DIR, settings.MEDIA_ROOT = tmp_path / "rejects", tmp_path
    path = tmp_path / "x.csv"
    bad = write_file(path, dialect, 2_000)
    assert len(bad) == len(BAD)
    outcome = run_import(FORMATS["customers"], path, "shop")
    assert (outcome.read, outcome.created, outcome.rejected) == (2_000, 1_980, 20)
    refused = list(Import.objects.get().refused_rows.values_list("number", "column", "reason"))
    assert {number: column for number, column, _reason in refused} == bad
    assert all(reason for *_, reason in refused)
    named = Customer.objects.values_list("name", flat=True)
    assert named.get(external_id="7") == f"{dialect.name} 7"
    again = run_import(FORMATS["customers"], path, "shop")
    assert (again.created, again.updated, again.unchanged, again.rejected) == (0, 0, 1_980, 20)
    path.write_text("".join(mended(refused_lines(Import.objects.last()))), encoding="utf-8")
    whole = run_import(FORMATS["customers"], path, "shop")
    assert (whole.created, whole.rejected, Customer.objects.count()) == (20, 0, 2_000)


@pytest.mark.django_db
def test_refused_rows_come_back_as_they_were_and_go_in_once_mended(tmp_path, settings):
    settings.REJECTS_DIR = tmp_path
    path = tmp_path / "x.csv"
    path.write_text("Kunde;Name;E-Mail\nc1;=2+3;nonsense\nc2;Ben;ben@example.com\n")
    mapping = {"external_id": "Kunde", "name": "Name", "email": "E-Mail"}
    job = Import.objects.create(
        format="customers", source="shop", status="queued", mapping=mapping, file="x.csv"
    )
    settings.MEDIA_ROOT = tmp_path
    carry_out(job.pk)
    job.refresh_from_db()
    assert (job.status, job.created, job.rejected) == ("done", 1, 1)
    text = "".join(refused_lines(job))
    assert text.splitlines() == [
        "row,column,reason,Kunde,Name,E-Mail",
        "1,E-Mail,'nonsense' is not an e-mail address,c1,'=2+3,nonsense",
    ]
    (tmp_path / "mended.csv").write_text(text.replace(",nonsense", ",ada@example.com"))
    again = Import.objects.create(
        format="customers", source="shop", status="queued", mapping=mapping, file="mended.csv"
    )
    carry_out(again.pk)
    ada = Customer.objects.get(external_id="c1")
    assert (ada.name, ada.email) == ("=2+3", "ada@example.com")


def test_random_bytes_never_break_the_reader(tmp_path):
    dice = random.Random(7)
    path = tmp_path / "x.csv"
    for _ in range(60):
        path.write_bytes(b"a,b\n" + bytes(dice.choices(b'",;\n\r\x00a\xe9\xff\xd5\xbb ', k=300)))
        with suppress(ImportProblem):
            assert all(isinstance(row, dict) for row in rows_of(path))
