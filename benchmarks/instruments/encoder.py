"""An encoder in a process of its own, which does what the lines on its input ask.

`python -m benchmarks.instruments.encoder ours|peer`; every line is a JSON object with
`do` (a method below) and its arguments, and is answered by one line.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator, Sequence

import django
import numpy as np

from benchmarks.instruments.process_memory import own_memory

FIRST = ["so that the first round loads nothing"]
PEAK_SIZE, PEAK_SECONDS = 1536, 2.0


class Ours:
    """What a worker of the product loads, with its settings of threads and batches."""

    def __init__(self) -> None:
        from django.conf import settings

        from intelligence.loaded import text_reader

        self.reader, self.rows = text_reader(), settings.ANALYSIS_BATCH_ROWS
        self.reader.read(FIRST)

    def encode(self, texts: Sequence[str], to: str = "") -> None:
        """Embed the texts, and save what was found `to` a file."""
        found = [self.reader.backbone.encode(part).embeddings for part in self._parts(texts)]
        if to:
            np.save(to, np.concatenate(found))

    def heads(self, texts: Sequence[str]) -> tuple[float, float]:
        """CPU seconds of the embedding, and of all heads on it."""
        started = time.process_time()
        encoded = self.reader.backbone.encode(texts)
        embedded = time.process_time()
        for head in self.reader.heads.values():
            head.probabilities(encoded.vectors(head.reads), texts)
        return embedded - started, time.process_time() - embedded

    def read(self, texts: Sequence[str]) -> tuple[float, float]:
        """RSS now and at its highest, in MB, after everything was read of these texts."""
        for part in self._parts(texts):
            self.reader.read(part)
        taken = own_memory()
        return taken.rss_mb, taken.peak_mb

    def peak(self) -> float:
        """GFLOP/s of a large float32 matrix product."""
        import torch

        matrix = torch.randn(PEAK_SIZE, PEAK_SIZE)
        products, started = 0, time.perf_counter()
        while time.perf_counter() - started < PEAK_SECONDS:
            torch.mm(matrix, matrix)
            products += 1
        return 2e-9 * PEAK_SIZE**3 * products / (time.perf_counter() - started)

    def operations(self, texts: Sequence[str]) -> float:
        """GFLOP of the linear layers for these texts, without padding."""
        backbone = self.reader.backbone
        tokens = sum(len(encoding.ids) for encoding in backbone._tokenise(texts))
        config = backbone._model.config
        width, inner = config.hidden_size, config.intermediate_size
        return 2e-9 * tokens * config.num_hidden_layers * (4 * width**2 + 2 * width * inner)

    def _parts(self, texts: Sequence[str]) -> Iterator[Sequence[str]]:
        return (texts[start : start + self.rows] for start in range(0, len(texts), self.rows))


class Peer:
    """sentence-transformers at its defaults, with the same weights."""

    def __init__(self) -> None:
        from sentence_transformers import SentenceTransformer

        from intelligence.engines.backbone import Backbone

        self.model = SentenceTransformer(str(Backbone().folder), device="cpu")
        self.encode(FIRST)

    def encode(self, texts: Sequence[str], to: str = "") -> None:
        """Embed the texts, and save what was found `to` a file."""
        found = self.model.encode(list(texts), show_progress_bar=False)
        if to:
            np.save(to, found / np.linalg.norm(found, axis=1, keepdims=True))


def main(side: str) -> None:
    """Load the encoder, say so, and answer until the input ends."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints is no answer
    django.setup()
    encoder = Ours() if side == "ours" else Peer()
    print(json.dumps("ready"), file=answers, flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        answer = getattr(encoder, asked.pop("do"))(**asked)
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
