"""Training the sentiment head: five steps, learnt from labels on any scale.

Which sets may teach the head that ships is decided by their licences:
docs/decisions/0005-text-heads.md.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from intelligence.engines.fitting import Settings
from intelligence.engines.heads import Head
from intelligence.evaluation.columns import read_columns
from intelligence.evaluation.encode import Encode
from intelligence.evaluation.sentiment_scales import STEPS, VALUES
from intelligence.evaluation.text_tables import (
    SENTIMENT_LABELS,
    TextTable,
    labelled,
    read_texts,
)
from intelligence.evaluation.texts import sentiment_question
from intelligence.training.own_sentences import LICENCE, NAME, own_sentences
from intelligence.training.text_heads import Recipe, languages_of, train_text_head
from intelligence.training.text_sets import TextSet
from intelligence.training.ticket_tones import generated_requests, own_tickets

RECIPE = Recipe(
    task="sentiment",
    description="sentiment of a message or review in five steps",
    labels=STEPS,
    values=VALUES,
    target=0.75,
    settings=Settings(decay=1e-5, gram_decay=5e-5),
)
MIT = "MIT (of the repository it was found in)"


def train_sentiment(data: Path, encode: Encode, backbone: str) -> Head:
    """The head of the shipped recipe when `data` is the folder of its sets, else of a
    table with text and label. Raises TableError.
    """
    if data.is_dir():
        return train_text_head(RECIPE, shipped_sets(data), encode, backbone, unseen_sets(data))
    table = read_texts(data, SENTIMENT_LABELS)
    recipe = replace(RECIPE, languages=languages_of(table.texts))
    return train_text_head(recipe, table_sets(data.stem, table), encode, backbone)


def table_sets(name: str, table: TextTable) -> list[TextSet]:
    """A table, and our own sentences, without which labels of two or three kinds could
    not teach five steps.
    """
    return [TextSet(name, "the shop's own", sentiment_question(table)), _own(0.2)]


def shipped_sets(folder: Path) -> list[TextSet]:
    """What the shipped head learns from."""
    clothing = _reviews(folder / "womens_clothing/reviews.parquet", "title", "review_text")
    films = read_texts(folder / "sst2/train.parquet", ["label"])
    products = read_texts(folder / "customer_reviews_cr/sentences.parquet", ["label"])
    return [
        _own(0.5),
        own_tickets(0.4),
        TextSet("womens_clothing", "CC0", sentiment_question(clothing), rows_of_answer=3000),
        TextSet("sst2", MIT, sentiment_question(films), typical=False, rows_of_answer=15000),
        TextSet("customer_reviews_cr", MIT, sentiment_question(products), 0.5),
        generated_requests(folder, 0.2),
    ]


def unseen_sets(folder: Path) -> list[TextSet]:
    """Sets that measure the shipped head and never teach it: their licences do not allow
    that, and so they tell how it does on texts of another origin.
    """
    found = {
        "sst2_dev": read_texts(folder / "sst2/dev.parquet", ["label"]),
        "airline_tweets": read_texts(folder / "airline_tweets/tweets.parquet", ["sentiment"]),
        "amazon_musical_instruments": _reviews(
            folder / "amazon_reviews/musical_instruments_2014.parquet", "title", "text"
        ),
        "amazon_mixed_2023": _reviews(
            folder / "amazon_reviews/mixed_2023.parquet", "review_title", "review_text"
        ),
    }
    return [TextSet(name, "", sentiment_question(table)) for name, table in found.items()]


def _own(share: float) -> TextSet:
    question = sentiment_question(own_sentences("sentiment"))
    return TextSet(NAME, LICENCE, question, share, measured=False)


def _reviews(path: Path, title: str, text: str) -> TextTable:
    table = read_columns(path, [title, text, "rating"])
    return labelled(path, table, [title, text], "rating")
