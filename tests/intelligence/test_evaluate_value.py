"""`manage.py evaluate value`: a period told from the one before; no database."""

import datetime as dt

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.core.management import CommandError, call_command

from tests.intelligence.tables import run

START = dt.datetime(2024, 1, 1)


def table(path, first=0, last=400, amount="amount_usd", n=600, seed=6):
    """Customers who stay or stop; of their purchases those from day `first` to `last`."""
    rng = np.random.default_rng(seed)
    rows = []
    for customer in range(n):
        day, rate = rng.uniform(0, 100), rng.gamma(1, 1 / 40)
        while day < 500:
            rows.append((f"c{customer}", day, int(rng.integers(1, 4)), float(rng.gamma(3, 10))))
            if rng.random() < 0.15:
                break
            day += rng.exponential(1 / rate)
    rows = [row for row in rows if first <= row[1] < last]
    names, days, units, values = zip(*rows, strict=True)
    dates = [START + dt.timedelta(days=int(day)) for day in days]
    columns = {"customer_id": names, "date": dates, "quantity": units, amount: values}
    pq.write_table(pa.table({name: list(values) for name, values in columns.items()}), path)
    return path


def refusal(*arguments):
    with pytest.raises(CommandError) as caught:
        call_command("evaluate", *[str(argument) for argument in arguments])
    assert caught.value.returncode == 2
    return str(caught.value)


def test_a_later_period_is_told_from_an_earlier_one(tmp_path):
    train = table(tmp_path / "train.parquet", 0, 300)
    later = table(tmp_path / "later.parquet", 300, 400)
    found = run("evaluate", "value", "--train", train, "--data", later)
    assert found["n"] == 600
    assert 95 <= found["horizon_days"] <= 100
    assert 0 < found["mae"] < 2
    assert found["correlation"] > 0.4
    assert found["value_correlation"] > 0.3
    assert found["bgnbd_correlation"] > 0.4
    assert found["median_mae"] < found["mae"] * 1.2
    assert 0.7 < found["orders_expected_by_real"] < 1.3
    assert found["orders_within_bounds"] > 0.75
    assert set(found["model"]) == {"r", "alpha", "a", "b"}


def test_what_lies_before_the_end_of_train_is_not_counted_again(tmp_path):
    train = table(tmp_path / "train.parquet", 0, 300)
    later = table(tmp_path / "later.parquet", 300, 400)
    both = table(tmp_path / "both.parquet", 0, 400)
    one = run("evaluate", "value", "--train", train, "--data", later)
    two = run("evaluate", "value", "--train", train, "--data", both)
    del one["rows_per_second"], two["rows_per_second"]
    assert one == two


def test_without_train_the_last_third_is_told(tmp_path):
    found = run("evaluate", "value", "--data", table(tmp_path / "a.parquet", amount="amount"))
    assert 125 <= found["horizon_days"] <= 135


def test_tables_that_cannot_be_used_are_one_line(tmp_path):
    train = table(tmp_path / "train.parquet", 0, 300)
    assert "no purchase after" in refusal("value", "--train", train, "--data", train)
    once = tmp_path / "once.csv"
    once.write_text("customer_id,date,quantity,amount\n1,2024-01-01,1,5\n2,2024-03-01,1,5\n")
    assert "too few customers" in refusal("value", "--data", once)
    bad = tmp_path / "bad.csv"
    bad.write_text("customer_id,date,quantity,amount\n1,soon,1,5\n")
    assert "bad.csv" in refusal("value", "--data", bad)
    assert "no column" in refusal("value", "--data", _without_amount(tmp_path))
    assert "--model" in refusal("value", "--data", train, "--model", "x")


def _without_amount(folder):
    path = folder / "no.csv"
    path.write_text("customer_id,date,quantity\n1,2024-01-01,1\n")
    return path
