"""Value and churn of the shop's customers, kept as columns in bulk.

Customers are written in batches, like the measures, and only where a figure moved enough to
be seen: each day moves all of them a little, and to write a million rows a day for the third
decimal would cost the shop more than it tells.

The ledger has no line for these figures: they follow for all customers at once from the
orders and the version on the row, and a line a customer and day would outgrow the orders.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.utils import timezone

from customers.locks import held
from customers.measures import BATCH, LOCK_SPACE, records_state, sources
from customers.models import Refresh
from intelligence.engines.lifetime import NotFitted, Outlook, outlook
from intelligence.value_models import EPOCH, ShopModels
from intelligence.value_purchases import Purchases, purchases_of_source

LOCK_KEY = 102
NAME = "values"
NO_ORDERS = "no orders yet"
NO_VALUE = "no order of theirs has a value that can be counted"

COLUMNS: Mapping[str, str] = {
    "alive_probability": "float8",
    "alive_probability_low": "float8",
    "alive_probability_high": "float8",
    "expected_orders": "float8",
    "expected_orders_low": "float8",
    "expected_orders_high": "float8",
    "likely_orders": "float8",
    "expected_value": "numeric",
    "expected_value_low": "numeric",
    "expected_value_high": "numeric",
    "expected_next_order_at": "timestamptz",
    "value_model_version": "text",
    "value_reason": "text",
}
NAMES = ", ".join(COLUMNS)
MAKE_TABLE_SQL = "CREATE TEMP TABLE valued (id bigint, {})".format(
    ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
)
COPY_SQL = f"COPY valued (id, {NAMES}) FROM STDIN"


def _moved(name: str, least: float, share: float) -> str:
    """SQL: whether a figure appeared, went, or moved by `least` and by a `share` of itself."""
    old, new = f"coalesce(c.{name}, -1)", f"coalesce(v.{name}, -1)"
    return f"abs({old} - {new}) > greatest({least}, {share} * abs({old}))"


# A day of next order is told from the present, and moves with it while nothing happens.
DAY_MOVED = """
abs(extract(epoch FROM coalesce(c.expected_next_order_at, 'epoch')
    - coalesce(v.expected_next_order_at, 'epoch')))
> greatest(86400, 0.1 * extract(epoch FROM v.expected_next_order_at - %(today)s::timestamptz))
"""
MOVED = " OR ".join(
    [
        "c.valued_at IS NULL",
        "c.value_model_version <> coalesce(v.value_model_version, '')",
        "c.value_reason <> coalesce(v.value_reason, %(no_orders)s)",
        _moved("alive_probability", 0.005, 0),
        _moved("expected_orders", 0.01, 0.02),
        _moved("expected_orders_low", 0.5, 0),
        _moved("expected_orders_high", 0.5, 0),
        _moved("likely_orders", 0.5, 0),
        _moved("expected_value", 0.01, 0.02),
        _moved("expected_value_high", 0.01, 0.05),
        DAY_MOVED,
    ]
)
# Who differs, with those who are not among the valued: they have no orders.
CHANGED_SQL = f"""
CREATE TEMP TABLE changed AS
SELECT c.id, {", ".join(f"v.{name}" for name in COLUMNS if not name.startswith("value_"))},
    coalesce(v.value_model_version, '') AS value_model_version,
    coalesce(v.value_reason, %(no_orders)s) AS value_reason,
    (row_number() OVER (ORDER BY c.id) - 1) / %(batch)s AS batch
FROM customers_customer c LEFT JOIN valued v ON v.id = c.id
WHERE c.source = %(source)s AND NOT c.objects_to_profiling AND ({MOVED})
"""  # noqa: S608
LOCK_BATCH_SQL = """
SELECT c.id FROM customers_customer c JOIN changed v ON v.id = c.id WHERE v.batch = %s
ORDER BY c.id FOR NO KEY UPDATE OF c
"""
SET_SQL = f"""
UPDATE customers_customer c SET valued_at = %s, {", ".join(f"{n} = v.{n}" for n in COLUMNS)}
FROM changed v WHERE v.id = c.id AND v.batch = %s
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Valued:
    """What a refresh did: customers that were written, and models that were fitted."""

    written: int
    fitted: int


def refresh_values_when_due(*, patient: bool = False) -> Valued | None:
    """Value all customers when orders changed since; None when not, or when another process
    is at it. `patient`: see `customers.measures.refresh_measures_when_due`.
    """
    with held(LOCK_SPACE, LOCK_KEY) as mine:
        due = Refresh.objects.due(NAME, records_state, patient=patient) if mine else None
        if due is None:
            return None
        now, started = timezone.now(), time.monotonic()
        shop = ShopModels()
        done = [_refresh(source, shop) for source in sources()]
        Refresh.objects.update_or_create(
            name=NAME,
            defaults={
                "state": due.state,
                "refreshed_at": now,
                "took_seconds": time.monotonic() - started,
            },
        )
        return Valued(sum(done), shop.fitted)


def _refresh(source: str, shop: ShopModels) -> int:
    """Value the customers of a source; how many were written."""
    purchases = purchases_of_source(source)
    with connection.cursor() as cursor:
        _forget(cursor)
        cursor.execute(MAKE_TABLE_SQL)
        if len(purchases.pks):
            rows = _rows(source, purchases, shop)
            with cursor.copy(COPY_SQL) as copy:
                for row in rows:
                    copy.write_row(row)
        cursor.execute("ANALYZE valued")
        written = _write(cursor, source, _midnight(purchases.today))
        _forget(cursor)
    return written


def _write(cursor: Any, source: str, today: dt.datetime) -> int:
    asked = {"source": source, "batch": BATCH, "no_orders": NO_ORDERS, "today": today}
    cursor.execute(CHANGED_SQL, asked)
    cursor.execute("ANALYZE changed")
    cursor.execute("SELECT coalesce(max(batch) + 1, 0) FROM changed")
    now, written = timezone.now(), 0
    for batch in range(cursor.fetchone()[0]):
        with transaction.atomic():
            cursor.execute(LOCK_BATCH_SQL, [batch])
            cursor.execute(SET_SQL, [now, batch])
            written += cursor.rowcount
    return written


def _rows(source: str, purchases: Purchases, shop: ShopModels) -> Iterator[Sequence[Any]]:
    try:
        model = shop.model_for(source, purchases)
    except NotFitted as error:
        unknown = [*[None] * (len(COLUMNS) - 2), "", str(error)]
        return ((pk, *unknown) for pk in purchases.pks.tolist())
    said = outlook(model, purchases.days, purchases.today)
    return _valued(said, purchases, model.version)


def _valued(said: Outlook, purchases: Purchases, version: str) -> Iterator[Sequence[Any]]:
    """The rows of the table `valued`, rounded so that what is the same is stored the same."""
    scale = purchases.scale[said.customer]
    chances = [c.round(4).tolist() for c in (said.alive, said.alive_low, said.alive_high)]
    orders = [
        c.round(3).tolist()
        for c in (said.orders, said.orders_low, said.orders_high, said.orders_median)
    ]
    values = [
        [_money(v) for v in (c * scale).round(2).tolist()]
        for c in (said.value, said.value_low, said.value_high)
    ]
    midnight = _midnight(purchases.today)
    ahead = [_day(midnight, days) for days in said.next_days.tolist()]
    pks = purchases.pks[said.customer].tolist()
    for pk, *columns in zip(pks, *chances, *orders, *values, ahead, strict=True):
        yield (pk, *columns, version, NO_VALUE if columns[7] is None else "")


def _midnight(day: int) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(EPOCH + dt.timedelta(days=day), dt.time()))


def _money(value: float) -> Decimal | None:
    return Decimal(str(value)) if np.isfinite(value) else None


def _day(midnight: dt.datetime, days: float) -> dt.datetime | None:
    return midnight + dt.timedelta(days=int(np.ceil(days))) if np.isfinite(days) else None


def _forget(cursor: Any) -> None:
    for table in ("valued", "changed"):
        cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{table}")
