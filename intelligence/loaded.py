"""The engines of this process, loaded on first use and again when another model serves.

Settings name them by dotted path. Only workers and commands call these functions: the
web process never does, and so never imports torch.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from django.conf import settings
from django.utils.module_loading import import_string

from intelligence.engines.head_files import ACTIVE

if TYPE_CHECKING:
    from intelligence.engines.answer_reader import ExtractiveReader
    from intelligence.engines.reading import TextReader
    from intelligence.engines.segment import SegmentEngine

T = TypeVar("T")

Choice = tuple[int, int, int]


class Loaded(Generic[T]):
    """What a loader gave, until the choice of the serving models changes.

    Asked once a batch: a promotion is seen by every worker process at its next batch, for
    the price of one look at a file.
    """

    def __init__(self, load: Callable[[], T]) -> None:
        self._load, self.__doc__ = load, load.__doc__
        self._found: T | None = None
        self._choice: Choice | None = None

    def __call__(self) -> T:
        choice = chosen_models()
        if self._found is None or choice != self._choice:
            self._found = None  # first: two encoders at once would double a worker's memory
            self._found, self._choice = self._load(), choice
        return self._found

    def cache_clear(self) -> None:
        """Load anew at the next call."""
        self._found = None


def chosen_models() -> Choice | None:
    """What tells one choice of serving models from the next; None while all are shipped."""
    try:
        stat = Path(settings.MODELS_DIR, ACTIVE).stat()
    except FileNotFoundError:
        return None
    return stat.st_mtime_ns, stat.st_size, stat.st_ino


@Loaded
def text_reader() -> TextReader:
    """The engine that reads texts: embedding, language, intent, sentiment."""
    return import_string(settings.ENGINES["text"])(
        threads=settings.ENGINE_THREADS,
        backbone=settings.BACKBONE or None,
        folders=[settings.MODELS_DIR],
    )


@Loaded
def segment_engine() -> SegmentEngine:
    """The engine that tells a customer's segment."""
    return import_string(settings.ENGINES["segment"])(folders=[settings.MODELS_DIR])


@Loaded
def answer_reader() -> ExtractiveReader:
    """The engine that finds answers in passages."""
    return import_string(settings.ENGINES["answer"])(
        settings.ANSWER_READER or None,
        folders=[settings.MODELS_DIR],
        threads=settings.ENGINE_THREADS,
    )
