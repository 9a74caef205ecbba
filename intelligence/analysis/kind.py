"""What the road needs to know of one kind of row: how to load, read and store it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from customers.models import Analysable
from intelligence.engines.contract import Card, Prediction


@dataclass(frozen=True, slots=True)
class Opinion:
    """One task's prediction about one row, and the card of the model that made it."""

    task: str
    prediction: Prediction
    card: Card


@dataclass(frozen=True, slots=True)
class Likeness:
    """The name that a text is most like by its description, and the cosine of the two."""

    label: str
    cosine: float


@dataclass(frozen=True, slots=True)
class Vector:
    """A text's embedding float32[d], of length 1 (zeros where nothing was read), the version
    of the encoder that made it, and the language of the text. `is_opening` tells the text
    that decides the topic of its row: of a ticket's messages the first.
    """

    embedding: NDArray[np.float32]
    version: str
    language: str
    is_opening: bool = True


@dataclass(frozen=True, slots=True)
class Result:
    """What was read of one row: columns to store on it, and the opinions for the ledger.

    `extra` carries what the kind stores beside the row, such as a product's embedding;
    `likeness` what an opening message is like, where no model had learnt its intent;
    `vector` the text's embedding, where it is kept.
    """

    input_sha256: str
    columns: dict[str, Any] = field(default_factory=dict)
    opinions: tuple[Opinion, ...] = ()
    extra: Any = None
    likeness: Likeness | None = None
    vector: Vector | None = None


class Kind(ABC):
    """One kind of row. `read` runs models and writes nothing; `keep` only writes."""

    name: ClassVar[str]
    model: ClassVar[type[Analysable]]
    columns: ClassVar[tuple[str, ...]]
    related: ClassVar[tuple[str, ...]] = ()

    def load(self, pks: Sequence[int]) -> list[Analysable]:
        """These rows, with what reading them needs."""
        return list(self.model.objects.filter(pk__in=pks).select_related(*self.related))

    def prepare(self) -> None:
        """Load the engines; raises before any row is claimed when that fails."""
        return

    def before_bulk(self) -> None:
        """What a long run does once before its first batch, such as fitting a model."""
        return

    @abstractmethod
    def read(self, rows: Sequence[Any]) -> list[Result]:
        """One result per row, in order. Pure as to the database, except for look-ups."""

    def keep(self, stored: Sequence[tuple[Any, Result]]) -> None:
        """Store what stands beside the rows, in the transaction that stored the rows."""
        return
