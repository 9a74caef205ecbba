"""The encoder of the settings, for commands that read many texts in one process."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import Progress

from intelligence.engines.adapters import load_adapter
from intelligence.engines.backbone import Backbone, Encoded
from intelligence.engines.default import load_backbone
from intelligence.engines.errors import RefusedWeightsError
from intelligence.engines.pooling import Spans
from intelligence.evaluation.encode import Encode
from intelligence.training.encoder import MAX_TOKENS

# Texts of like length go together within a chunk; the bar moves once a chunk.
CHUNK = 2048


class ManyTexts:
    """Embeds texts on all cores, with a progress bar where somebody watches."""

    def __init__(self) -> None:
        self.backbone = load_backbone(settings.BACKBONE or None, [settings.MODELS_DIR])

    def adopt(self, folder: Path) -> None:
        """From now on read with the encoder's adapter in `folder`. Raises RefusedWeightsError
        when it was trained for another encoder.
        """
        adapter, trained_for = load_adapter(folder)
        if trained_for != self.backbone.bare_version:
            raise RefusedWeightsError(f"{folder} was trained for another encoder")
        self.backbone = Backbone(settings.BACKBONE or None, adapter)

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """float32[n, d], rows of length 1. Raises MissingWeightsError."""
        return self.read(texts).embeddings

    def for_head(self, reads: str) -> Encode:
        """What gives the vectors that a head reads, "embedding" or "tone"."""
        return lambda texts: self.read(texts).vectors(reads)

    def read(self, texts: Sequence[str], spans: Sequence[Spans] | None = None) -> Encoded:
        """As `Backbone.encode`, without tokens. Raises MissingWeightsError."""
        self.backbone.load()
        chunks = [self.backbone.encode([])]
        quiet = not sys.stderr.isatty()
        with Progress(console=Console(stderr=True), disable=quiet, transient=True) as bar:
            task = bar.add_task("reading texts", total=len(texts))
            for start in range(0, len(texts), CHUNK):
                part = slice(start, start + CHUNK)
                own = None if spans is None else spans[part]
                chunks.append(self.backbone.encode(texts[part], spans=own))
                bar.advance(task, len(texts[part]))
        return Encoded(
            np.concatenate([chunk.embeddings for chunk in chunks]),
            np.concatenate([chunk.tones for chunk in chunks]),
            tuple(cut for chunk in chunks for cut in chunk.truncated),
            spans=tuple(states for chunk in chunks for states in chunk.spans),
        )


def trainable_encoder() -> Backbone:
    """The bare encoder of the settings, for training an adapter of it."""
    encoder = Backbone(settings.BACKBONE or None, max_tokens=MAX_TOKENS, accelerate=False)
    encoder.load()
    return encoder


@contextmanager
def shown_steps(what: str) -> Iterator[Callable[[Any], None]]:
    """What takes the reports of a training and shows them: a bar where somebody watches,
    lines where they go into a file. A report has `step` and `of`.
    """
    watched = sys.stderr.isatty()
    with Progress(console=Console(stderr=True), disable=not watched) as bar:
        task = bar.add_task(what)

        def report(steps: Any) -> None:
            bar.update(task, total=steps.of, completed=steps.step)
            if not watched:
                bar.console.print(f"{what}: step {steps.step} of {steps.of}")

        yield report
