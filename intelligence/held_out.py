"""Rows whose right label is known and which the serving model never learnt from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from customers.models import Message, ModelVersion, Ticket
from intelligence.automation import confidence
from intelligence.engines.contract import Card
from intelligence.engines.contract import Prediction as Said
from intelligence.evaluation.text_tables import INTENT_LABELS, read_texts
from intelligence.loaded import text_reader
from intelligence.models import Prediction
from intelligence.training.intent import OUT_OF_SCOPE, TICKETS

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


def held_out_intents(card: Card) -> HeldOut:
    """What the serving head said of tickets whose intent staff chose, by the ledger, and
    what it says of the tickets that come with the product, which no head learns from.
    """
    pairs = _decided(card)
    own = len(pairs)
    pairs += _written(card)
    sure = np.array([sure for sure, _ in pairs], np.float64)
    return HeldOut(sure, np.array([right for _, right in pairs], bool), own)


def _decided(card: Card) -> list[tuple[float, bool]]:
    tickets = Ticket.objects.decided_by_staff()
    version = ModelVersion.objects.filter(task=card.task, sha256=card.sha256).first()
    if version is None:
        return []
    if version.source == ModelVersion.Source.TRAINED:
        # It may have learnt from every decision that was taken before.
        tickets = tickets.filter(intent_set_at__gt=version.created_at)
    latest = tickets.order_by("-intent_set_at", "-pk")[:MOST_DECISIONS]
    decided = dict(latest.values_list("pk", "intent"))
    openings = Message.objects.opening_of(list(decided)).values_list("pk", "ticket_id")
    ticket_of = dict(openings)
    lines = Prediction.objects.filter(
        kind="message", task=card.task, model_version=version, object_id__in=list(ticket_of)
    )
    last = lines.order_by("object_id", "-id").distinct("object_id")
    return [
        (
            confidence(said["label"], said["probability"], abstained=said["abstained"]),
            said["label"] == decided[ticket_of[pk]],
        )
        for pk, said in last.values_list("object_id", "output")
    ]


def _written(card: Card) -> list[tuple[float, bool]]:
    table = read_texts(TICKETS, INTENT_LABELS).only((*card.labels, OUT_OF_SCOPE))
    readings = text_reader().read(table.texts, [{card.task}] * len(table))
    said: list[Said] = [reading.predictions[card.task] for reading in readings]
    return [
        (confidence(one.label, one.probability, abstained=one.abstained), one.label == label)
        for one, label in zip(said, table.labels, strict=True)
    ]
