"""Rows whose right label is known and which the serving model never learnt from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from customers.models import Message, ModelVersion
from customers.models.automated_columns import AUTOMATED
from intelligence.automation import confidence
from intelligence.engines.contract import Card
from intelligence.engines.contract import Prediction as Said
from intelligence.loaded import text_reader
from intelligence.models import Prediction
from intelligence.training.corrections import golden
from intelligence.training.intent import OUT_OF_SCOPE

MOST_DECISIONS = 20_000  # of the latest


@dataclass(frozen=True, slots=True)
class HeldOut:
    """`confidence` float64[n], 0 where the model said nothing, and whether it was `right`.
    The first `own` rows were decided by staff; the rest comes with the product.
    """

    confidence: NDArray[np.float64]
    right: NDArray[np.bool_]
    own: int

    def own_alone(self) -> HeldOut:
        """What staff decided, which is what the shop's customers write."""
        return HeldOut(self.confidence[: self.own], self.right[: self.own], self.own)


def held_out(card: Card) -> HeldOut:
    """What the serving head said of the rows whose label staff chose, by the ledger, and
    what it says of the texts that come with the product, which no head learns from.
    """
    pairs = _decided(card)
    own = len(pairs)
    pairs += _written(card)
    sure = np.array([sure for sure, _ in pairs], np.float64)
    return HeldOut(sure, np.array([right for _, right in pairs], bool), own)


def _openings(ticket_pks: Iterable[int]) -> dict[int, int]:
    rows = Message.objects.opening_of(list(ticket_pks))
    return dict(rows.values_list("pk", "ticket_id"))


def _themselves(customer_pks: Iterable[int]) -> dict[int, int]:
    return {pk: pk for pk in customer_pks}


# By the row that is labelled: what the ledger has lines of, and their rows by their keys.
LEDGER: Mapping[str, tuple[str, Callable[[Iterable[int]], dict[int, int]]]] = {
    "ticket": ("message", _openings),
    "customer": ("customer", _themselves),
}


def _decided(card: Card) -> list[tuple[float, bool]]:
    version = ModelVersion.objects.filter(task=card.task, sha256=card.sha256).first()
    if version is None:
        return []
    column, set_at = AUTOMATED[card.task], f"{card.task}_set_at"
    rows = column.decided_by_staff()
    if version.source == ModelVersion.Source.TRAINED:
        # It may have learnt from every decision that was taken before.
        rows = rows.filter(**{f"{set_at}__gt": version.created_at})
    latest = rows.order_by(f"-{set_at}", "-pk")[:MOST_DECISIONS]
    decided = dict(latest.values_list("pk", card.task))
    kind, read_as = LEDGER[column.row]
    row_of = read_as(decided)
    lines = Prediction.objects.filter(
        kind=kind, task=card.task, model_version=version, object_id__in=list(row_of)
    )
    last = lines.order_by("object_id", "-id").distinct("object_id")
    return [
        (
            confidence(said["label"], said["probability"], abstained=said["abstained"]),
            said["label"] == decided[row_of[pk]],
        )
        for pk, said in last.values_list("object_id", "output")
    ]


def _written(card: Card) -> list[tuple[float, bool]]:
    table = golden(card.task).only((*card.labels, OUT_OF_SCOPE))
    if not len(table):
        return []
    readings = text_reader().read(table.texts, [{card.task}] * len(table))
    said: list[Said] = [reading.predictions[card.task] for reading in readings]
    return [
        (confidence(one.label, one.probability, abstained=one.abstained), one.label == label)
        for one, label in zip(said, table.labels, strict=True)
    ]
