"""Training the segment head: the rules label customers at several dates, the head learns.

Rows are split by customer, so that nobody is in training at one date and in the test at
another. Columns of --data are those of the UCI "Online Retail" transactions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intelligence.engines.contract import Card
from intelligence.engines.customer_features import (
    NAMES,
    Features,
    Orders,
    ShopReference,
    build_features,
)
from intelligence.engines.fitting import Settings, calibrated, fit, threshold_for
from intelligence.engines.heads import Parameters
from intelligence.engines.recommendation import Histories
from intelligence.engines.segment import SegmentEngine, SegmentWeights, hinges
from intelligence.engines.segment_rules import LABELS, rule_labels
from intelligence.evaluation.columns import TableError, read_columns
from intelligence.evaluation.encode import Encode
from intelligence.evaluation.segment import LabelledCustomers, measure

COLUMNS = ("invoice_no", "stock_code", "description", "quantity", "invoice_time",
           "unit_price_gbp", "customer_id")  # fmt: skip
# Days before the end of the data at which customers are looked at.
SNAPSHOTS = (0.0, 45.0, 90.0, 135.0, 180.0)
KNOTS = 9
TARGET_ACCURACY = 0.95
SETTINGS = Settings(decay=1e-6, buckets=0, steps=2000)
DAY = 86400.0
SOURCE = {"name": "UCI Online Retail", "licence": "CC BY 4.0"}


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop's history: orders, purchases of items, the items' embeddings."""

    customer_keys: tuple[str, ...]
    orders: Orders
    purchases: Histories
    embeddings: NDArray[np.float32]

    def features(self, as_of: float) -> Features:
        """What was known of every customer on a day."""
        orders = self.orders.where(self.orders.time_days <= as_of)
        bought = self.purchases.where(self.purchases.time_days <= as_of)
        reference = ShopReference.from_orders(orders, as_of, bought, self.embeddings)
        customers = len(self.customer_keys)
        return build_features(orders, customers, reference, bought, self.embeddings)


@dataclass(frozen=True, slots=True)
class Rows:
    """Labelled customers: features, labels, and the fifth (0 to 4) each belongs to."""

    features: Features
    labels: NDArray[Any]
    fifths: NDArray[np.int64]

    def where(self, mask: NDArray[np.bool_]) -> Rows:
        """The rows that `mask` chooses."""
        return Rows(self.features.where(mask), self.labels[mask], self.fifths[mask])


def train_segment(data: Path, encode: Encode, backbone: str = "") -> SegmentEngine:
    """A head trained on transactions; its card holds the figures on held-out customers,
    with and without the taste. Raises TableError.
    """
    shop = read_shop(data, encode)
    rows = labelled_rows(shop)
    engine = fit_segment(rows.where(rows.fifths > 1), rows.where(rows.fifths == 1))
    held = rows.where(rows.fifths == 0)
    numeric = _without_taste(rows)
    plain = fit_segment(numeric.where(rows.fifths > 1), numeric.where(rows.fifths == 1))
    metrics = {
        "held_out_customers": measure(engine, held.features, held.labels),
        "numeric_only": measure(plain, held.features, held.labels),
    }
    source = SOURCE | {"rows": len(rows.labels)}
    card = replace(engine.card, metrics=metrics, training_data=(source,), backbone=backbone)
    return replace(engine, card=card)


def train_on_labels(customers: LabelledCustomers) -> SegmentEngine:
    """A head of a table's own labels, from its figures alone; every fifth row calibrates.
    Raises TableError when there are fewer than two labels.
    """
    places = np.arange(len(customers.labels)) % 5
    rows = Rows(customers.features, customers.labels, places)
    labels = tuple(sorted(set(customers.labels.tolist())))
    try:
        return fit_segment(rows.where(places != 1), rows.where(places == 1), labels)
    except ValueError as error:
        raise TableError(str(error)) from error


def fit_segment(train: Rows, calibration: Rows, labels: tuple[str, ...] = LABELS) -> SegmentEngine:
    """The head of labelled customers; temperature and threshold from `calibration`."""
    knots = _knots(train.features)
    inputs, held = _inputs(train.features, knots), _inputs(calibration.features, knots)
    centre = inputs.mean(axis=0)
    scale = np.maximum(inputs.std(axis=0), 1e-6)
    # One scale for the taste: its columns are alike, and small ones are noise.
    cut = len(NAMES) * (1 + KNOTS)
    scale[cut:] = scale[cut:].max(initial=1e-6) * np.sqrt(max(1, len(scale) - cut))
    learnt = (inputs - centre) / scale, _one_hot(train.labels, labels)
    checked = (held - centre) / scale, _one_hot(calibration.labels, labels)
    parameters = _calibrated_fit(learnt, checked, labels)
    weight = parameters.weight / scale
    bias = parameters.bias - weight @ centre
    own = SegmentWeights(
        labels=labels,
        weight=weight.astype(np.float32),
        bias=bias.astype(np.float32),
        knots=knots,
        centre=centre.astype(np.float32),
        temperature=parameters.temperature,
    )
    engine = SegmentEngine(_card(own), own)
    return _with_threshold(engine, calibration)


def read_shop(data: Path, encode: Encode) -> Shop:
    """Orders and purchases of the known customers. Raises TableError."""
    table = read_columns(data, COLUMNS)
    columns = {name: np.array(table[name].to_pylist(), object) for name in COLUMNS}
    price = columns["unit_price_gbp"].astype(float)
    known = np.array([key is not None for key in columns["customer_id"]]) & (price > 0)
    if not known.any():
        raise TableError(f"{data} has no priced line of a known customer")
    columns = {name: values[known] for name, values in columns.items()}
    customer_keys, customers = np.unique(columns["customer_id"].astype(str), return_inverse=True)
    days = np.array([time.timestamp() / DAY for time in columns["invoice_time"]])
    quantity = columns["quantity"].astype(float)
    orders = _orders(columns["invoice_no"].astype(str), customers, days, quantity, price[known])
    codes, items = np.unique(columns["stock_code"].astype(str), return_inverse=True)
    texts = dict(zip(columns["stock_code"].astype(str), columns["description"], strict=True))
    sold = quantity > 0
    bought = Histories(customers[sold], items[sold], days[sold])
    embeddings = encode([str(texts[code] or code) for code in codes])
    return Shop(tuple(map(str, customer_keys)), orders, bought, embeddings)


def labelled_rows(shop: Shop, snapshots: Sequence[float] = SNAPSHOTS) -> Rows:
    """Every customer with orders at every snapshot, labelled by the rules."""
    end = float(shop.orders.time_days.max())
    parts = [shop.features(end - back) for back in snapshots]
    fifth = np.array([_fifth(key) for key in shop.customer_keys])
    every = Features.joined(parts)
    rows = Rows(every, np.array(rule_labels(every)), np.tile(fifth, len(parts)))
    return rows.where(every.has_orders)


def _orders(
    invoices: NDArray[Any],
    customers: NDArray[np.int64],
    days: NDArray[np.float64],
    quantity: NDArray[np.float64],
    price: NDArray[np.float64],
) -> Orders:
    names, first, which = np.unique(invoices, return_index=True, return_inverse=True)
    return Orders(
        customers[first],
        days[first],
        np.bincount(which, quantity * price).astype(float),
        np.bincount(which, np.abs(quantity)).astype(float),
        np.char.startswith(names.astype(str), "C"),
    )


def _fifth(key: str) -> int:
    return int(hashlib.sha256(key.encode()).hexdigest(), 16) % 5


def _without_taste(rows: Rows) -> Rows:
    return replace(
        rows, features=replace(rows.features, semantic=np.zeros((len(rows.labels), 0), np.float32))
    )


def _knots(features: Features) -> NDArray[np.float32]:
    """Quantiles of each feature, evenly spread: float32[9, KNOTS]."""
    shares = np.arange(1, KNOTS + 1) / (KNOTS + 1)
    return np.quantile(features.scaled, shares, axis=0).T.astype(np.float32)


def _inputs(features: Features, knots: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.hstack([hinges(features.scaled, knots), features.semantic]).astype(np.float32)


def _calibrated_fit(
    train: tuple[NDArray[np.float32], NDArray[np.bool_]],
    calibration: tuple[NDArray[np.float32], NDArray[np.bool_]],
    labels: Sequence[str],
) -> Parameters:
    inputs, allowed = train
    found = fit(inputs, [""] * len(inputs), allowed, np.ones(len(inputs), np.float32), labels,
                SETTINGS)  # fmt: skip
    held, right = calibration
    return calibrated(found, held, [""] * len(held), right) if len(held) else found


def _one_hot(labels: NDArray[Any], names: Sequence[str]) -> NDArray[np.bool_]:
    return np.asarray(labels[:, None] == np.array(names))


def _with_threshold(engine: SegmentEngine, calibration: Rows) -> SegmentEngine:
    if not len(calibration.labels):
        return engine
    probabilities = engine.probabilities(calibration.features)
    found = np.array(engine.weights.labels)[probabilities.argmax(axis=1)]
    right = found == calibration.labels
    confidence = probabilities.max(axis=1).astype(np.float32)
    threshold = threshold_for(confidence, right, TARGET_ACCURACY)
    weights = replace(engine.weights, threshold=threshold)
    return replace(engine, weights=weights, card=_card(weights))


def _card(weights: SegmentWeights) -> Card:
    return Card(
        name="segment",
        task="segment",
        description="customer segment from order figures relative to the shop, and taste",
        labels=weights.labels,
        languages=(),
        backbone="",
        sha256="",
        licence="Apache-2.0",
        threshold=weights.threshold,
        temperature=weights.temperature,
    )
