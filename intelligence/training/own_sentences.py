"""The sentences written for this project, which every shipped text head learns from."""

from __future__ import annotations

from pathlib import Path

from intelligence.evaluation.text_tables import TextTable, read_texts

SENTENCES = Path(__file__).parent / "sentences"
LICENCE = "Apache-2.0"
NAME = "own sentences"


def own_sentences(task: str) -> TextTable:
    """The sentences for a task, labelled as its head labels."""
    return read_texts(SENTENCES / f"{task}.jsonl", ["label", "intent"])
