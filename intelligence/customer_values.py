"""Value and churn of the shop's customers: fitted per source, kept as columns in bulk.

A source with too few customers who came back is told by the model of the whole shop. A model
is fitted again when a source grew by `GROWTH` or `REFIT_DAYS` passed; between fits its
parameters, which stand on its card, are applied to the orders as they are. Customers are
written in batches, like the measures, and only where a figure changed.

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
from numpy.typing import NDArray

from customers.locks import held
from customers.measures import BATCH, LOCK_SPACE, records_state, sources
from customers.models import ModelVersion, Refresh
from customers.models.exchange_rate import AMOUNT_SQL
from customers.models.order_statistics import COUNTS_SQL, order_parameters
from intelligence.analysis.store import register
from intelligence.engines.contract import Card
from intelligence.engines.lifetime import Lifetime, NotFitted, Outlook, fit_lifetime, outlook
from intelligence.engines.purchase_days import PurchaseDays

TASK = "value"
LOCK_KEY = 102
NAME = "values"
GROWTH = 0.02
REFIT_DAYS = 30
FITTED_ON = "shop_orders"  # the set on the card
EPOCH = dt.date(1970, 1, 1)
NO_ORDERS = "no orders yet"
NO_VALUE = "no order of theirs has a value that can be counted"

# One row for each customer and day with a sale; amounts that no rate leads to count 0.
PURCHASES_SQL = f"""
COPY (
    SELECT o.customer_id, ((o.placed_at AT TIME ZONE %(zone)s)::date - DATE '1970-01-01')::bigint,
        coalesce(sum(l.units), 0)::float8, coalesce(sum({AMOUNT_SQL}), 0)::float8
    FROM customers_order o
    JOIN customers_customer c ON c.id = o.customer_id
    LEFT JOIN (
        SELECT order_id, sum(quantity) AS units FROM customers_orderline
        WHERE kind = 'product' GROUP BY order_id
    ) l ON l.order_id = o.id
    WHERE {COUNTS_SQL} AND o.kind = 'sale'
        AND (%(source)s::text IS NULL OR c.source = %(source)s)
    GROUP BY 1, 2
) TO STDOUT (FORMAT BINARY)
"""  # noqa: S608  # fixed fragments alone
CURRENCIES_SQL = """
SELECT id, currency FROM customers_customer
WHERE order_count > 0 AND (%(source)s::text IS NULL OR source = %(source)s)
"""
# A row of the binary COPY above: the number of fields, then each after its length.
ROW = np.dtype(
    [("fields", ">i2")]
    + [
        part
        for name, kind in (("id", ">i8"), ("day", ">i8"), ("units", ">f8"), ("value", ">f8"))
        for part in ((f"{name}_length", ">i4"), (name, kind))
    ]
)
HEAD_BYTES, END_BYTES = 19, 2

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
# Who differs, with those who are not among the valued: they have no orders.
CHANGED_SQL = f"""
CREATE TEMP TABLE changed AS
SELECT c.id, {", ".join(f"v.{name}" for name in COLUMNS if not name.startswith("value_"))},
    coalesce(v.value_model_version, '') AS value_model_version,
    coalesce(v.value_reason, %(no_orders)s) AS value_reason,
    (row_number() OVER (ORDER BY c.id) - 1) / %(batch)s AS batch
FROM customers_customer c LEFT JOIN valued v ON v.id = c.id
WHERE c.source = %(source)s
  AND ({", ".join(f"c.{name}" for name in COLUMNS)}) IS DISTINCT FROM
    ({", ".join(f"v.{name}" for name in COLUMNS if not name.startswith("value_"))},
     coalesce(v.value_model_version, ''), coalesce(v.value_reason, %(no_orders)s))
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
class Purchases:
    """What customers of a source bought: `pks` int64[n] by row, and the value that all
    amounts of a customer were divided by (`scale` float64[n], the median of their currency).
    """

    pks: NDArray[np.int64]
    days: PurchaseDays
    scale: NDArray[np.float64]
    today: int


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
        last = Refresh.objects.filter(name=NAME).first() if mine else None
        if not mine or (patient and last is not None and last.is_resting(timezone.now())):
            return None
        state = records_state()
        if last is not None and last.state == state:
            return None
        now, started = timezone.now(), time.monotonic()
        shop = _Shop()
        done = [_refresh(source, shop) for source in sources()]
        Refresh.objects.update_or_create(
            name=NAME,
            defaults={
                "state": state,
                "refreshed_at": now,
                "took_seconds": time.monotonic() - started,
            },
        )
        return Valued(sum(done), shop.fitted)


class _Shop:
    """The models of one refresh; that of the whole shop is fitted when first needed."""

    def __init__(self) -> None:
        self.fitted = 0
        self._whole: Lifetime | str | None = None

    def model_for(self, source: str, purchases: Purchases) -> Lifetime:
        """The model of a source, else of the whole shop. Raises NotFitted."""
        try:
            return self._current(source, purchases)
        except NotFitted as error:
            if self._whole is None:
                self._whole = self._of_all(error)
            if isinstance(self._whole, str):
                raise NotFitted(self._whole) from error
            return self._whole

    def _of_all(self, error: NotFitted) -> Lifetime | str:
        try:
            return self._current(None, purchases_of_source(None))
        except NotFitted:
            return str(error)

    def _current(self, source: str | None, purchases: Purchases) -> Lifetime:
        known = _last_fit(source)
        if known is not None and not _is_stale(known, purchases):
            return _model_of(known)
        model = fit_lifetime(purchases.days, purchases.today)
        register(card_of(model, source, purchases.today))
        self.fitted += 1
        return model


def purchases_of_source(source: str | None) -> Purchases:
    """What the customers of a source (None: all customers) bought until now."""
    parameters = {**order_parameters(), "source": source}
    with connection.cursor() as cursor:
        with cursor.copy(PURCHASES_SQL, parameters) as copy:
            rows = np.frombuffer(b"".join(copy)[HEAD_BYTES:-END_BYTES], ROW)
        cursor.execute(CURRENCIES_SQL, {"source": source})
        currency_of = dict(cursor.fetchall())
    pks, place = np.unique(rows["id"].astype(np.int64), return_inverse=True)
    currencies = np.array([currency_of.get(pk, "") for pk in pks.tolist()], np.str_)
    value, day = rows["value"].astype(float), rows["day"].astype(float)
    scale = _medians(currencies, currencies[place], value)
    days = PurchaseDays.from_purchases(
        place.astype(np.int64), day, rows["units"].astype(float), value / scale[place]
    )
    return Purchases(pks, days, scale, int(day.max(initial=0)))


def card_of(model: Lifetime, source: str | None, today: int) -> Card:
    """The card of a fitted model, with its parameters."""
    told = model.as_json() | {"fitted_on": (EPOCH + dt.timedelta(days=today)).isoformat()}
    return Card(
        name=_name(source),
        task=TASK,
        description="orders and value to expect of customers, and whether they are still active",
        labels=(),
        languages=(),
        backbone="",
        sha256=model.version,
        licence="own data",
        training_data=({"name": "own orders", "licence": "own data", "rows": model.purchase_days},),
        metrics={FITTED_ON: {"n": model.customers, "lifetime": told}},
    )


def _name(source: str | None) -> str:
    return f"value of {source or 'own customers'}" if source is not None else "value of all"


def _last_fit(source: str | None) -> ModelVersion | None:
    return ModelVersion.objects.filter(task=TASK, name=_name(source)).order_by("-pk").first()


def _told(version: ModelVersion) -> dict[str, Any]:
    return version.card["metrics"][FITTED_ON]["lifetime"]


def _model_of(version: ModelVersion) -> Lifetime:
    told = _told(version)
    return Lifetime.from_json({name: told[name] for name in told if name != "fitted_on"})


def _is_stale(version: ModelVersion, purchases: Purchases) -> bool:
    told = _told(version)
    age = purchases.today - (dt.date.fromisoformat(told["fitted_on"]) - EPOCH).days
    grown = abs(len(purchases.days) - told["purchase_days"])
    return not 0 <= age <= REFIT_DAYS or grown > GROWTH * told["purchase_days"]


def _medians(
    currencies: NDArray[np.str_], of_purchase: NDArray[np.str_], value: NDArray[np.float64]
) -> NDArray[np.float64]:
    """For each customer the median value of a purchase day in their currency."""
    scale = np.ones(len(currencies))
    for currency in np.unique(currencies):
        worth = value[(of_purchase == currency) & (value > 0)]
        if len(worth):
            scale[currencies == currency] = np.median(worth)
    return scale


def _refresh(source: str, shop: _Shop) -> int:
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
        written = _write(cursor, source)
        _forget(cursor)
    return written


def _write(cursor: Any, source: str) -> int:
    cursor.execute(CHANGED_SQL, {"source": source, "batch": BATCH, "no_orders": NO_ORDERS})
    cursor.execute("ANALYZE changed")
    cursor.execute("SELECT coalesce(max(batch) + 1, 0) FROM changed")
    now, written = timezone.now(), 0
    for batch in range(cursor.fetchone()[0]):
        with transaction.atomic():
            cursor.execute(LOCK_BATCH_SQL, [batch])
            cursor.execute(SET_SQL, [now, batch])
            written += cursor.rowcount
    return written


def _rows(source: str, purchases: Purchases, shop: _Shop) -> Iterator[Sequence[Any]]:
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
    today = EPOCH + dt.timedelta(days=purchases.today)
    midnight = timezone.make_aware(dt.datetime.combine(today, dt.time()))
    ahead = [_day(midnight, days) for days in said.next_days.tolist()]
    pks = purchases.pks[said.customer].tolist()
    for pk, *columns in zip(pks, *chances, *orders, *values, ahead, strict=True):
        yield (pk, *columns, version, NO_VALUE if columns[7] is None else "")


def _money(value: float) -> Decimal | None:
    return Decimal(str(value)) if np.isfinite(value) else None


def _day(midnight: dt.datetime, days: float) -> dt.datetime | None:
    return midnight + dt.timedelta(days=int(np.ceil(days))) if np.isfinite(days) else None


def _forget(cursor: Any) -> None:
    for table in ("valued", "changed"):
        cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{table}")
