"""What staff said about texts: intents, priorities, sentiments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from intelligence.engines.head_files import load_head, save_head
from intelligence.engines.heads import Head
from intelligence.engines.language import language_of
from intelligence.evaluation.details import figures_by_name
from intelligence.evaluation.predictions import Told
from intelligence.evaluation.text_tables import TextTable
from intelligence.loaded import text_reader
from intelligence.training.corrections import corrected, golden, joined
from intelligence.training.lesson import Lesson
from intelligence.training.own_sentences import own_sentences
from intelligence.training.shop_head import train_from_corrections

if TYPE_CHECKING:
    from intelligence.engines.backbone import Backbone

CHUNK = 64


class TextLesson(Lesson[Head]):
    """Corrected texts, judged on the shop's own held-out ones and those of the code."""

    def __init__(self, task: str) -> None:
        reader = text_reader()
        self.task, self.serving = task, reader.heads[task]
        self.backbone_version = reader.backbone_version
        languages = self.serving.card.languages
        rows = corrected(task, languages)
        self.learnt = rows.learnt
        self.held_out = joined(_readable(golden(task), languages), rows.held_out)
        self.own = own_sentences(task)
        self.vectors = Vectors(reader.backbone, self.serving.reads)
        self.rows_learnt, self.rows_held_out = len(self.learnt), len(self.held_out)

    def prepare(self, told: Callable[[float], None]) -> None:
        """Read every text once."""
        self.vectors.read((*self.learnt.texts, *self.held_out.texts, *self.own.texts), told)

    def taught(self, base: Head) -> Head:
        """See `shop_head.train_from_corrections`."""
        return train_from_corrections(self.task, self.learnt, base, self.vectors, self.own)

    def figures(self, model: Head) -> dict[str, Any]:
        """By class and by language."""
        texts = self.held_out.texts
        probabilities = model.probabilities(self.vectors(texts), texts)
        said = np.array([not model.prediction(row).abstained for row in probabilities], bool)
        told = Told(model.parameters.labels, probabilities, said)
        return figures_by_name(told, self.held_out.labels, texts)

    def load(self, folder: Path) -> Head:
        """A head for the encoder in use."""
        return load_head(folder, self.backbone_version)

    def save(self, model: Head, folder: Path) -> Head:
        """Bound to the encoder in use."""
        return save_head(model, folder, self.backbone_version)


class Vectors:
    """Embeds texts for one kind of heads, each text once."""

    def __init__(self, backbone: Backbone, reads: str) -> None:
        self.backbone, self.reads = backbone, reads
        self.known: dict[str, NDArray[np.float32]] = {}

    def read(self, texts: Sequence[str], told: Callable[[float], None] | None = None) -> None:
        """Keep the vectors of these texts; `told` takes the share that is done."""
        new = sorted({text for text in texts if text not in self.known}, key=len)
        for start in range(0, len(new), CHUNK):
            chunk = new[start : start + CHUNK]
            vectors = self.backbone.encode(chunk).vectors(self.reads)
            self.known.update(zip(chunk, vectors, strict=True))
            if told:
                told((start + len(chunk)) / len(new))

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """float32[n, d], rows of length 1."""
        self.read(texts)
        return np.stack([self.known[text] for text in texts])


def _readable(table: TextTable, languages: Sequence[str]) -> TextTable:
    """The rows in these languages."""
    kept = [at for at, text in enumerate(table.texts) if language_of(text) in languages]
    return TextTable(
        tuple(table.texts[at] for at in kept),
        tuple(table.labels[at] for at in kept),
        tuple(range(len(kept))),
    )
