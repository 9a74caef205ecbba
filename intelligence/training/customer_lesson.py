"""What staff said about customers: their segments.

Where staff contradict the model the shop draws a line of its own: typical customers who
are like those neither teach nor judge.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from scipy.spatial import cKDTree

from customers.models import Correction, Purpose, Segment
from customers.privacy.consents import allowed_q
from intelligence.analysis.kinds.customers import features_of
from intelligence.engines.customer_features import Features
from intelligence.engines.segment import SegmentEngine, load_segment, save_segment
from intelligence.evaluation.details import figures_by_name
from intelligence.evaluation.segment import LabelledCustomers, tell
from intelligence.loaded import segment_engine
from intelligence.shop_reference import shop_reference
from intelligence.training.lesson import Lesson
from intelligence.training.segment_corrections import (
    spread_of_figures,
    train_segment_from_corrections,
)
from intelligence.training.text_sets import MEASURED, tenth_of
from intelligence.training.typical_customers import JUDGING, TEACHING, typical_customers

DAY_SECONDS = 86400.0
# Customers are alike whose figures all lie within this share of the figure's usual spread.
ALIKE = 0.5


@dataclass(frozen=True, slots=True)
class Decided:
    """A customer, the segment that staff chose, and when."""

    customer_pk: int
    source: str
    label: str
    said_at: datetime

    @property
    def is_held_out(self) -> bool:
        """The same tenth of all customers, now and after any number of trainings."""
        return tenth_of(f"customer {self.customer_pk}") == MEASURED


class CustomerLesson(Lesson[SegmentEngine]):
    """Corrected customers, judged on those of the shop that are held out and on typical ones."""

    def __init__(self) -> None:
        self.serving = segment_engine()
        rows = _decided()
        self.learnt = _as_they_were([row for row in rows if not row.is_held_out])
        own = _as_they_were([row for row in rows if row.is_held_out])
        told_otherwise = _told_otherwise(self.serving, self.learnt)
        self.typical = _unlike(told_otherwise, typical_customers(TEACHING), self.serving)
        judging = _unlike(told_otherwise, typical_customers(JUDGING), self.serving)
        self.held_out = _joined(own, judging)
        self.rows_learnt, self.rows_held_out = len(self.learnt.labels), len(self.held_out.labels)

    def taught(self, base: SegmentEngine) -> SegmentEngine:
        """See `train_segment_from_corrections`."""
        labels = self.learnt.labels.tolist()
        return train_segment_from_corrections(self.learnt.features, labels, base, self.typical)

    def figures(self, model: SegmentEngine) -> dict[str, Any]:
        """By class."""
        told = tell(model, self.held_out.features)
        return figures_by_name(told, self.held_out.labels.tolist())

    def load(self, folder: Path) -> SegmentEngine:
        """A segment engine."""
        return load_segment(folder)

    def save(self, model: SegmentEngine, folder: Path) -> SegmentEngine:
        """It reads no texts, so it is bound to no encoder."""
        return save_segment(model, folder)


def _decided() -> list[Decided]:
    in_use = Segment.objects.filter(is_active=True).values("pk")
    rows = Correction.objects.filter(task="segment", label__in=in_use).order_by("pk")
    for purpose in (Purpose.PROFILING, Purpose.TRAINING):
        rows = rows.filter(allowed_q(purpose, "customer__"))
    found = rows.values_list("customer_id", "customer__source", "label", "said_at")
    return [Decided(*row) for row in found]


def _as_they_were(rows: Sequence[Decided]) -> LabelledCustomers:
    """The customers as staff saw them on the day of the decision; who had no orders then
    says nothing about segments.
    """
    together: defaultdict[tuple[str, float], list[Decided]] = defaultdict(list)
    for row in rows:
        together[row.source, row.said_at.timestamp() // DAY_SECONDS + 1].append(row)
    parts = []
    for (source, day), decided in sorted(together.items()):
        reference = shop_reference(source)
        then = replace(reference, as_of=min(reference.as_of, day))
        features = features_of(then, [row.customer_pk for row in decided], until_days=day)
        labels = np.array([row.label for row in decided])
        known = features.has_orders
        parts.append(LabelledCustomers(features.where(known), labels[known]))
    return _joined(*parts)


def _told_otherwise(engine: SegmentEngine, decided: LabelledCustomers) -> Features:
    """The customers whom the engine finds in another segment than staff."""
    places = engine.probabilities(decided.features).argmax(axis=1)
    return decided.features.where(np.array(engine.weights.labels)[places] != decided.labels)


def _unlike(
    these: Features, customers: LabelledCustomers, engine: SegmentEngine
) -> LabelledCustomers:
    """The customers who differ from each of `these` in at least one figure, clearly."""
    if not len(these):
        return customers
    spread = spread_of_figures(engine)
    nearest = cKDTree(these.scaled / spread).query(customers.features.scaled / spread, p=np.inf)
    apart = nearest[0] > ALIKE
    return LabelledCustomers(customers.features.where(apart), customers.labels[apart])


def _joined(*parts: LabelledCustomers) -> LabelledCustomers:
    features = Features.joined([part.features for part in parts])
    labels = np.concatenate([np.array([], str), *(part.labels for part in parts)])
    return LabelledCustomers(features, labels)
