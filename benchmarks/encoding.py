"""How fast texts become vectors on the whole machine, beside sentence-transformers, and
what the heads and the memory add to that.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from django.conf import settings
from numpy.typing import NDArray

from benchmarks.instruments.machine import usable_cores
from benchmarks.instruments.report import Report, Target
from benchmarks.instruments.timing import seconds_of, speed_ratio, turn_by_turn
from benchmarks.samples.reviews import reviews
from benchmarks.samples.tickets import ticket

TEXTS, SMALL_TEXTS, ROUNDS = 2_000, 128, 4
# `ENCODING_FLAT_TEXTS=100000` shows that memory stays flat over as many texts.
FLAT_TEXTS, SMALL_FLAT_TEXTS = 4_000, 256
SETTLED = 0.25  # the share of these texts after which memory must not grow
NEIGHBOURS = 10
WORKERS = 2  # the interactive and the bulk worker read in one process each
TARGETS = (
    Target("times_the_peer", "at_least", 2.0),
    Target("heads_add_percent", "at_most", 10),
    Target("worker_rss_mb", "at_most", 900),
    Target("growth_mb", "at_most", 20),
)
PEER = "sentence-transformers' encode at its defaults, same weights, same texts"
PROGRAM = "benchmarks.instruments.encoder"


@dataclass(slots=True)
class Encoder:
    """A process that encodes; `ask` starts work, `answer` waits for its end."""

    process: subprocess.Popen[str]

    def ask(self, do: str, **arguments: Any) -> None:
        """Have it do something; it starts at once."""
        assert self.process.stdin
        self.process.stdin.write(json.dumps({"do": do, **arguments}) + "\n")
        self.process.stdin.flush()

    def answer(self) -> Any:
        """What it found. Raises RuntimeError when it ended instead."""
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("the encoder ended before it answered")
        return json.loads(line)


def measure(*, small: bool = False) -> Report:
    """Encode reviews in rounds, ours and the peer by turns; then look at the rest."""
    texts, source = _texts(SMALL_TEXTS if small else TEXTS)
    flat = SMALL_FLAT_TEXTS if small else int(os.environ.get("ENCODING_FLAT_TEXTS", FLAT_TEXTS))
    with ExitStack() as stack:
        ours = [stack.enter_context(_encoder("ours")) for _ in range(WORKERS)]
        peer = stack.enter_context(_encoder("peer"))
        parts = [texts[start::ROUNDS] for start in range(ROUNDS)]
        pairs = turn_by_turn(
            lambda number: seconds_of(lambda: _encode(ours, parts[number])),
            lambda number: seconds_of(lambda: _encode([peer], parts[number])),
            ROUNDS,
        )
        found = {
            **speed(pairs, len(texts)),
            **likeness(*(_embeddings(encoder, parts[0]) for encoder in (ours[0], peer))),
            **_share_of_peak(ours, texts, pairs),
            **_heads(ours[0], parts[0]),
            **_memory(ours[0], flat),
        }
    return Report(
        benchmark="encoding",
        sample=f"{len(texts):,} of {source}, in {ROUNDS} rounds; {flat:,} tickets for memory",
        peer=PEER,
        figures=found | {"cores": usable_cores(), "processes": WORKERS},
        targets=TARGETS,
        small=small,
    )


def speed(pairs: Sequence[tuple[float, float]], texts: int) -> dict[str, float]:
    """Rates over all rounds, the ratio as the median of the rounds."""
    return {
        "texts_per_second": round(texts / sum(ours for ours, _ in pairs), 1),
        "peer_texts_per_second": round(texts / sum(peer for _, peer in pairs), 1),
        "times_the_peer": round(speed_ratio(pairs), 2),
        "lowest_round": round(min(peer / ours for ours, peer in pairs), 2),
    }


def likeness(ours: NDArray[np.float32], peer: NDArray[np.float32]) -> dict[str, float]:
    """How near our vectors are to the peer's, and how many nearest texts are the same."""
    cosines = (ours * peer).sum(axis=1)
    shared = [
        len(set(a) & set(b)) / NEIGHBOURS
        for a, b in zip(_nearest(ours), _nearest(peer), strict=True)
    ]
    return {
        "cosine_mean": round(float(cosines.mean()), 4),
        "cosine_lowest": round(float(cosines.min()), 4),
        "neighbours_shared": round(float(np.mean(shared)), 3),
    }


def _nearest(vectors: NDArray[np.float32]) -> NDArray[np.int64]:
    cosines = vectors @ vectors.T
    np.fill_diagonal(cosines, -np.inf)
    return np.argsort(-cosines, axis=1)[:, :NEIGHBOURS]


def _texts(count: int) -> tuple[list[str], str]:
    sample = reviews(settings.VAR_DIR)
    rows = pq.read_table(sample.path, columns=["title", "text"]).slice(0, count).to_pylist()
    return [f"{row['title']}\n{row['text']}" for row in rows], sample.description


@contextmanager
def _encoder(side: str) -> Iterator[Encoder]:
    command = [sys.executable, "-m", PROGRAM, side]
    with subprocess.Popen(
        command, cwd=settings.BASE_DIR, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        encoder = Encoder(process)
        encoder.answer()
        yield encoder
        assert process.stdin
        process.stdin.close()


def _encode(encoders: Sequence[Encoder], texts: Sequence[str]) -> None:
    """Each encoder takes its share of the texts, all at the same time."""
    for number, encoder in enumerate(encoders):
        encoder.ask("encode", texts=texts[number :: len(encoders)])
    for encoder in encoders:
        encoder.answer()


def _embeddings(encoder: Encoder, texts: Sequence[str]) -> NDArray[np.float32]:
    path = Path(settings.VAR_DIR, "embeddings.npy")
    encoder.ask("encode", texts=texts, to=str(path))
    encoder.answer()
    return np.load(path)


def _share_of_peak(
    encoders: Sequence[Encoder], texts: Sequence[str], pairs: Sequence[tuple[float, float]]
) -> dict[str, float]:
    """The linear layers' operations a second beside what float32 products reach here."""
    for encoder in encoders:
        encoder.ask("peak")
    peak = sum(encoder.answer() for encoder in encoders)
    encoders[0].ask("operations", texts=texts)
    operations = encoders[0].answer()
    ours, peer = (operations / sum(seconds) for seconds in zip(*pairs, strict=True))
    return {
        "float_peak_gflops": round(peak),
        "share_of_float_peak": round(ours / peak, 2),
        "peer_share_of_float_peak": round(peer / peak, 2),
    }


def _heads(encoder: Encoder, texts: Sequence[str]) -> dict[str, float]:
    encoder.ask("heads", texts=texts)
    embedding, heads = encoder.answer()
    return {"heads_add_percent": round(100 * heads / embedding, 2)}


def _memory(encoder: Encoder, count: int) -> dict[str, float | None]:
    """Memory of one process with every head, and by how much it still grew after a quarter."""
    texts = [_ticket_text(number) for number in range(count)]
    first = int(count * SETTLED)
    readings = []
    for part in (texts[:first], texts[first:]):
        encoder.ask("read", texts=part)
        readings.append(encoder.answer())
    (settled, _), (rss, peak) = readings
    return {
        "worker_rss_mb": round(rss),
        "worker_peak_mb": round(peak),
        "growth_mb": round(rss - settled, 1),
    }


def _ticket_text(number: int) -> str:
    made = ticket(number)
    return f"{made['subject']}\n{made['body']}"
