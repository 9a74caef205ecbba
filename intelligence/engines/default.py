"""The text engine that the product runs unless settings name another."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from intelligence.engines.backbone import Backbone
from intelligence.engines.chinese import TASK as CHINESE
from intelligence.engines.chinese import load_chinese
from intelligence.engines.head_files import find_weights, load_head
from intelligence.engines.reading import TextReader

TASKS = ("sentiment", "intent", "priority")


def load_text_reader(
    threads: int | None = None, backbone: str | None = None, folders: Sequence[Path] = ()
) -> TextReader:
    """A reader with the heads in service: those promoted in `folders`, else the shipped.

    Loads the encoder now (about a second), so call it after the fork. `backbone` names a
    Hugging Face encoder. Raises MissingWeightsError or RefusedWeightsError with one line to act on.
    """
    encoder = Backbone(backbone, threads=threads)
    encoder.load()
    heads = {task: load_head(find_weights(task, folders), encoder.version) for task in TASKS}
    chinese = load_chinese(find_weights(CHINESE, folders))
    return TextReader(encoder, heads, {"sentiment": [chinese]})
