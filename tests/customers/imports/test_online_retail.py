"""The rules by which lines of a till become orders, customers, products and charges."""

import csv
from decimal import Decimal
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from django.db.models import Sum

from customers.imports.errors import ImportProblem
from customers.imports.formats import FORMATS
from customers.imports.run import run_import
from customers.models import Customer, Order, OrderLine, Product

pytestmark = pytest.mark.django_db

COLUMNS = [
    "invoice_no",
    "stock_code",
    "description",
    "quantity",
    "invoice_time",
    "unit_price_gbp",
    "customer_id",
    "country",
]
REAL = Path(__file__).parents[4] / "shared/data/online_retail/transactions.parquet"


@pytest.fixture
def take_in(tmp_path, settings):
    """Imports rows given as overrides of one plain sale; gives the outcome."""
    settings.REJECTS_DIR = tmp_path / "rejects"

    def run(*rows, **options):
        plain = dict(
            zip(
                COLUMNS,
                [
                    "536365",
                    "85123A",
                    "WHITE HOLDER",
                    "6",
                    "2010-12-01 08:26:00",
                    "2.55",
                    "17850",
                    "United Kingdom",
                ],
                strict=True,
            )
        )
        path = tmp_path / "sales.csv"
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            writer.writerows(plain | row for row in rows)
        return run_import(FORMATS["online_retail"], path, "uk", **options)

    return run


def test_a_sale_becomes_an_order_of_a_customer_with_its_totals(take_in):
    outcome = take_in({}, {"stock_code": "71053", "description": "LANTERN", "quantity": "2"})
    assert (outcome.read, outcome.created, outcome.rejected) == (2, 2, 0)
    order = Order.objects.get()
    assert (order.number, order.kind, order.currency) == ("536365", "sale", "GBP")
    assert order.total == Decimal("20.40")
    assert order.placed_at.isoformat() == "2010-12-01T08:26:00+00:00"
    customer = Customer.objects.get()
    assert (customer.external_id, customer.order_count, customer.spent_total) == (
        "17850",
        1,
        Decimal("20.40"),
    )
    assert customer.is_pending


def test_summer_times_are_read_as_london_times(take_in):
    take_in({"invoice_time": "2011-07-01 12:00:00"})
    assert Order.objects.get().placed_at.isoformat() == "2011-07-01T11:00:00+00:00"


def test_a_cancelled_invoice_is_a_return_with_negative_totals(take_in):
    take_in({}, {"invoice_no": "C536379", "quantity": "-1"})
    returned = Order.objects.get(kind="return")
    assert (returned.total, returned.fulfilment) == (Decimal("-2.55"), "returned")
    customer = Customer.objects.get()
    assert (customer.order_count, customer.return_count) == (1, 1)
    assert customer.spent_total == Decimal("12.75")


def test_guests_have_no_customer(take_in):
    take_in({"customer_id": ""})
    assert Order.objects.get().customer is None
    assert not Customer.objects.exists()


@pytest.mark.parametrize("code", ["POST", "DOT", "M", "m", "BANK CHARGES", "gift_0001_20"])
def test_charges_are_lines_without_a_product(take_in, code):
    take_in({"stock_code": code, "quantity": "1", "unit_price_gbp": "18"})
    assert OrderLine.objects.get().kind == "charge"
    assert not Product.objects.exists()
    assert Order.objects.get().charges_total == 18


def test_repeated_rows_stay_lines_of_their_own(take_in):
    take_in({}, {})
    assert OrderLine.objects.count() == 2
    assert Order.objects.get().total == Decimal("30.60")


def test_a_line_of_price_zero_is_a_free_item_of_a_customer(take_in):
    assert take_in({"unit_price_gbp": "0"}).created == 1


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ({"unit_price_gbp": "0", "customer_id": ""}, "unit_price_gbp", "a movement of stock"),
        ({"unit_price_gbp": "-1"}, "unit_price_gbp", "negative price"),
        ({"quantity": "0"}, "quantity", "is zero"),
        ({"quantity": "six"}, "quantity", "'six' is not a whole number"),
        ({"quantity": "99999999999"}, "quantity", "out of range"),
        ({"unit_price_gbp": "1e99"}, "unit_price_gbp", "not an amount"),
        ({"invoice_time": "soon"}, "invoice_time", "'soon' is not a time"),
        ({"stock_code": ""}, "stock_code", "is empty"),
        ({"description": "x" * 301}, "description", "longer than 300"),
    ],
)
def test_a_bad_row_is_rejected_with_its_reason_and_the_rest_goes_in(take_in, row, column, reason):
    outcome = take_in({}, row, {})
    assert (outcome.created, outcome.rejected) == (2, 1)
    with open(outcome.rejects_file, newline="") as file:
        (rejected,) = csv.DictReader(file)
    assert (rejected["row"], rejected["column"]) == ("2", column)
    assert reason in rejected["reason"]
    assert rejected["invoice_no"] == "536365"


def test_a_mended_rejects_file_can_be_taken_in(take_in):
    outcome = take_in({"quantity": "six"})
    path = Path(outcome.rejects_file)
    path.write_text(path.read_text().replace(",six,", ",6,"))
    again = run_import(FORMATS["online_retail"], path, "uk")
    assert (again.created, again.rejected) == (1, 0)


def test_a_mended_row_joins_the_lines_that_its_order_has_already(take_in):
    outcome = take_in({}, {"stock_code": "22", "quantity": "six"}, {"stock_code": "POST"})
    path = Path(outcome.rejects_file)
    path.write_text(path.read_text().replace(",six,", ",6,"))
    counts = [run_import(FORMATS["online_retail"], path, "uk").created for _ in range(2)]
    assert counts == [1, 0]
    lines = OrderLine.objects.order_by("position").values_list("position", "product__external_id")
    assert list(lines) == [(1, "85123A"), (2, None), (3, "22")]
    assert Order.objects.get().total == Decimal("45.90")


def test_a_rejected_row_beyond_the_first_batch_keeps_its_number(take_in, monkeypatch):
    monkeypatch.setattr("customers.imports.files.BATCH_ROWS", 2)
    outcome = take_in({}, {}, {}, {}, {"quantity": "six"})
    with open(outcome.rejects_file, newline="") as file:
        assert [row["row"] for row in csv.DictReader(file)] == ["5"]


def test_the_same_file_again_changes_nothing_and_asks_for_no_analysis(take_in):
    rows = [{}, {"stock_code": "POST"}, {"invoice_no": "C5", "quantity": "-1"}, {"customer_id": ""}]
    take_in(*rows)
    Customer.objects.update(analysed_at="2026-01-01T00:00Z")
    before = list(Order.objects.order_by("pk").values_list("updated_at", "total"))
    again = take_in(*rows)
    assert (again.created, again.updated, again.unchanged) == (0, 0, 4)
    assert list(Order.objects.order_by("pk").values_list("updated_at", "total")) == before
    assert not Customer.objects.pending().exists()


def test_a_changed_line_updates_the_order_and_its_customer(take_in):
    take_in({})
    Customer.objects.update(analysed_at="2026-01-01T00:00Z")
    outcome = take_in({"quantity": "1"})
    assert (outcome.updated, outcome.created) == (1, 0)
    assert Order.objects.get().total == Decimal("2.55")
    assert Customer.objects.get().is_pending


def test_a_products_name_is_its_most_frequent_one_and_its_price_the_latest(take_in):
    take_in(
        {"description": "HOLDER", "invoice_no": "1"},
        {
            "description": "HOLDER",
            "invoice_no": "2",
            "unit_price_gbp": "9",
            "invoice_time": "2011-05-01 10:00:00",
        },
        {"description": "wrong", "invoice_no": "3", "unit_price_gbp": "1"},
    )
    product = Product.objects.get()
    assert (product.name, product.price) == ("HOLDER", 9)


def test_a_dry_run_counts_and_changes_nothing(take_in):
    assert take_in({}, dry_run=True).created == 1
    assert not Order.objects.exists()


def test_missing_columns_are_named_with_those_that_were_found(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("invoice_no,when\n1,2\n")
    with pytest.raises(ImportProblem, match=r"stock_code.*found: invoice_no, when"):
        run_import(FORMATS["online_retail"], path, "uk")


def test_a_merge_that_fails_leaves_nothing_half(take_in, monkeypatch):
    from customers.imports import order_lines

    monkeypatch.setattr(order_lines, "SURPLUS_LINES", "SELECT 1 / 0")
    with pytest.raises(Exception, match="division by zero"):
        take_in({})
    assert not Customer.objects.exists()


@pytest.mark.skipif(not REAL.is_file(), reason="needs the shared online_retail data")
def test_a_real_month_has_the_totals_that_the_file_adds_up_to(tmp_path, settings):
    settings.REJECTS_DIR = tmp_path
    table = pq.read_table(REAL).slice(0, 42_000)
    path = tmp_path / "month.parquet"
    pq.write_table(table, path)
    outcome = run_import(FORMATS["online_retail"], path, "uk")
    kept = table.filter(
        pc.invert(
            pc.and_(pc.less_equal(table["unit_price_gbp"], 0), pc.is_null(table["customer_id"]))
        )
    )
    expected = pc.sum(pc.multiply(kept["quantity"], kept["unit_price_gbp"])).as_py()
    assert outcome.created == kept.num_rows
    assert float(Order.objects.aggregate(n=Sum("total"))["n"]) == pytest.approx(expected, abs=0.01)
    assert (
        Customer.objects.count()
        == pc.count_distinct(kept["customer_id"], mode="only_valid").as_py()
    )
