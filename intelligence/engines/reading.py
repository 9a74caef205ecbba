"""One reading of a text serves every question: it is embedded once, and each head reads
that embedding.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import chain
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from intelligence.engines.aspect_readers import aspect_readers as readers_of_aspects
from intelligence.engines.backbone import Backbone, Encoded
from intelligence.engines.contract import Card, Prediction, abstention
from intelligence.engines.evidence import against_the_rest, attribute
from intelligence.engines.heads import EMBEDDING, TONE, Head
from intelligence.engines.language import language_of
from intelligence.engines.pooling import Readouts

NOTHING_TO_READ = "there are no words to read"


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read of one text.

    `input_sha256` is of its UTF-8 bytes; `language` an ISO 639-1 code or None;
    `embedding` float32[d] of length 1; `truncated` tells that only the beginning was
    read (docs/models.md says how much). `cards` tells which model answered each task.
    """

    input_sha256: str
    language: str | None
    embedding: NDArray[np.float32]
    predictions: dict[str, Prediction]
    cards: dict[str, Card]
    truncated: bool


class Specialist(Protocol):
    """An engine of its own for texts that the encoder cannot read, such as Chinese ones."""

    @property
    def card(self) -> Card:
        """The model."""
        ...

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages it reads."""
        ...

    def predictions(self, texts: Sequence[str]) -> list[Prediction]:
        """One opinion a text."""
        ...

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """float32[n, labels], in the order of the card."""
        ...


class TextReader:
    """A backbone with heads, by task, by task the specialists for further languages, and
    the head that tells how aspects sound. Stateless: the same texts give the same readings.
    """

    def __init__(
        self,
        backbone: Backbone,
        heads: Mapping[str, Head],
        specialists: Mapping[str, Sequence[Specialist]] | None = None,
        aspects: Head | None = None,
    ) -> None:
        self.backbone = backbone
        # The columns of a text's tokens are in this order: see `Readouts`.
        self.heads = dict(sorted(heads.items(), key=lambda one: one[1].reads))
        self.specialists = dict(specialists or {})
        self.aspect_readers = readers_of_aspects(self, aspects)
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
        cards: list[dict[str, Card]] = [{} for _ in texts]
        for task in self.heads:
            rows = [row for row, wanted in enumerate(asked) if task in wanted]
            rest = self._ask_specialists(task, rows, texts, languages, predictions, cards)
            self._answer(task, rest, texts, languages, encoded, predictions)
            for row in rest:
                cards[row][task] = self.heads[task].card
        return [
            Reading(sha256_of(text), language, embedding, answers, made_by, cut)
            for text, language, embedding, answers, made_by, cut in zip(
                texts,
                languages,
                encoded.embeddings,
                predictions,
                cards,
                encoded.truncated,
                strict=True,
            )
        ]

    def _ask_specialists(
        self,
        task: str,
        rows: Sequence[int],
        texts: Sequence[str],
        languages: Sequence[str | None],
        predictions: list[dict[str, Prediction]],
        cards: list[dict[str, Card]],
    ) -> list[int]:
        """Have specialists answer for the rows in their languages; returns the other rows."""
        rest = list(rows)
        for specialist in self.specialists.get(task, ()):
            own = [row for row in rest if languages[row] in specialist.languages]
            said = specialist.predictions([texts[row] for row in own])
            for row, prediction in zip(own, said, strict=True):
                predictions[row][task], cards[row][task] = prediction, specialist.card
            rest = [row for row in rest if languages[row] not in specialist.languages]
        return rest

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
            if refusal := _refusal(self._languages(task), languages[row]):
                predictions[row][task] = abstention(refusal)
            else:
                readable.append(row)
        if not readable:
            return
        vectors = encoded.vectors(head.reads)[readable]
        probabilities = head.probabilities(vectors, [texts[row] for row in readable])
        for row, p in zip(readable, probabilities, strict=True):
            view = encoded.tokens[row].of(columns)
            direction = against_the_rest(p, head.best(p))
            words = attribute(head, texts[row], view, direction).strongest()
            predictions[row][task] = head.prediction(p, words)

    def _languages(self, task: str) -> list[str]:
        """All languages in which the task is answered."""
        further = (one.languages for one in self.specialists.get(task, ()))
        return [*self.heads[task].card.languages, *chain.from_iterable(further)]

    def _columns(self, task: str) -> slice:
        """Where this head's labels stand among the stacked read-outs."""
        start = 0
        for name, head in self.heads.items():
            end = start + len(head.parameters.labels)
            if name == task:
                return slice(start, end)
            start = end
        raise KeyError(task)


def _refusal(known: Sequence[str], language: str | None) -> str:
    if language is None:
        return NOTHING_TO_READ
    if language not in known:
        return f"written in {language!r}; this model reads {', '.join(known)} only"
    return ""


def _stacked(heads: Sequence[Head]) -> Readouts | None:
    if not heads:
        return None
    width = heads[0].parameters.weight.shape[1]
    return Readouts(*(_weights(heads, kind, width) for kind in (EMBEDDING, TONE)))


def _weights(heads: Sequence[Head], reads: str, width: int) -> NDArray[np.float32]:
    own = [head.parameters.weight for head in heads if head.reads == reads]
    return np.concatenate([np.zeros((0, width), np.float32), *own])


def sha256_of(text: str) -> str:
    """The input hash of a text, of its UTF-8 bytes."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
