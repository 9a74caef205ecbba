"""A till's transactions: the public Online Retail file, or as many lines made from a seed.

`python -m benchmarks.samples.transactions PATH ROWS` writes them, in a process of its
own: what making them takes must not stand in the figures of importing them.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from benchmarks.samples.public import public_file

PUBLIC = "online_retail/transactions.parquet"
ROWS = 431_673
SEED = 20_101_201

# Quantiles of the public file: lines an invoice at these shares of the invoices.
SHARES = (0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 1.0)
LINES = (1, 1, 2, 10, 23, 45, 188, 1114)
CUSTOMERS, PRODUCTS, COUNTRIES = 4_010, 3_990, 38
GUEST_SHARE, RETURN_SHARE, CHARGE_SHARE, FREE_SHARE = 0.25, 0.15, 0.004, 0.005
CHARGES = ("POST", "DOT", "M", "BANK CHARGES")
COLOURS = ("RED", "WHITE", "BLUE", "IVORY", "PINK", "GREEN", "VINTAGE", "SILVER", "ROSE", "RETRO")
GOODS = ("T-LIGHT HOLDER", "LUNCH BAG", "CAKE TIN", "HEART WREATH", "TEA TOWEL", "PAPER CHAIN")
FORMS = ("SET OF 6", "HANGING", "SMALL", "LARGE", "PACK OF 12", "WOODEN", "METAL", "GLASS")
START, SPAN_MINUTES = np.datetime64("2010-12-01T08:26"), 334 * 24 * 60


@dataclass(frozen=True, slots=True)
class Sample:
    """A file to measure on, and in words what it is."""

    path: Path
    description: str


def transactions(folder: Path, rows: int = ROWS) -> Sample:
    """A file of so many lines: the public one, cut where fewer are wanted, or a made one."""
    public = public_file(PUBLIC)
    if public and rows == ROWS:
        return Sample(public, f"{rows:,} lines of Online Retail")
    path = folder / "transactions.parquet"
    command = [sys.executable, "-m", __name__, str(path), str(rows)]
    subprocess.run(command, check=True)
    origin = "of Online Retail" if public else f"made from seed {SEED}"
    return Sample(path, f"{rows:,} lines {origin}")


def generated(rows: int, seed: int = SEED) -> pa.Table:
    """So many lines with the columns and proportions of the public file."""
    rng = np.random.default_rng(seed)
    invoice = _invoice_of_line(rng, rows)
    count = int(invoice[-1]) + 1
    returned = rng.random(count) < RETURN_SHARE
    guest = rng.random(count) < GUEST_SHARE
    customer = _skewed(rng, count, CUSTOMERS) + 12_346
    minutes = np.sort(rng.integers(0, SPAN_MINUTES, count)).astype("timedelta64[m]")
    country = np.where(rng.random(count) < 0.9, 0, rng.integers(0, COUNTRIES, count))
    product = _skewed(rng, rows, PRODUCTS)
    quantity = rng.geometric(0.12, rows)
    return pa.table(
        {
            "invoice_no": _invoice_numbers(returned)[invoice],
            "stock_code": _stock_codes(rng, product),
            "description": _descriptions()[product],
            "quantity": pa.array(np.where(returned[invoice], -quantity, quantity), pa.int32()),
            "invoice_time": (START + minutes).astype("datetime64[us]")[invoice],
            "unit_price_gbp": _prices(rng, product),
            "customer_id": pa.array(customer[invoice], pa.int64(), mask=guest[invoice]),
            "country": _countries()[country[invoice]],
        }
    )


def _invoice_of_line(rng: np.random.Generator, rows: int) -> NDArray[np.int64]:
    """The number of the invoice, from 0, that each line belongs to."""
    sizes = np.interp(rng.random(rows), SHARES, LINES).astype(np.int64)
    return np.repeat(np.arange(rows), sizes)[:rows]


def _skewed(rng: np.random.Generator, size: int, kinds: int) -> NDArray[np.int64]:
    """Numbers below `kinds`, low ones far more often, as bestsellers are."""
    return (kinds * rng.random(size) ** 2.5).astype(np.int64)


def _invoice_numbers(returned: NDArray[np.bool_]) -> NDArray[np.object_]:
    numbers = np.char.mod("%d", 536_365 + np.arange(len(returned)))
    return np.where(returned, np.char.add("C", numbers), numbers).astype(object)


def _stock_codes(rng: np.random.Generator, product: NDArray[np.int64]) -> NDArray[np.object_]:
    codes = np.char.mod("%d", 10_002 + product).astype(object)
    charged = rng.random(len(product)) < CHARGE_SHARE
    codes[charged] = rng.choice(np.array(CHARGES, object), charged.sum())
    return codes


def _descriptions() -> NDArray[np.object_]:
    """One for each product."""
    names = [f"{form} {colour} {good}" for form in FORMS for colour in COLOURS for good in GOODS]
    return np.array([f"{names[n % len(names)]} {n // len(names)}" for n in range(PRODUCTS)], object)


def _prices(rng: np.random.Generator, product: NDArray[np.int64]) -> NDArray[np.float64]:
    listed = np.round(np.exp(np.random.default_rng(SEED).normal(0.9, 0.9, PRODUCTS)), 2) + 0.01
    return np.where(rng.random(len(product)) < FREE_SHARE, 0.0, listed[product])


def _countries() -> NDArray[np.object_]:
    return np.array(["United Kingdom", *(f"Country {n}" for n in range(1, COUNTRIES))], object)


def write(path: Path, rows: int) -> None:
    """Write so many lines to a parquet file."""
    public = public_file(PUBLIC)
    table = pq.read_table(public).slice(0, rows) if public else generated(rows)
    pq.write_table(table, path)


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]))
