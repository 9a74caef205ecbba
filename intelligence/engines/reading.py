"""One reading of a text serves every question: it is embedded once, and each head reads
that embedding.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intelligence.engines.backbone import Backbone, Encoded
from intelligence.engines.contract import Card, Prediction, abstention
from intelligence.engines.evidence import against_the_rest, attribute
from intelligence.engines.heads import Head
from intelligence.engines.language import language_of

NOTHING_TO_READ = "there are no words to read"


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read of one text.

    `input_sha256` is of its UTF-8 bytes; `language` an ISO 639-1 code or None;
    `embedding` float32[d] of length 1; `truncated` tells that only the beginning was
    read (docs/models.md says how much).
    """

    input_sha256: str
    language: str | None
    embedding: NDArray[np.float32]
    predictions: dict[str, Prediction]
    truncated: bool


class TextReader:
    """A backbone with heads, by task. Stateless: the same texts give the same readings."""

    def __init__(self, backbone: Backbone, heads: Mapping[str, Head]) -> None:
        self.backbone = backbone
        self.heads = dict(heads)
        self._readouts = _stacked(list(self.heads.values()))

    @property
    def versions(self) -> dict[str, Card]:
        """The card of the head that answers each task."""
        return {task: head.card for task, head in self.heads.items()}

    @property
    def backbone_version(self) -> str:
        """sha256 of the encoder that made the embeddings."""
        return self.backbone.version

    def read(
        self, texts: Sequence[str], tasks: Sequence[AbstractSet[str]] | None = None
    ) -> list[Reading]:
        """One reading per text, in order, with a prediction for each task asked of it
        (None: every task of this reader). Raises KeyError for a task without a head.
        """
        asked = [set(self.heads)] * len(texts) if tasks is None else [set(t) for t in tasks]
        if len(asked) != len(texts):
            raise ValueError(f"{len(texts)} texts but {len(asked)} sets of tasks")
        if unknown := set().union(*asked) - self.heads.keys():
            raise KeyError(f"no head for {sorted(unknown)}; there are {sorted(self.heads)}")
        encoded = self.backbone.encode(texts, self._readouts if any(asked) else None)
        languages = [language_of(text) for text in texts]
        predictions: list[dict[str, Prediction]] = [{} for _ in texts]
        for task in self.heads:
            rows = [row for row, wanted in enumerate(asked) if task in wanted]
            self._answer(task, rows, texts, languages, encoded, predictions)
        return [
            Reading(_sha256(text), language, embedding, answers, cut)
            for text, language, embedding, answers, cut in zip(
                texts, languages, encoded.embeddings, predictions, encoded.truncated, strict=True
            )
        ]

    def _answer(
        self,
        task: str,
        rows: Sequence[int],
        texts: Sequence[str],
        languages: Sequence[str | None],
        encoded: Encoded,
        predictions: list[dict[str, Prediction]],
    ) -> None:
        head = self.heads[task]
        columns = self._columns(task)
        readable = []
        for row in rows:
            if refusal := _refusal(head.card, languages[row]):
                predictions[row][task] = abstention(refusal)
            else:
                readable.append(row)
        if not readable:
            return
        probabilities = head.probabilities(
            encoded.embeddings[readable], [texts[row] for row in readable]
        )
        for row, p in zip(readable, probabilities, strict=True):
            view = encoded.tokens[row].of(columns)
            direction = against_the_rest(p, head.best(p))
            words = attribute(head, texts[row], view, direction).strongest()
            predictions[row][task] = head.prediction(p, words)

    def _columns(self, task: str) -> slice:
        """Where this head's labels stand among the stacked read-outs."""
        start = 0
        for name, head in self.heads.items():
            end = start + len(head.parameters.labels)
            if name == task:
                return slice(start, end)
            start = end
        raise KeyError(task)


def _refusal(card: Card, language: str | None) -> str:
    if language is None:
        return NOTHING_TO_READ
    if language not in card.languages:
        known = ", ".join(card.languages)
        return f"written in {language!r}; this model reads {known} only"
    return ""


def _stacked(heads: Sequence[Head]) -> NDArray[np.float32] | None:
    return np.concatenate([head.parameters.weight for head in heads]) if heads else None


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
