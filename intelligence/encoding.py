"""The encoder of the settings, for commands that read many texts in one process."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import numpy as np
from django.conf import settings
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import Progress

from intelligence.engines.backbone import Backbone

# Texts of like length go together within a chunk; the bar moves once a chunk.
CHUNK = 2048
# Padding moves the last bits of an embedding and so those of trained weights: what ships
# is trained with this budget, whatever workers find fast.
TOKEN_BUDGET = 4096


class ManyTexts:
    """Embeds texts on all cores, with a progress bar where somebody watches."""

    def __init__(self) -> None:
        self.backbone = Backbone(settings.BACKBONE or None, token_budget=TOKEN_BUDGET)

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """float32[n, d], rows of length 1. Raises MissingWeightsError."""
        self.backbone.load()
        chunks = [np.zeros((0, self.backbone.dimension), np.float32)]
        quiet = not sys.stderr.isatty()
        with Progress(console=Console(stderr=True), disable=quiet, transient=True) as bar:
            task = bar.add_task("reading texts", total=len(texts))
            for start in range(0, len(texts), CHUNK):
                chunk = texts[start : start + CHUNK]
                chunks.append(self.backbone.encode(chunk).embeddings)
                bar.advance(task, len(chunk))
        return np.concatenate(chunks)
