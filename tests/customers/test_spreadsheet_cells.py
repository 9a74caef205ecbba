"""Nothing that a spreadsheet would run stands in a file of ours, and nothing is lost by it."""

import csv
from pathlib import Path
from types import SimpleNamespace

import pytest

from customers.imports.formats import FORMATS
from customers.imports.run import run_import
from customers.models import Customer
from customers.spreadsheet_cells import guarded, unguarded
from customers.views.plots import _as_csv

FORMULAS = ["=1+1", "+cmd|'x'!A0", "-2+3", "@SUM(1)", " =1", "\u200b=1", "'=1", "a\n=1", "\t=1"]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_is_told_as_text_and_comes_back(text):
    assert guarded(text) != text
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize("text", ["-5", "+1.5e3", "Anna", "'tis the season", "", "a=b"])
def test_numbers_and_other_texts_stay_as_they_are(text):
    assert guarded(text) == text
    assert unguarded(text) == text


def test_the_data_of_a_plot_hold_no_formula_of_a_product_name():
    drawn = SimpleNamespace(rows=[{"product": "=1+1", "n": -3, "_key": 1}], columns=())
    assert _as_csv(drawn).splitlines() == ["product,n", "'=1+1,-3"]


@pytest.mark.django_db
def test_refused_rows_run_nothing_and_come_back_as_they_were(tmp_path, settings):
    settings.REJECTS_DIR = tmp_path / "rejects"
    path = tmp_path / "customers.csv"
    path.write_text('id,name,=evil()\n,"=HYPERLINK(""x"")",@1\n', encoding="utf-8")
    rejects = Path(run_import(FORMATS["customers"], path, "shop").rejects_file)
    with rejects.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["row", "column", "reason", "id", "name", "'=evil()"]
    assert rows[1][4:] == ['\'=HYPERLINK("x")', "'@1"]

    rows[1][3] = "c1"
    mended = tmp_path / "mended.csv"
    with mended.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    assert run_import(FORMATS["customers"], mended, "shop").created == 1
    assert Customer.objects.get().name == '=HYPERLINK("x")'


def test_numbers_stay_numbers():
    assert [guarded(said) for said in ("-5", "+4.50", "1e5", "-0.001")] == [
        *("-5", "+4.50", "1e5", "-0.001")
    ]
