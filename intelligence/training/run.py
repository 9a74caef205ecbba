"""Training one task from data to files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from intelligence.encoding import ManyTexts
from intelligence.engines.chinese import TASK as CHINESE
from intelligence.engines.chinese import save_chinese
from intelligence.engines.contract import Card
from intelligence.engines.head_files import save_head
from intelligence.engines.segment import save_segment
from intelligence.training.chinese import train_chinese
from intelligence.training.intent import train_intent
from intelligence.training.own_sentences import SENTENCES
from intelligence.training.priority import train_priority
from intelligence.training.segment import train_segment
from intelligence.training.sentiment import train_sentiment

TEXT_TASKS = {
    "sentiment": train_sentiment,
    "intent": train_intent,
    "priority": train_priority,
}
TASKS = (*TEXT_TASKS, CHINESE, "segment")
# What a task learns from when no data are named: sentences that come with the code.
OWN_DATA = {"priority": SENTENCES}


def train(task: str, data: Path, folder: Path, encode: ManyTexts) -> Card:
    """Train `task` (one of TASKS) on `data` and write the model, named as its folder.

    Raises TableError for data that cannot teach it, MissingWeightsError without an encoder.
    """
    if task == "segment":
        engine = train_segment(data, encode, encode.backbone.name)
        named = replace(engine, card=replace(engine.card, name=folder.name))
        return save_segment(named, folder).card
    if task == CHINESE:
        chinese = train_chinese(data)
        chinese = replace(chinese, card=replace(chinese.card, name=folder.name))
        return save_chinese(chinese, folder).card
    head = TEXT_TASKS[task](data, encode, encode.backbone.name)
    named_head = replace(head, card=replace(head.card, name=folder.name))
    return save_head(named_head, folder, encode.backbone.version).card
