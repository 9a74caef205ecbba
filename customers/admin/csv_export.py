"""Rows as CSV for spreadsheets: streamed, and harmless to whoever opens the file.

A spreadsheet runs a cell that begins like a formula. Such a cell, and such a line within
a cell, gets an apostrophe in front. A text that has one already gets another, so that
taking one away always gives the text back. Plain numbers stay numbers.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.http import StreamingHttpResponse

CHUNK_ROWS = 2000
BYTE_ORDER_MARK = "\ufeff"  # without it Excel takes UTF-8 for a code page of its own

PLAIN_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_BLANK = r"(?:[^\S\r\n]|[\x00-\x08\x0e-\x1f\u200b-\u200f\u2060\ufeff])"
FORMULA = re.compile(rf"(^|[\r\n])(?='*{_BLANK}*[=+\-@＝＋－＠\t\r])")


def guarded(text: str) -> str:
    """The text with nothing in it that a spreadsheet would run."""
    return text if PLAIN_NUMBER.fullmatch(text) else FORMULA.sub(r"\1'", text)


def cell(value: Any) -> str:
    """A value as the text of a cell: ISO 8601 times, lists joined by "; ", null empty."""
    return guarded(_text(value))


def csv_response(
    rows: models.QuerySet, columns: Sequence[str], filename: str
) -> StreamingHttpResponse:
    """These columns of the rows, read and sent a chunk at a time.

    A column is named by its path, such as `customer__email`; the header says the same.
    """
    response = StreamingHttpResponse(_lines(rows, columns), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


def _lines(rows: models.QuerySet, columns: Sequence[str]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield BYTE_ORDER_MARK + writer.writerow(columns)
    for values in rows.values_list(*columns).iterator(chunk_size=CHUNK_ROWS):
        yield writer.writerow([cell(value) for value in values])


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
