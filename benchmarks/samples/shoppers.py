"""What customers write, English and long enough to take words out of: of the demo shop,
and of public sets.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np
import pyarrow.parquet as pq

from benchmarks.samples.public import public_file
from customers.demo.shop import SEED, generate
from intelligence.evaluation.faithfulness import long_enough

ANCHOR = date(2026, 5, 4)
PUBLIC: dict[str, dict[str, tuple[str, ...]]] = {
    "sentiment": {
        "airline_tweets/tweets.parquet": ("text",),
        "womens_clothing/reviews.parquet": ("title", "review_text"),
    },
    "intent": {"banking77/train.parquet": ("text",)},
}


def demo_texts(task: str, count: int) -> list[str]:
    """Up to `count` reviews of the demo shop (sentiment) or opening messages (intent)."""
    shop = generate(SEED, ANCHOR)
    if task == "sentiment":
        texts = [f"{one.title}\n{one.body}" for one in shop.reviews if one.person.language == "en"]
    else:
        english = [one for one in shop.tickets if one.person.language == "en"]
        texts = [f"{one.subject}\n{one.messages[0].body}" for one in english]
    return _drawn(texts, count)


def public_texts(task: str, count: int) -> list[str]:
    """Up to `count` public texts, as many of each set; none where a set is not there."""
    names = PUBLIC[task]
    if not all(public_file(name) for name in names):
        return []
    return [text for name in names for text in _drawn(_of(name, names[name]), count // len(names))]


def _of(name: str, columns: tuple[str, ...]) -> Iterator[str]:
    for row in pq.read_table(public_file(name), columns=list(columns)).to_pylist():
        yield "\n".join(row[column] or "" for column in columns).strip()


def _drawn(texts: Iterator[str] | list[str], count: int) -> list[str]:
    found = long_enough(list(texts))
    order = np.random.default_rng(SEED).permutation(len(found))[:count]
    return [found[place] for place in order]
