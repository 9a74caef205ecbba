"""`evaluate value`: how many orders and how much money each customer brought afterwards."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.stats import spearmanr

from intelligence.engines.lifetime import Lifetime, NotFitted, Outlook, fit_lifetime, outlook
from intelligence.engines.purchase_days import PurchaseDays, known_on
from intelligence.engines.purchase_model import fit_purchases, forecast
from intelligence.evaluation.columns import TableError, read_columns

AMOUNTS = ("amount", "amount_usd", "amount_gbp", "amount_eur")
COLUMNS = ("customer_id", "date", "quantity", AMOUNTS)
HELD_BACK = 1 / 3  # of the days of one table, where no later one is given

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Table:
    """The purchases of one file; `customer` names them by their id there."""

    customer: NDArray[np.str_]
    day: Floats
    units: Floats
    value: Floats


def evaluate_value(data: Path, train: Path | None = None) -> dict[str, Any]:
    """The figures of customers known in `train`, on the days of `data` after its end.

    Without `train` the last third of the days of `data` is told from the two before.
    `mae`, `correlation` (Pearson) and `spearman` are of the expected orders (days with an
    order) of each customer, as the product shows them; `median_mae` is of their median,
    `value_*` of the expected value, and `bgnbd_*` of plain BG/NBD in the same run.
    Raises TableError.
    """
    past = read_purchases(train or data)
    last = int(past.day.max())
    if train is None:
        last -= int((past.day.max() - past.day.min()) * HELD_BACK)
    future = read_purchases(data)
    known, names = _joined(past, future if train else None)
    end = int(future.day.max())
    if end <= last:
        raise TableError(f"{data} has no purchase after the last day learnt from")
    started = time.perf_counter()
    try:
        model = fit_lifetime(known, last, end - last)
    except NotFitted as error:
        raise TableError(f"{train or data}: {error}") from error
    said = outlook(model, known, last, end - last)
    seconds = max(time.perf_counter() - started, 1e-9)
    after = known.between(last, end)
    came = np.bincount(after.customer, minlength=names)[said.customer].astype(float)
    spent = np.bincount(after.customer, after.value, names)[said.customer].astype(float)
    plain = _bgnbd(known, last, end - last)
    return {
        "n": len(came),
        "horizon_days": end - last,
        **_compared("", said.orders, came),
        "median_mae": _rounded(np.abs(said.orders_median - came).mean()),
        **_compared("value_", said.value, spent),
        **_within(said, came, spent),
        **_compared("bgnbd_", plain, came),
        **_sums(said, came, spent),
        **_model(model),
        "rows_per_second": round(len(came) / seconds, 1),
    }


def read_purchases(path: Path) -> Table:
    """Purchases of the known customers, in days since 1970. Raises TableError."""
    table = read_columns(path, COLUMNS)
    amount = next(name for name in AMOUNTS if name in table.column_names)
    keys = table["customer_id"].to_pylist()
    known = np.array([key is not None for key in keys], bool)
    if not known.any():
        raise TableError(f"{path} has no purchase of a known customer")
    columns = [np.array(table[name].to_pylist(), float)[known] for name in ("quantity", amount)]
    days = _days(path, table)[known]
    if not np.isfinite(np.concatenate([days, *columns])).all():
        raise TableError(f"{path}: dates, quantities and amounts must be there and finite")
    return Table(np.array([str(key) for key in keys])[known], days, *columns)


def _days(path: Path, table: pa.Table) -> Floats:
    try:
        return np.array([_day(value) for value in table["date"].to_pylist()], float)
    except (ValueError, TypeError) as error:
        raise TableError(f"{path}: {error}") from error


def _day(value: Any) -> float:
    """Days since 1970 of a date, a time, or either as ISO text."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if not isinstance(value, date):
        raise ValueError(f"{value!r} is no date")
    return float(value.toordinal() - date(1970, 1, 1).toordinal())


def _joined(past: Table, future: Table | None) -> tuple[PurchaseDays, int]:
    """All purchases with customers numbered over both tables, and how many customers.

    Of the later table only what lies after the earlier one.
    """
    parts = [past]
    if future is not None:
        later = future.day > past.day.max()
        parts.append(Table(*(getattr(future, name)[later] for name in Table.__slots__)))
    columns = {name: np.concatenate([getattr(part, name) for part in parts])
               for name in Table.__slots__}  # fmt: skip
    names, rows = np.unique(columns["customer"], return_inverse=True)
    bought = (columns["day"], columns["units"], columns["value"])
    return PurchaseDays.from_purchases(rows.astype(np.int64), *bought), len(names)


def _bgnbd(purchases: PurchaseDays, last: int, days: int) -> Floats:
    """What plain BG/NBD expects of the same customers."""
    counts = known_on(purchases, last, 1.0).counts
    model = fit_purchases(counts, stops_at_first=False)
    return forecast(model, counts, np.full(len(counts), float(days))).mean


def _compared(prefix: str, said: Floats, truth: Floats) -> dict[str, Any]:
    constant = said.std() == 0 or truth.std() == 0 or not np.isfinite(said).all()
    return {
        f"{prefix}mae": _rounded(np.abs(said - truth).mean()),
        f"{prefix}correlation": None if constant else _rounded(np.corrcoef(said, truth)[0, 1]),
        f"{prefix}spearman": None if constant else _rounded(spearmanr(said, truth).statistic),
    }


def _within(said: Outlook, came: Floats, spent: Floats) -> dict[str, Any]:
    """The share of customers inside the bounds, which are meant to hold four fifths; more of
    them are, because nobody orders half a time.
    """
    orders = (came >= said.orders_low) & (came <= said.orders_high)
    value = (spent >= said.value_low) & (spent <= said.value_high)
    return {
        "orders_within_bounds": _rounded(orders.mean()),
        "value_within_bounds": _rounded(value.mean()),
    }


def _sums(said: Outlook, came: Floats, spent: Floats) -> dict[str, Any]:
    """All customers together: what was expected by what came."""
    return {
        "orders_expected_by_real": _rounded(said.orders.sum() / max(came.sum(), 1e-9)),
        "value_expected_by_real": _rounded(said.value.sum() / max(spent.sum(), 1e-9)),
    }


def _model(model: Lifetime) -> Mapping[str, Any]:
    fitted = model.purchases
    return {
        "model": {name: round(getattr(fitted, name), 4) for name in ("r", "alpha", "a", "b")},
        "corrected": model.correction is not None,
        "value_independence": None if model.independence is None else _rounded(model.independence),
    }


def _rounded(value: float | np.floating[Any]) -> float | None:
    return round(float(value), 4) if np.isfinite(value) else None
