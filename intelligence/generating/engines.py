"""The engine of a generator: a local model that this process keeps, or a client of a server."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from django.conf import settings

from customers.models import Generator
from intelligence.engines.errors import WeightsError
from intelligence.engines.generators.contract import GeneratorError, Reason, TextGenerator
from intelligence.engines.generators.local import (
    CausalGenerator,
    LocalGenerator,
    Seq2SeqGenerator,
)

LOCAL: Mapping[str, type[LocalGenerator]] = {
    Generator.Kind.SEQ2SEQ: Seq2SeqGenerator,
    Generator.Kind.CAUSAL: CausalGenerator,
}


def local_engine(generator: Generator) -> TextGenerator:
    """The loaded model of a local generator. Raises GeneratorError."""
    try:
        return _loaded(generator.kind, generator.model)
    except (WeightsError, OSError, ValueError, KeyError, ImportError) as error:
        raise GeneratorError(Reason.SETUP, f"The model cannot be loaded: {error}") from error


@lru_cache(maxsize=1)  # the last one alone: two language models would crowd a worker
def _loaded(kind: str, model: str) -> LocalGenerator:
    engine = LOCAL[kind](model, threads=settings.ENGINE_THREADS)
    engine.load()
    return engine


def key_of(generator: Generator) -> str:
    """The key that the environment holds for a generator; "" where none is wanted. Raises
    GeneratorError where it is missing.
    """
    name = generator.key_variable
    key: str = settings.GENERATOR_KEYS.get(name, "") if name else ""
    if name and not key.strip():
        told = f"The environment variable {name} is not set where the workers run."
        raise GeneratorError(Reason.SETUP, told)
    if not key.isascii() or not key.isprintable():
        raise GeneratorError(Reason.SETUP, f"{name} holds characters that no key has.")
    return key.strip()
