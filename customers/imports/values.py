"""Reading one value of a row; each raises RowError with the column and the reason."""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any

from customers.imports.errors import RowError
from customers.imports.table import Adapted

INTEGER_LIMIT = 2**31 - 1
PRICE_LIMIT = Decimal(10**10)
CENTS = Decimal("0.0001")
EARLIEST_YEAR, LATEST_YEAR = 1970, 2200
TIME_FORMATS = ("%m/%d/%Y %H:%M", "%d.%m.%Y %H:%M", "%d.%m.%Y", "%Y/%m/%d %H:%M", "%Y/%m/%d")
LONE_BYTE = re.compile("[\ud800-\udfff]")  # what decoding leaves of a byte it cannot read
MILLISECONDS_FROM = 10**11  # a unix time beyond the year 5138 counts milliseconds


def text(row: dict[str, Any], column: str, *, most: int, required: bool = False) -> str:
    """Trimmed text of at most `most` characters; empty when there is none."""
    value = row.get(column)
    if value is None or (isinstance(value, float) and math.isnan(value)):
        value = ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    value = str(value).strip()
    if LONE_BYTE.search(value):
        raise RowError(column, "holds bytes that are no text in the file's encoding")
    if "\x00" in value:
        raise RowError(column, "holds a NUL character")
    if required and not value:
        raise RowError(column, "is empty")
    if len(value) > most:
        raise RowError(column, f"is longer than {most} characters")
    return value


def whole(row: dict[str, Any], column: str) -> int:
    """A whole number that fits the column."""
    value = row.get(column)
    try:
        number = Decimal(str(value).strip())
        if number != number.to_integral_value():
            raise InvalidOperation
    except (InvalidOperation, ValueError):
        raise RowError(column, f"{value!r} is not a whole number") from None
    if abs(number) > INTEGER_LIMIT:
        raise RowError(column, f"{value!r} is out of range")
    return int(number)


def amount(row: dict[str, Any], column: str) -> Decimal:
    """An amount of money with at most four decimals."""
    value = row.get(column)
    try:
        number = Decimal(str(value).strip()).quantize(CENTS)
    except InvalidOperation:
        raise RowError(column, f"{value!r} is not an amount") from None
    if not number.is_finite() or abs(number) > PRICE_LIMIT:
        raise RowError(column, f"{value!r} is out of range")
    return number


def moment(row: dict[str, Any], column: str, zone: tzinfo = UTC) -> datetime:
    """A time: ISO 8601, a unix time in seconds or milliseconds, or a usual local form."""
    value = row.get(column)
    found = _as_datetime(value)
    if found is None or not EARLIEST_YEAR <= found.year <= LATEST_YEAR:
        raise RowError(column, f"{value!r} is not a time")
    return found if found.tzinfo else found.replace(tzinfo=zone)


def _as_datetime(value: Any) -> datetime | None:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    words = str(value or "").strip()
    if words.replace(".", "", 1).isdigit():
        return _from_unix(float(words))
    try:
        return datetime.fromisoformat(words)
    except ValueError:
        return _from_usual_forms(words)


def _from_unix(seconds: float) -> datetime | None:
    if seconds > MILLISECONDS_FROM:
        seconds /= 1000
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _from_usual_forms(words: str) -> datetime | None:
    for form in TIME_FORMATS:
        try:
            return datetime.strptime(words, form)
        except ValueError:
            continue
    return None


YES = frozenset({"yes", "y", "true", "t", "1", "on", "subscribed", "是", "同意", "x"})
NO = frozenset(
    {"no", "n", "false", "f", "0", "off", "unsubscribed", "not_subscribed", "否", "不同意"}
)


def yes_or_no(row: dict[str, Any], column: str) -> bool | None:
    """Yes or no in the usual words; None where the cell is empty."""
    said = str(row.get(column) if row.get(column) is not None else "").strip().lower()
    if not said:
        return None
    if said not in YES | NO:
        raise RowError(column, f"{said!r} is neither yes nor no")
    return said in YES


def words(row: dict[str, Any], column: str, *, most: int, at_most: int) -> list[str]:
    """The words of a list: a list, or a text with commas or semicolons between them."""
    value = row.get(column)
    parts = value if isinstance(value, list) else re.split(r"[,;，；]", str(value or ""))
    read = [text({column: part}, column, most=most) for part in parts]
    found = list(dict.fromkeys(word for word in read if word))
    if len(found) > at_most:
        raise RowError(column, f"has more than {at_most} words")
    return found


def full_name(row: dict[str, Any]) -> str:
    """First and last name as one; Chinese names have the last name first, without a space."""
    first, last = (text(row, name, most=120) for name in ("first_name", "last_name"))
    if is_han(first + last):
        return last + first
    return f"{first} {last}".strip()


def is_han(name: str) -> bool:
    """Whether a name is written in Chinese characters."""
    return bool(name) and all("\u3400" <= char <= "\u9fff" or char == "·" for char in name)


def with_value(row: dict[str, Any], name: str, value: Any) -> dict[str, Any]:
    """The row with one value set, as a copy that still knows the row of the file."""
    if isinstance(row, Adapted):
        return Adapted({**row, name: value}, row.original, row.names)
    return {**row, name: value}
