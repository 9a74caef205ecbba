"""How fast the reader reads passages, beside the plain code of transformers.

Both have the same weights, threads and pairs. The peer is what the documentation of question
answering shows: a padded batch of the pairs as they come, the model, the best start and end.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any

import pyarrow.parquet as pq
import torch
from django.conf import settings

from benchmarks.instruments.machine import usable_cores
from benchmarks.instruments.report import Report, Target
from benchmarks.instruments.timing import seconds_of, speed_ratio, turn_by_turn
from benchmarks.samples.reviews import reviews
from intelligence.engines.answer_reader import MAX_TOKENS, STRIDE, ExtractiveReader, open_reader
from intelligence.engines.head_files import SHIPPED
from intelligence.engines.reader_files import TASK

PAIRS, SMALL_PAIRS, ROUNDS = 480, 32, 4
PEER_BATCH = 16
WORDS = 180  # the longest passages that articles are cut into
QUESTIONS = (
    "how long does the battery last?",
    "is it loud enough for a small room",
    "what are the strings made of?",
    "does it come with a cable or a case?",
)
TARGETS = (Target("times_the_peer", "at_least", 1.5), Target("spans_shared", "at_least", 0.9))
PEER = "transformers' AutoModelForQuestionAnswering in float32, padded batches of 16"

Pair = tuple[str, str]


def measure(*, small: bool = False) -> Report:
    """Read pairs in rounds, ours and the peer by turns."""
    pairs, source = _pairs(SMALL_PAIRS if small else PAIRS)
    threads = usable_cores()
    torch.set_num_threads(threads)
    ours = open_reader(SHIPPED / TASK, threads=threads)
    plain = open_reader(SHIPPED / TASK, threads=threads)
    plain.accelerate = False
    for reader in (ours, plain):
        reader.load()
    parts = [pairs[start::ROUNDS] for start in range(ROUNDS)]
    times = turn_by_turn(
        lambda number: seconds_of(lambda: ours.read_pairs(parts[number])),
        lambda number: seconds_of(lambda: _plainly(plain, parts[number])),
        ROUNDS,
    )
    said = [reading.text for reading in ours.read_pairs(parts[0])]
    shared = [a == b for a, b in zip(said, _plainly(plain, parts[0]), strict=True)]
    return Report(
        benchmark="answering",
        sample=f"{len(pairs):,} pairs: {source}, cut at {WORDS} words, in {ROUNDS} rounds",
        peer=PEER,
        figures={
            "passages_per_second": round(len(pairs) / sum(own for own, _ in times), 1),
            "peer_passages_per_second": round(len(pairs) / sum(other for _, other in times), 1),
            "times_the_peer": round(speed_ratio(times), 2),
            "spans_shared": round(sum(shared) / len(shared), 3),
            "cores": threads,
        },
        targets=TARGETS,
        small=small,
    )


def _pairs(count: int) -> tuple[list[Pair], str]:
    sample = reviews(settings.VAR_DIR)
    texts = pq.read_table(sample.path, columns=["text"]).column("text").to_pylist()
    cut = (" ".join(text.split()[:WORDS]) for text in texts if len(text.split()) >= WORDS // 3)
    passages = list(islice(cut, count))
    pairs = [(QUESTIONS[at % len(QUESTIONS)], passage) for at, passage in enumerate(passages)]
    return pairs, f"{len(QUESTIONS)} questions on {sample.description}"


def _plainly(reader: ExtractiveReader, pairs: Sequence[Pair]) -> list[str]:
    model, tokenizer = reader._model, reader._tokenizer
    found: list[str] = []
    for start in range(0, len(pairs), PEER_BATCH):
        part = pairs[start : start + PEER_BATCH]
        given: Any = tokenizer(
            [question for question, _ in part],
            [passage for _, passage in part],
            truncation="only_second",
            max_length=MAX_TOKENS,
            stride=STRIDE,
            padding=True,
            return_tensors="pt",
        )
        with torch.inference_mode():
            told = model(**given)
        for row, (_, passage) in enumerate(part):
            found.append(_best(given.encodings[row], told, row, passage))
    return found


def _best(encoding: Any, told: Any, row: int, passage: str) -> str:
    outside = torch.tensor([whose != 1 for whose in encoding.sequence_ids])
    starts = told.start_logits[row].masked_fill(outside, -torch.inf)
    ends = told.end_logits[row].masked_fill(outside, -torch.inf)
    scores = (
        (starts[:, None] + ends[None, :])
        .triu()
        .masked_fill(
            ~torch.ones(len(starts), len(ends), dtype=torch.bool).triu().tril(29), -torch.inf
        )
    )
    first, last = divmod(int(scores.argmax()), len(ends))
    return passage[encoding.offsets[first][0] : encoding.offsets[last][1]]
