"""The engines of this process, loaded on first use, once.

Settings name them by dotted path. Only workers and commands call these functions: the
web process never does, and so never imports torch.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from intelligence.engines.reading import TextReader
    from intelligence.engines.segment import SegmentEngine


@cache
def text_reader() -> TextReader:
    """The engine that reads texts: embedding, language, intent, sentiment."""
    return import_string(settings.ENGINES["text"])(
        threads=settings.ENGINE_THREADS,
        backbone=settings.BACKBONE or None,
        folders=[settings.MODELS_DIR],
    )


@cache
def segment_engine() -> SegmentEngine:
    """The engine that tells a customer's segment."""
    return import_string(settings.ENGINES["segment"])(folders=[settings.MODELS_DIR])
