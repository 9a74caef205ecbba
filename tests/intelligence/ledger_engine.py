"""A deterministic text engine that notes every text it reads, for tests of the road.

It obeys words in the text: RAISE raises, KILL kills the process, WAIT waits until the
file $ENGINE_LEDGER.go exists, HUNGRY takes a gigabyte. Each text takes $ENGINE_PACE
seconds. Sentiment is positive for "good", negative otherwise; the intent is always
track_order.
"""

import hashlib
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from intelligence.engines.backbone import Encoded
from intelligence.engines.contract import Card, Prediction

STEPS = ("very_negative", "negative", "neutral", "positive", "very_positive")


def card(task, labels):
    """A card whose sha256 names the task."""
    return Card(
        name=f"ledger-{task}",
        task=task,
        description="for tests",
        labels=labels,
        languages=("en",),
        backbone="none",
        sha256=hashlib.sha256(task.encode()).hexdigest(),
        licence="MIT",
    )


@dataclass
class Reading:
    input_sha256: str
    language: str
    embedding: list
    predictions: dict
    cards: dict
    truncated: bool = False


@dataclass
class LedgerBackbone:
    reader: object

    def encode(self, texts, readouts=None, spans=None):
        readings = self.reader.read(texts, [set()] * len(texts))
        width = len(readings[0].embedding) if readings else 3
        embeddings = np.array([r.embedding for r in readings], np.float32).reshape(-1, width)
        sentences = tuple(
            np.array([self.reader._reading(text[a:b], set()).embedding for a, b in own], np.float32)
            for text, own in zip(texts, spans or [], strict=False)
        )
        cut = tuple(False for _ in texts)
        return Encoded(embeddings, embeddings, cut, spans=sentences)


class LedgerReader:
    backbone_version = "0" * 64
    aspect_readers = {}
    versions = {
        "sentiment": card("sentiment", STEPS),
        "intent": card("intent", ("track_order",)),
    }

    @property
    def backbone(self):
        """The encoder beneath: the same vectors, and a sentence reads as its text does."""
        return LedgerBackbone(self)

    def read(self, texts, tasks):
        for text in texts:
            self._note(text)
        return [self._reading(text, wanted) for text, wanted in zip(texts, tasks, strict=True)]

    def _note(self, text):
        path = os.environ.get("ENGINE_LEDGER")
        if path:
            with open(path, "a") as ledger:
                ledger.write(text.replace("\n", " ") + "\n")
        time.sleep(float(os.environ.get("ENGINE_PACE", "0")))
        if "RAISE" in text:
            raise ValueError("this text cannot be read")
        if "KILL" in text:
            os.kill(os.getpid(), signal.SIGKILL)
        if "HUNGRY" in text:
            _ = bytearray(1_000_000_000)
        while "WAIT" in text and not Path(f"{path}.go").exists():
            time.sleep(0.02)

    def _reading(self, text, wanted):
        good = "good" in text
        felt = Prediction(
            label="positive" if good else "negative",
            probability=0.9,
            distribution={"positive": 0.9 if good else 0.1, "negative": 0.1 if good else 0.9},
            score=0.5 if good else -0.5,
        )
        intent = Prediction(label="track_order", probability=0.8, distribution={"track_order": 0.8})
        said = {"sentiment": felt, "intent": intent}
        return Reading(
            input_sha256=hashlib.sha256(text.encode()).hexdigest(),
            language="en",
            embedding=[0.0] * 384,
            predictions={task: said[task] for task in wanted},
            cards=self.versions,
        )


def load(**_):
    return LedgerReader()


class NoAnswers:
    """Answers nothing, and is there at once."""

    def load(self):
        return


def load_no_answers(*_, **__):
    return NoAnswers()


class PriorityReader(LedgerReader):
    """As the other, and finds every ticket urgent."""

    versions = LedgerReader.versions | {
        "priority": card("priority", ("normal", "urgent", "low", "high"))
    }

    def _reading(self, text, wanted):
        reading = super()._reading(text, wanted - {"priority"})
        if "priority" in wanted:
            said = Prediction(label="urgent", probability=0.8, distribution={"urgent": 0.8})
            reading.predictions["priority"] = said
        return reading


def load_with_priority(**_):
    return PriorityReader()
