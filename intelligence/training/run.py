"""Training one task from data to files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from intelligence.encoding import ManyTexts, shown_steps, trainable_encoder
from intelligence.engines.adapters import TASK as ENCODER
from intelligence.engines.adapters import save_adapter
from intelligence.engines.chinese import TASK as CHINESE
from intelligence.engines.chinese import save_chinese
from intelligence.engines.contract import Card
from intelligence.engines.head_files import SHIPPED, save_head
from intelligence.engines.heads import TONE, Head
from intelligence.engines.reader_files import TASK as ANSWERING
from intelligence.engines.segment import save_segment
from intelligence.training.answering import train_reader
from intelligence.training.aspects import TASK as ASPECTS
from intelligence.training.aspects import train_aspects
from intelligence.training.chinese import train_chinese
from intelligence.training.encoder import chosen_sets, train_encoder
from intelligence.training.intent import train_intent
from intelligence.training.own_sentences import SENTENCES
from intelligence.training.priority import train_priority
from intelligence.training.segment import train_segment
from intelligence.training.sentiment import train_sentiment

TEXT_TASKS = {"intent": train_intent, "priority": train_priority}
TASKS = ("sentiment", *TEXT_TASKS, CHINESE, "segment", ANSWERING)
# What a task learns from when no data are named: sentences that come with the code.
OWN_DATA = {"priority": SENTENCES}


@dataclass(frozen=True, slots=True)
class Choices:
    """How to train beside what on: `only` these of the sets of a folder; with
    `keep_encoder` sentiment is learnt on the encoder in service.
    """

    only: tuple[str, ...] = ()
    keep_encoder: bool = False


def train(
    task: str, data: Path, folder: Path, encode: ManyTexts, how: Choices | None = None
) -> Card:
    """Train `task` (one of TASKS) on `data` and write the model, named as its folder.

    Sentiment learnt from a folder of sets comes with an encoder of its own, NAME-encoder,
    and with the head for aspects, NAME-aspects. Raises TableError for data that cannot
    teach it, MissingWeightsError without an encoder.
    """
    if task == "sentiment" and data.is_dir():
        return _train_sentiment(data, folder, encode, how or Choices())
    if task == "sentiment":
        tones = encode.for_head(TONE)
        return _save(train_sentiment(data, tones, encode.backbone.name), folder, encode)
    if task == "segment":
        engine = train_segment(data, encode, encode.backbone.name)
        named = replace(engine, card=replace(engine.card, name=folder.name))
        return save_segment(named, folder).card
    if task == ANSWERING:
        with shown_steps("training the reader") as report:
            return train_reader(data, folder, encode, report)
    if task == CHINESE:
        chinese = train_chinese(data)
        chinese = replace(chinese, card=replace(chinese.card, name=folder.name))
        return save_chinese(chinese, folder).card
    return _save(TEXT_TASKS[task](data, encode, encode.backbone.name), folder, encode)


def companion(folder: Path, task: str) -> Path:
    """Where a model that comes with the sentiment in `folder` is."""
    return folder.with_name(task if folder.parent == SHIPPED else f"{folder.name}-{task}")


def _train_sentiment(data: Path, folder: Path, encode: ManyTexts, how: Choices) -> Card:
    if not how.keep_encoder:
        _train_encoder(data, companion(folder, ENCODER), how.only)
        encode.adopt(companion(folder, ENCODER))
    name, tones = encode.backbone.name, encode.for_head(TONE)
    card = _save(train_sentiment(data, tones, name, how.only), folder, encode)
    if any(one.rows[0].aspects for one in chosen_sets(data, how.only)):
        _save(train_aspects(data, encode, how.only), companion(folder, ASPECTS), encode)
    return card


def _train_encoder(data: Path, folder: Path, only: Sequence[str]) -> None:
    bare = trainable_encoder()
    with shown_steps("training the encoder") as report:
        adapter, card = train_encoder(data, bare, only, report)
    save_adapter(adapter, folder, replace(card, name=folder.name), bare.bare_version)


def _save(head: Head, folder: Path, encode: ManyTexts) -> Card:
    named = replace(head, card=replace(head.card, name=folder.name))
    return save_head(named, folder, encode.backbone.version).card
