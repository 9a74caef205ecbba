"""How fast a year of a shop's transactions and a million customers come in, what memory that
takes, and whether bad files and killed workers leave the records as they should be.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from django.conf import settings
from django.db import connection

from benchmarks.instruments.hostile_imports import bad_files, killed_worker
from benchmarks.instruments.process_memory import growth
from benchmarks.instruments.product import database
from benchmarks.instruments.report import Report, Target
from benchmarks.instruments.timing import seconds_of
from benchmarks.samples.doubles import persons
from benchmarks.samples.hostile_files import DIALECTS
from benchmarks.samples.transactions import ROWS, transactions
from customers.imports.formats import format_named
from customers.imports.run import Outcome, run_import
from customers.imports.table import BATCH_ROWS

SMALL_ROWS = 20_000
TARGETS = (
    Target("seconds", "at_most", 60),
    Target("memory_growth_mb", "at_most", 300),
    Target("changed_by_second_import", "at_most", 0),
    Target("customers_seconds", "at_most", 150),
    Target("customers_memory_growth_mb", "at_most", 300),
    Target("bad_files_told_exactly", "at_least", len(DIALECTS)),
    Target("bad_files_whole_once_mended", "at_least", len(DIALECTS)),
    Target("bad_files_slowest_seconds", "at_most", 120),
    Target("bad_files_memory_growth_mb", "at_most", 300),
    Target("killed_differs_from_whole", "at_most", 0),
    Target("killed_duplicates", "at_most", 0),
    Target("killed_changed_by_same_file", "at_most", 0),
)
CUSTOMERS, SMALL_CUSTOMERS = 1_000_000, 20_000
PEER = "a COPY of the same rows, unchecked, into one table without index"


def measure(*, small: bool = False) -> Report:
    """Import into an empty shop, import again, then copy the rows plainly."""
    sample = transactions(settings.VAR_DIR, SMALL_ROWS if small else ROWS)
    with database():
        with growth() as grown:
            first = _imported(sample.path)
            second = _imported(sample.path)
        plain = seconds_of(lambda: plain_copy(sample.path))
    many = customers(SMALL_CUSTOMERS if small else CUSTOMERS)
    with database():
        faults = faults_of(small=small)
    return Report(
        benchmark="imports",
        sample=sample.description,
        peer=PEER,
        figures=figures(first, second, plain, grown.mb, many, faults),
        targets=TARGETS,
        small=small,
    )


def faults_of(*, small: bool) -> dict[str, Any]:
    """Bad files in every dialect, and an import whose workers are killed."""
    with growth() as grown:
        bad = bad_files(400 if small else 100_000)
    killed = killed_worker(*((8_000, 1) if small else (100_000, 10)))
    return {**bad, "bad_files_memory_growth_mb": grown.mb, **killed}


def figures(
    first: Outcome,
    second: Outcome,
    plain: float,
    grown_mb: float | None,
    many: tuple[Outcome, float | None],
    faults: Mapping[str, Any],
) -> Any:
    """The two imports beside the plain copy, that of many customers with its memory, and what
    bad files and killed workers left.
    """
    customers, customers_mb = many
    return {
        "rows": first.read,
        "rejected": first.rejected,
        "seconds": round(first.seconds, 2),
        "rows_per_second": round(first.read / first.seconds),
        "second_import_seconds": round(second.seconds, 2),
        "changed_by_second_import": second.created + second.updated,
        "memory_growth_mb": grown_mb,
        "peer_seconds": round(plain, 2),
        "times_the_peer": round(first.seconds / plain, 2),
        "customers": customers.created,
        "customers_seconds": round(customers.seconds, 1),
        "customers_per_second": round(customers.created / customers.seconds),
        "customers_memory_growth_mb": customers_mb,
        **faults,
    }


def customers(count: int) -> tuple[Outcome, float | None]:
    """So many customers by CSV, each written down in the journal; the memory that took."""
    path = Path(settings.VAR_DIR, f"customers-{count}.csv")
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "name", "email", "phone", "company", "language", "country", "city"])
        writer.writerows(
            (one.person, one.name, one.email, one.phone, one.company, "en", one.country, one.city)
            for one in persons(count)
        )
    with database(), growth() as grown:
        outcome = run_import(format_named("customers"), path, "benchmark")
    path.unlink()
    return outcome, grown.mb


def plain_copy(path: Path) -> int:
    """Copy the rows of the file as they are; returns how many there were."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE plain_copy (invoice text, code text, description text, "
            "quantity integer, at timestamp, price float, customer bigint, country text)"
        )
        with cursor.copy("COPY plain_copy FROM STDIN") as copy:
            for batch in pq.ParquetFile(path).iter_batches(BATCH_ROWS):
                for row in batch.to_pylist():
                    copy.write_row(tuple(row.values()))
        cursor.execute("SELECT count(*) FROM plain_copy")
        return cursor.fetchone()[0]


def _imported(path: Path) -> Outcome:
    return run_import(format_named("online_retail"), path, "benchmark")
