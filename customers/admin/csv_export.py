"""Rows as CSV for spreadsheets: streamed, and harmless to whoever opens the file."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.http import StreamingHttpResponse

from customers.audit.recording import TellAudit, Via
from customers.spreadsheet_cells import guarded

CHUNK_ROWS = 2000
BYTE_ORDER_MARK = "\ufeff"  # without it Excel takes UTF-8 for a code page of its own


def cell(value: Any) -> str:
    """A value as the text of a cell: ISO 8601 times, lists joined by "; ", null empty."""
    return guarded(_text(value))


def csv_response(
    request: Any, rows: models.QuerySet, columns: Sequence[str], filename: str, subject: str = "pk"
) -> StreamingHttpResponse:
    """These columns of the rows, read and sent a chunk at a time, and noted in the audit.

    A column is named by its path, such as `customer__email`; the header says the same.
    `subject` is the path to the record that the audit names: of rows about customers, theirs.
    """
    field = rows.model._meta.get_field(subject.removesuffix("_id")) if subject != "pk" else None
    kind = field.related_model if field is not None else rows.model
    told = TellAudit(
        Via.EXPORT,
        kind._meta.model_name,
        by=request.user,
        route=request.resolver_match.view_name,
        ledger=("", None),
    )
    lines = _lines(rows, (subject, *columns), told)
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


def _lines(rows: models.QuerySet, columns: Sequence[str], told: TellAudit) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield BYTE_ORDER_MARK + writer.writerow(columns[1:])
    try:
        for pk, *values in rows.values_list(*columns).iterator(chunk_size=CHUNK_ROWS):
            if isinstance(pk, int):
                told.add(pk)
            yield writer.writerow([cell(value) for value in values])
    finally:
        told.end()  # also of a file that the reader did not take to its end


class _Echo:
    """A file for `csv.writer` that hands each line straight back."""

    def write(self, line: str) -> str:
        return line


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case Decimal():
            return f"{value:f}"
        case dt.datetime() | dt.date():
            return value.isoformat()
        case list():
            return "; ".join(_text(item) for item in value)
        case dict():
            return DjangoJSONEncoder(ensure_ascii=False).encode(value)
    return str(value)
