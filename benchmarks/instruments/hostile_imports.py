"""Whether imports survive bad files, and workers that are killed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from benchmarks.samples.hostile_files import DIALECTS, Dialect, mended, write_file
from customers.imports.formats import format_named
from customers.imports.rejects import refused_lines
from customers.imports.run import run_import
from customers.models import Customer, Import

CHECKSUM = """
    SELECT count(*), count(DISTINCT external_id),
        md5(string_agg(concat_ws('|', external_id, name, email, phone, marketing_consent), ','
        ORDER BY external_id)) FROM customers_customer
"""
EMPTY = "TRUNCATE customers_customer, customers_company, customers_import CASCADE"
MOST_WORKERS = 60


def bad_files(rows: int) -> dict[str, Any]:
    """Each dialect with so many rows: how many files had each row in or told with its column
    and reason, how many came in whole once mended, and the slowest.
    """
    told, back, slowest = 0, 0, 0.0
    for dialect in DIALECTS:
        is_told, is_back, seconds = bad_file(dialect, rows)
        told, back, slowest = told + is_told, back + is_back, max(slowest, seconds)
    return {
        "bad_files": len(DIALECTS),
        "bad_files_rows": rows,
        "bad_files_told_exactly": told,
        "bad_files_whole_once_mended": back,
        "bad_files_slowest_seconds": round(slowest, 1),
    }


def bad_file(dialect: Dialect, rows: int) -> tuple[bool, bool, float]:
    """One file: whether all its rows are in or told, whether all are once mended; seconds."""
    path = Path(settings.VAR_DIR, "bad-rows.csv")
    bad = write_file(path, dialect, rows)
    _empty()
    first = run_import(format_named("customers"), path, "benchmark")
    job = Import.objects.latest("pk")
    told = {number: column for number, column, why in _refused(job) if why}
    exact = (first.read, first.created, first.rejected) == (rows, rows - len(bad), len(bad))
    path.write_text("".join(mended(refused_lines(job))), encoding="utf-8")
    run_import(format_named("customers"), path, "benchmark")
    path.unlink()
    return exact and told == bad, Customer.objects.count() == rows, first.seconds


def _refused(job: Import) -> Any:
    return job.refused_rows.values_list("number", "column", "reason")


def killed_worker(rows: int, kills: int) -> dict[str, Any]:
    """An import whose workers are killed so many times, beside one that is left in peace."""
    path = Path(settings.VAR_DIR, "killed.csv")
    write_file(path, DIALECTS[0], rows)
    _empty()
    job = Import.objects.create(
        file=str(path), file_name=path.name, format="customers", source="benchmark", status="queued"
    )
    done = _worked(job, kills)
    killed = _checksum()
    _empty()
    run_import(format_named("customers"), path, "benchmark")
    again = run_import(format_named("customers"), path, "benchmark")
    whole = _checksum()
    path.unlink()
    return {
        "killed_rows": rows,
        "killed_times": done,
        "killed_differs_from_whole": int(killed != whole),
        "killed_duplicates": killed[0] - killed[1],
        "killed_changed_by_same_file": again.created + again.updated,
    }


def _worked(job: Import, kills: int) -> int:
    """Have workers do it, of which so many are killed at any moment; how many were."""
    dice, done = random.Random(25), 0  # when to kill, no secret
    for _ in range(MOST_WORKERS):
        worker = _worker()
        seen = job.read
        while worker.poll() is None:
            time.sleep(0.01)
            job.refresh_from_db(fields=["read", "status"])
            if done < kills and job.read > seen and not job.is_finished:
                time.sleep(dice.random() * 0.3)
                os.kill(worker.pid, signal.SIGKILL)
                done += 1
                break
        worker.wait()
        job.refresh_from_db()
        if job.is_finished:
            break
    return done


def _worker() -> subprocess.Popen[bytes]:
    parts = connection.get_connection_params()
    address = f"postgres://{parts['user']}@/{parts['dbname']}?host={parts.get('host', '')}"
    return subprocess.Popen(
        [sys.executable, "-m", "benchmarks.instruments.import_worker"],
        cwd=settings.BASE_DIR,
        env=os.environ | {"DATABASE_URL": address},
        stderr=subprocess.DEVNULL,
    )


def _checksum() -> tuple[int, int, str]:
    with connection.cursor() as cursor:
        cursor.execute(CHECKSUM)
        return cursor.fetchone()


def _empty() -> None:
    """An empty shop: whatever refers to customers goes too, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(EMPTY)
