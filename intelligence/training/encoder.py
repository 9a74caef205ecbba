"""Training the encoder's adapter: what makes its tone tell sentiment.

The recipe was measured for two cores; docs/decisions/0011-adapter.md holds the table. A
few passes over small sets, one over the large ones.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from intelligence.engines.adapters import TASK, Adapter
from intelligence.engines.backbone import Backbone
from intelligence.engines.contract import Card
from intelligence.engines.pooling import tokens_of
from intelligence.engines.tuning import Example, Progress, TuningSettings, tune
from intelligence.evaluation.columns import TableError, read_columns
from intelligence.training.opinion_sets import Opinion, OpinionSet, opinion_sets
from intelligence.training.text_sets import digest

MAX_TOKENS = 128  # of a text that is learnt from: the longer ones cost most and add little
SETTINGS = TuningSettings(rank=32, epochs=1, learning_rate=1.4e-3, closeness=6.0, token_budget=2048)
# How often each row of a set is seen; once where nothing is said.
PASSES = {
    "own sentences": 4,
    "sst2": 3,
    "customer_reviews_cr": 4,
    "amazon_multidomain_sentiment": 2,
    "womens_clothing": 2,
    "airline_tweets": 3,
    "absa_laptops": 5,
    "absa_restaurants": 5,
}
OTHER_PASSES = 2
# Of the texts with a known sentiment every sixth also holds the embedding where it was.
HOLDING = 6
# Texts of other kinds, which only hold the embedding: file, column, how many.
OTHERS = (
    ("banking77/train.parquet", "text", 2500),
    ("clinc150/train.parquet", "text", 2500),
    ("hwu64/train.parquet", "text", 1500),
    ("online_retail/transactions.parquet", "description", 1500),
    ("amazon_office/items.parquet", "title", 1500),
    ("squadshifts/amazon_reviews.parquet", "question", 1500),
    ("squadshifts/new_wiki.parquet", "context", 400),
    ("bitext_support/utterances.parquet", "text", 2500),
)


def train_encoder(
    data: Path,
    backbone: Backbone,
    only: Sequence[str] = (),
    report: Callable[[Progress], None] | None = None,
) -> tuple[Adapter, Card]:
    """An adapter of `backbone`, a bare encoder, learnt from the sets in the folder `data`,
    or of these from `only` some. Raises TableError.
    """
    sets = chosen_sets(data, only)
    opinions = [row for one in sets for row in one.learnt() * PASSES.get(one.name, 1)]
    opinions += [Opinion(text) for text in _other_texts(data)] * OTHER_PASSES
    tuned = tune(backbone._model, _examples(opinions, backbone), SETTINGS, report)
    return tuned.adapter(), _card(sets, backbone)


def chosen_sets(data: Path, only: Sequence[str] = ()) -> list[OpinionSet]:
    """The sets named, all of them when none is. Raises TableError for unknown names."""
    if not data.is_dir():
        raise TableError(f"{data} is no folder of sets to learn from")
    sets = opinion_sets(data)
    if unknown := set(only) - sets.keys():
        raise TableError(f"no set {', '.join(sorted(unknown))}; there are {', '.join(sets)}")
    return [one for name, one in sets.items() if not only or name in only]


def _other_texts(data: Path) -> list[str]:
    found: list[str] = []
    for name, column, count in OTHERS:
        texts = {text for text in read_columns(data / name, [column])[column].to_pylist() if text}
        found += sorted(texts, key=digest)[:count]
    return found


def _examples(opinions: Sequence[Opinion], backbone: Backbone) -> list[Example]:
    texts = [one.text for one in opinions]
    # A text that is seen in several passes is encoded once.
    held = list(dict.fromkeys(one.text for one in opinions if _holds(one)))
    bare = dict(zip(held, backbone.encode(held).embeddings, strict=True))
    return [
        Example(
            tuple(encoding.ids),
            one.allowed,
            tuple(_in_tokens(encoding.offsets, one)),
            bare.get(one.text) if _holds(one) else None,
        )
        for one, encoding in zip(opinions, backbone._tokenise(texts), strict=True)
    ]


def _holds(opinion: Opinion) -> bool:
    known = bool(opinion.allowed or opinion.aspects)
    return not known or digest(opinion.text) % HOLDING == 0


def _in_tokens(offsets: Sequence[tuple[int, int]], opinion: Opinion) -> list[tuple[int, int, int]]:
    found = []
    for start, end, polarity in opinion.aspects:
        first, last = tokens_of(offsets, (start, end))
        if first < last:
            found.append((first, last, polarity))
    return found


def _card(sets: Sequence[OpinionSet], backbone: Backbone) -> Card:
    return Card(
        name=TASK,
        task=TASK,
        description="low-rank adapter: the tone of a text beside its embedding",
        labels=(),
        languages=("en",),
        backbone=backbone.name,
        sha256="",
        licence="Apache-2.0",
        training_data=tuple(
            {"name": one.name, "licence": one.licence, "rows": len(one.learnt())} for one in sets
        ),
    )
