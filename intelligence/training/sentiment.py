"""Training the sentiment head: five steps, learnt from labels on any scale.

Which sets may teach the head that ships is decided by their licences:
docs/decisions/0005-text-heads.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from intelligence.engines.fitting import Settings
from intelligence.engines.heads import TONE, Head
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
from intelligence.training.encoder import chosen_sets
from intelligence.training.opinion_sets import (
    CALIBRATING,
    MEASURED,
    Opinion,
    OpinionSet,
    as_question,
)
from intelligence.training.own_sentences import LICENCE, NAME, own_sentences
from intelligence.training.text_heads import (
    Recipe,
    languages_of,
    train_on_parts,
    train_text_head,
)
from intelligence.training.text_sets import TextSet
from intelligence.training.ticket_tones import generated_requests, own_tickets

RECIPE = Recipe(
    task="sentiment",
    description="sentiment of a message or review in five steps",
    labels=STEPS,
    values=VALUES,
    target=0.75,
    settings=Settings(decay=1e-4, gram_decay=2e-4),
)
ROWS_OF_ANSWER = 6000
# Written apart from what is learnt; no head learns from them.
MESSAGES = Path(__file__).parents[1] / "evaluation" / "tickets" / "sentiment_dev.jsonl"
# The weight of a set beside the others; the sets not named have 1.
SHARES = {"own sentences": 2.0}


def train_sentiment(data: Path, encode: Encode, backbone: str, only: Sequence[str] = ()) -> Head:
    """The head of the shipped recipe when `data` is the folder of its sets (or of these
    `only` some), else of a table with text and label. Raises TableError.
    """
    if data.is_dir():
        return _shipped(data, encode, backbone, only)
    table = read_texts(data, SENTIMENT_LABELS)
    recipe = replace(RECIPE, languages=languages_of(table.texts))
    head = train_text_head(recipe, table_sets(data.stem, table), encode, backbone)
    return replace(head, reads=TONE)


def table_sets(name: str, table: TextTable) -> list[TextSet]:
    """A table, and our own sentences, without which labels of two or three kinds could
    not teach five steps.
    """
    return [TextSet(name, "the shop's own", sentiment_question(table)), _own(0.2)]


def _shipped(data: Path, encode: Encode, backbone: str, only: Sequence[str]) -> Head:
    sets = [one for one in chosen_sets(data, only) if one.rows[0].allowed]
    learnt = [
        replace(_text_set(one, one.learnt()), rows_of_answer=ROWS_OF_ANSWER).learnt()
        for one in sets
    ]
    requests = [own_tickets(0.8), generated_requests(data, 0.2)] if not only else []
    head = train_on_parts(
        RECIPE,
        [*learnt, *requests],
        [_text_set(one, one.part(CALIBRATING)) for one in sets if one.measured],
        [*(_text_set(one, one.part(MEASURED)) for one in sets if one.measured),
         *unseen_sets(data)],
        encode,
        backbone,
    )  # fmt: skip
    return replace(head, reads=TONE)


def _text_set(one: OpinionSet, opinions: Sequence[Opinion]) -> TextSet:
    question = as_question(opinions)
    share = SHARES.get(one.name, 1.0)
    return TextSet(one.name, one.licence, question, share, measured=False, balanced=False)


def unseen_sets(folder: Path) -> list[TextSet]:
    """Messages and reviews of other origins, which neither the encoder nor its heads learn
    from.
    """
    path = folder / "amazon_reviews/mixed_2023.parquet"
    reviews = sentiment_question(_reviews(path, "review_title", "review_text"))
    messages = sentiment_question(read_texts(MESSAGES, SENTIMENT_LABELS))
    return [TextSet("written_messages", "", messages), TextSet("amazon_mixed_2023", "", reviews)]


def _own(share: float) -> TextSet:
    question = sentiment_question(own_sentences("sentiment"))
    return TextSet(NAME, LICENCE, question, share, measured=False)


def _reviews(path: Path, title: str, text: str) -> TextTable:
    table = read_columns(path, [title, text, "rating"])
    return labelled(path, table, [title, text], "rating")
