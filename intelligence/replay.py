"""Replaying a line of the ledger: the same weights, the same input, the same answer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from customers.models import Customer, Message, ModelVersion, Review
from intelligence.analysis.kinds.customers import digest_of, features_of
from intelligence.analysis.kinds.messages import message_text
from intelligence.analysis.kinds.reviews import review_text
from intelligence.engines.chinese import TASK as CHINESE
from intelligence.engines.chinese import load_chinese
from intelligence.engines.contract import Prediction as Said
from intelligence.engines.errors import MissingWeightsError
from intelligence.engines.head_files import CARD, SHIPPED, load_card, load_head
from intelligence.engines.reading import TextReader, sha256_of
from intelligence.engines.segment import load_segment
from intelligence.loaded import segment_engine, text_reader
from intelligence.models import Prediction
from intelligence.shop_reference import shop_reference

TOLERANCE = 1e-6


class ReplayError(Exception):
    """The line cannot be replayed; the message is one line that says why."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What the ledger holds and what the same model says now."""

    line: Prediction
    said: Said

    @property
    def difference(self) -> float:
        """By how much the two probabilities differ."""
        return abs(self.said.probability - float(self.line.output["probability"]))

    @property
    def is_same(self) -> bool:
        """Whether label and probability agree."""
        return self.said.label == self.line.output["label"] and self.difference <= TOLERANCE


def replay(line: Prediction) -> Replayed:
    """Have the model that made this line read the row again. Raises ReplayError, and
    WeightsError where the files of that model are gone or damaged.
    """
    if line.kind == "customer":
        return Replayed(line, _segment(line))
    text = _text(line)
    _check_input(line, sha256_of(text))
    return Replayed(line, _said(line, text))


def _said(line: Prediction, text: str) -> Said:
    """What this line's version says of a text: in the service of today, or from its files."""
    task, version = line.task, line.model_version
    serving = text_reader()
    reading = serving.read([text], [{task}])[0]
    if reading.cards[task].sha256 == version.sha256:
        return reading.predictions[task]
    folder = _folder(version)
    if version.task == CHINESE:
        return load_chinese(folder).predictions([text])[0]
    reader = TextReader(serving.backbone, {task: load_head(folder, serving.backbone_version)})
    return reader.read([text], [{task}])[0].predictions[task]


def _text(line: Prediction) -> str:
    if line.kind == "review":
        return review_text(_row(Review, line))
    message = _row(Message, line)
    openings = Message.objects.opening_of([message.ticket_id])
    return message_text(message, opening=openings.filter(pk=message.pk).exists())


def _segment(line: Prediction) -> Said:
    version, customer = line.model_version, _row(Customer, line)
    features = features_of(shop_reference(customer.source), [customer.pk])
    _check_input(line, digest_of(features, 0))
    serving = segment_engine()
    engine = serving if serving.card.sha256 == version.sha256 else load_segment(_folder(version))
    return engine.predict(features)[0]


def _row(model: Any, line: Prediction) -> Any:
    row = model.objects.filter(pk=line.object_id).first()
    if row is None:
        raise ReplayError(f"{line.kind} {line.object_id} is gone, so nothing can be read again")
    return row


def _check_input(line: Prediction, sha256: str) -> None:
    if sha256 != line.input_sha256:
        raise ReplayError(
            f"{line.kind} {line.object_id} has changed since: what was read then has the sha256 "
            f"{line.input_sha256[:12]}, what stands there now {sha256[:12]}"
        )


def _folder(version: ModelVersion) -> Path:
    """The folder of these weights, among those trained here and those that are shipped."""
    for root in (Path(settings.MODELS_DIR), SHIPPED):
        for path in sorted(root.glob(f"**/{CARD}")):
            if load_card(path.parent).sha256 == version.sha256:
                return path.parent
    raise MissingWeightsError(
        f"the weights {version.sha256[:12]} that made this prediction are gone: neither "
        f"{settings.MODELS_DIR} nor the shipped models hold them"
    )
