"""The text engine that the product runs unless settings name another."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from intelligence.engines.adapters import TASK as ENCODER
from intelligence.engines.adapters import load_adapter
from intelligence.engines.backbone import Backbone
from intelligence.engines.chinese import TASK as CHINESE
from intelligence.engines.chinese import load_chinese
from intelligence.engines.errors import MissingWeightsError
from intelligence.engines.head_files import find_weights, load_head
from intelligence.engines.heads import Head
from intelligence.engines.reading import TextReader

TASKS = ("sentiment", "intent", "priority")
ASPECTS = "aspects"


def load_text_reader(
    threads: int | None = None, backbone: str | None = None, folders: Sequence[Path] = ()
) -> TextReader:
    """A reader with the heads in service: those promoted in `folders`, else the shipped.

    Loads the encoder now (about a second), so call it after the fork. `backbone` names a
    Hugging Face encoder. Raises MissingWeightsError or RefusedWeightsError with one line to act on.
    """
    encoder = load_backbone(backbone, folders, threads=threads)
    encoder.load()
    heads = {task: load_head(find_weights(task, folders), encoder.version) for task in TASKS}
    chinese = load_chinese(find_weights(CHINESE, folders))
    return TextReader(encoder, heads, {"sentiment": [chinese]}, _aspects(encoder, folders))


def _aspects(encoder: Backbone, folders: Sequence[Path]) -> Head | None:
    """The head for aspects; an encoder without an adapter has no states for it to read."""
    if encoder.adapter is None:
        return None
    return load_head(find_weights(ASPECTS, folders), encoder.version)


def load_backbone(
    name: str | None = None, folders: Sequence[Path] = (), **options: Any
) -> Backbone:
    """The encoder `name` (None: MiniLM) with the adapter in service, when that was trained
    for it. `options` go to `Backbone`.
    """
    encoder = Backbone(name, **options)
    try:
        folder = find_weights(ENCODER, folders)
    except MissingWeightsError:
        return encoder
    adapter, trained_for = load_adapter(folder)
    if trained_for == encoder.bare_version:
        encoder.adapter = adapter
    return encoder
