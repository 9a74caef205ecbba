"""Reviews: the public ones of musical instruments, or as many made from a seed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.samples.public import public_file
from benchmarks.samples.transactions import Sample

PUBLIC = "amazon_reviews/musical_instruments_2014.parquet"
ROWS = 8_634
SEED = 1_393_545_600

# Quantiles of the public file: words a review (title and text) at these shares of them.
SHARES = (0.0, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1.0)
WORDS = (3, 23, 26, 34, 58, 107, 194, 282, 529, 2050)
TITLE_WORDS = 4
USERS, ITEMS = 1_210, 900
SUBJECTS = ("the strings", "this pedal", "the cable", "my amp", "the stand", "this tuner")
VERBS = ("sounded", "felt", "was", "seemed", "stayed", "looked")
HOW = ("really", "a bit", "not", "surprisingly", "never", "always")
VERDICTS = ("good", "cheap", "solid", "noisy", "clear", "broken", "perfect", "disappointing")
LINKS = ("and", "but", "so", "because", "although", "while")


def reviews(folder: Path, rows: int = ROWS) -> Sample:
    """A file of so many reviews, for `import_shop reviews`: public ones, or made ones."""
    public = public_file(PUBLIC)
    if public and rows == ROWS:
        return Sample(public, f"{rows:,} public reviews")
    table = pq.read_table(public) if public else pa.Table.from_pylist(generated(rows))
    path = folder / "reviews.parquet"
    pq.write_table(table.slice(0, rows), path)
    return Sample(path, f"{rows:,} public reviews" if public else f"{rows:,} made reviews")


def generated(rows: int, seed: int = SEED) -> list[dict[str, Any]]:
    """So many reviews, as long as the public ones are."""
    rng = np.random.default_rng(seed)
    lengths = np.interp(rng.random(rows), SHARES, WORDS).astype(int)
    return [_review(rng, number, int(length)) for number, length in enumerate(lengths)]


def _review(rng: np.random.Generator, number: int, length: int) -> dict[str, Any]:
    said = words(rng, length)
    cut = min(TITLE_WORDS, length - 1)
    return {
        "review_id": f"made-{number}",
        "user_id": f"user-{rng.integers(USERS)}",
        "item_id": f"item-{rng.integers(ITEMS)}",
        "rating": int(rng.integers(1, 6)),
        "title": " ".join(said[:cut]),
        "text": " ".join(said[cut:]),
        "unix_time": SEED - int(rng.integers(10**8)),
    }


def words(rng: np.random.Generator, count: int) -> list[str]:
    """The first `count` words of clauses put together at random."""
    said: list[str] = []
    while len(said) < count:
        clause = [rng.choice(part) for part in (SUBJECTS, VERBS, HOW, VERDICTS, LINKS)]
        said += " ".join(clause).split()
    return said[:count]
