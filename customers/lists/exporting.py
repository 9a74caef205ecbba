"""Writing an export: rows stream from the database into a file, a chunk at a time."""

from __future__ import annotations

import csv
import datetime as dt
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import xlsxwriter
from django.core.files import File
from django.utils import timezone

from customers.admin.csv_export import BYTE_ORDER_MARK, cell
from customers.audit.recording import TellAudit, Via
from customers.custom_fields.forms import PREFIX
from customers.lists.columns import ALWAYS, chosen, customer_columns
from customers.lists.rows import customers_of
from customers.models import Export, hidden_fields

CHUNK_ROWS = 2000
NOTE_EVERY_SECONDS = 0.5
KEPT_DAYS = 30  # a file holds personal data, and is forgotten by then
MOST_FORGOTTEN = 1000
MOST_IN_SHEET = 1_048_575  # what a sheet of Excel holds below its header

Write = Callable[[Sequence[Any]], None]


def write_file(export: Export) -> None:
    """Write the file of an export, with its progress; a cancelled one keeps no file.

    The rights and rows are those of whoever asked, at the time of writing.
    """
    rows = customers_of(export.query, export.created_by)
    export.rows_total = rows.count()
    export.save(update_fields=["rows_total"])
    hidden = hidden_fields(export.created_by, "customer")
    names = [name for name in header(export.columns) if name not in hidden]
    with TemporaryDirectory() as folder:
        path = Path(folder, export.file_name)
        with SHEETS[export.format](path) as write:
            write(names)
            is_whole = _write_rows(export, rows, names, write)
        if is_whole:
            with path.open("rb") as written:
                export.file.save(export.file_name, File(written), save=False)
            export.save(update_fields=["file", "row_count"])


def forget_old_files() -> int:
    """Delete the files of exports that ended `KEPT_DAYS` days ago; how many those were."""
    until = timezone.now() - dt.timedelta(days=KEPT_DAYS)
    old = Export.objects.filter(finished_at__lt=until).exclude(file="").order_by("finished_at")
    forgotten = list(old[:MOST_FORGOTTEN])
    for export in forgotten:
        export.file.delete(save=False)
        export.save(update_fields=["file"])
    return len(forgotten)


def header(keys: Sequence[str]) -> list[str]:
    """The names of an export's columns: what the API and files of imports call them."""
    paths = [path for column in chosen(customer_columns(), keys) for path in column.paths]
    return list(dict.fromkeys([*ALWAYS, *paths]))


def _write_rows(export: Export, rows: Any, names: Sequence[str], write: Write) -> bool:
    """Whether all rows were written; not when it was cancelled meanwhile."""
    custom = [name.removeprefix(PREFIX) for name in names if name.startswith(PREFIX)]
    plain = [name for name in names if not name.startswith(PREFIX)]
    read = [*plain, "custom"] if custom else plain
    most = MOST_IN_SHEET if export.format == Export.Format.XLSX else None
    noted_at = time.monotonic()
    done = 0
    told = TellAudit(Via.EXPORT, "customer", by=export.created_by, ledger=("export", export.pk))
    for pk, *values in rows.order_by("pk").values_list("pk", *read)[:most].iterator(CHUNK_ROWS):
        told.add(pk)
        kept = values[-1] if custom else {}
        own = [kept.get(key) for key in custom]
        write([*values[: len(plain)], *own])
        done += 1
        if done % CHUNK_ROWS == 0 and time.monotonic() - noted_at >= NOTE_EVERY_SECONDS:
            noted_at = time.monotonic()
            if not export.note(done):
                return False
    told.end()
    return export.note(done)


@contextmanager
def _csv(path: Path) -> Iterator[Write]:
    with path.open("w", encoding="utf-8", newline="") as written:
        written.write(BYTE_ORDER_MARK)
        writer = csv.writer(written)
        yield lambda values: writer.writerow([cell(value) for value in values])


@contextmanager
def _xlsx(path: Path) -> Iterator[Write]:
    """A workbook that is written row by row, so that its size needs no memory."""
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "remove_timezone": True})
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)
    as_time = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    at = 0

    def write(values: Sequence[Any]) -> None:
        nonlocal at
        for column, value in enumerate(values):
            if isinstance(value, bool) or value is None:
                sheet.write_string(at, column, cell(value))
            elif isinstance(value, int | float | Decimal):
                sheet.write_number(at, column, float(value))
            elif isinstance(value, dt.datetime):
                sheet.write_datetime(at, column, timezone.localtime(value), as_time)
            else:
                sheet.write_string(at, column, cell(value))
        at += 1

    yield write
    book.close()


SHEETS: Mapping[str, Callable[[Path], AbstractContextManager[Write]]] = {
    Export.Format.CSV: _csv,
    Export.Format.XLSX: _xlsx,
}
