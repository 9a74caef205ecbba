"""What a webhook tells, whatever shop system it is of: a record, as rows of the importer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.timezone import get_default_timezone, is_naive, make_aware

from customers.imports.format import Format
from customers.imports.table import Row

Told = Mapping[str, Any]


class NotYetError(Exception):
    """What it belongs to is not here yet: it is read again later."""


class ShapeError(Exception):
    """It is not as the shop system documents it."""


@dataclass(frozen=True, slots=True)
class Refund:
    """Money that went back: of which order, how much, for what lines (as the importer's rows)."""

    key: str
    order_id: str
    refunded_at: Any
    amount: str
    currency: str
    lines: Sequence[Row] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """A record as it is now. `external_id` is the shop's own id of it, `keys` the external ids
    of our records; `is_active` is None where that is not told.
    """

    kind: str
    external_id: str
    version_at: datetime | None
    is_deleted: bool = False
    format: Format | None = None
    rows: Sequence[Row] = ()
    columns: Sequence[str] = ()
    keys: Sequence[str] = ()
    is_active: bool | None = None
    refunds: Sequence[Refund] = field(default_factory=tuple)


def moment(value: Any) -> datetime | None:
    """A time of a payload; without a zone it is UTC. None where there is none."""
    try:
        read = parse_datetime(str(value)) if value else None
    except ValueError:
        return None
    if read is None:
        return None
    return make_aware(read, get_default_timezone()) if is_naive(read) else read


def part(told: Told, name: str) -> Told:
    """An object within a payload; empty where there is none."""
    value = told.get(name)
    return value if isinstance(value, Mapping) else {}


def parts(told: Told, name: str) -> list[Told]:
    """The objects of a list within a payload."""
    value = told.get(name)
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def key_of(told: Told) -> str:
    """The shop's own id of the record. Raises ShapeError."""
    key = told.get("id")
    if not isinstance(key, int | str) or isinstance(key, bool) or not str(key).strip():
        raise ShapeError("It has no id.")
    return str(key).strip()[:120]


def first(*values: Any) -> Any:
    """The first of the values that is there; "" otherwise."""
    return next((value for value in values if value not in (None, "")), "")
