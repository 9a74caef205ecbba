"""Rows made from a seed are as the public ones: the benchmarks run without any download."""

from statistics import median

import pytest
from django.db import connection

from benchmarks.samples import reviews, transactions
from benchmarks.samples.large_shop import Size, fill
from benchmarks.samples.rows import multiply
from benchmarks.samples.tickets import ticket
from customers.imports.formats import format_named
from customers.imports.run import run_import
from customers.models import (
    Company,
    Customer,
    Message,
    Order,
    Product,
    Review,
    Task,
    Ticket,
)
from tests.factories import ProductFactory


@pytest.fixture
def no_public_data(monkeypatch):
    for module in (transactions, reviews):
        monkeypatch.setattr(module, "public_file", lambda name: None)


def shares(table):
    rows = table.to_pylist()
    return {
        "guests": sum(row["customer_id"] is None for row in rows) / len(rows),
        "free": sum(row["unit_price_gbp"] == 0 for row in rows) / len(rows),
        "lines": len(rows) / len({row["invoice_no"] for row in rows}),
    }


def test_made_transactions_have_the_proportions_of_the_public_ones():
    table = transactions.generated(50_000)
    found = shares(table)
    assert table.num_rows == 50_000
    assert found["guests"] == pytest.approx(transactions.GUEST_SHARE, abs=0.05)
    assert found["free"] == pytest.approx(transactions.FREE_SHARE, abs=0.002)
    assert 15 < found["lines"] < 35


def test_the_same_seed_makes_the_same_rows():
    assert transactions.generated(500).equals(transactions.generated(500))
    assert reviews.generated(50) == reviews.generated(50)


def test_made_reviews_are_as_long_as_the_public_ones():
    lengths = [len(f"{row['title']} {row['text']}".split()) for row in reviews.generated(2_000)]
    assert median(lengths) == pytest.approx(58, abs=4)
    assert min(lengths) >= 3
    assert max(lengths) <= 2_050


@pytest.mark.django_db
def test_the_importer_takes_made_transactions(tmp_path):
    path = tmp_path / "made.parquet"
    transactions.pq.write_table(transactions.generated(2_000), path)
    outcome = run_import(format_named("online_retail"), path, "made")
    assert outcome.read == 2_000
    assert outcome.created == 2_000 - outcome.rejected
    assert outcome.rejected < 40
    assert run_import(format_named("online_retail"), path, "made").unchanged == outcome.created


@pytest.mark.django_db
def test_the_importer_takes_made_reviews(tmp_path, no_public_data):
    sample = reviews.reviews(tmp_path, 200)
    assert sample.description == "200 made reviews"
    outcome = run_import(format_named("reviews"), sample.path, "made")
    assert (outcome.created, outcome.rejected) == (200, 0)
    assert Review.objects.count() == 200


@pytest.mark.django_db
def test_copies_of_a_row_differ_where_they_are_told_to():
    made = ProductFactory(name="Lantern", category="Lighting")
    multiply(made, 3, name="'Lantern ' || n")
    rows = Product.objects.order_by("pk").values_list("name", "category")
    assert list(rows)[1:] == [(f"Lantern {n}", "Lighting") for n in (1, 2, 3)]


@pytest.mark.django_db
def test_a_column_that_is_not_there_is_named():
    made = ProductFactory()
    with pytest.raises(ValueError, match="Product has no colour"):
        multiply(made, 3, colour="'red'")
    assert Product.objects.count() == 1


@pytest.mark.django_db
def test_a_filled_shop_has_its_rows_and_none_of_the_copies_waits_to_be_read():
    fill(Size(customers=40, orders=120, messages=40))
    assert (Customer.objects.count(), Order.objects.count()) == (41, 121)
    assert (Ticket.objects.count(), Message.objects.count(), Review.objects.count()) == (21, 41, 21)
    for model in (Customer, Product, Review, Message):
        assert model.objects.pending().count() == 1
    assert Customer.objects.exclude(suggested_segment=None).count() == 40
    assert Company.objects.count() == Customer.objects.exclude(company="").count() == 4
    assert Task.objects.count() == 6


@pytest.mark.django_db
def test_filling_a_shop_leaves_every_index_as_it_was():
    def indexes():
        with connection.cursor() as cursor:
            cursor.execute("SELECT indexname FROM pg_indexes WHERE schemaname = 'public'")
            return sorted(row for (row,) in cursor.fetchall())

    before = indexes()
    fill(Size(customers=10, orders=30, messages=10))
    assert len(before) > 100
    assert indexes() == before


def test_tickets_differ_from_one_another():
    said = [tuple(ticket(number).values()) for number in range(60)]
    assert len(set(said)) == 60
    assert ticket(0) == {
        "subject": "Where is my parcel?",
        "body": "I ordered 2 days ago and the tracking page has not moved since.",
    }
