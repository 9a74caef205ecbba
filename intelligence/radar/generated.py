"""A generated text of an article, where a generator is on for it: the one place that asks.

What it writes is held against the sentences that it was given: a sentence that none of them
supports, or that has a figure which none of them has, is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from customers.models import User
from intelligence.engines.quantities import quantities_in
from intelligence.engines.sentences import sentences_of
from intelligence.generating import GeneratorError, generate
from intelligence.radar.embedding import likeness_of, same_matter

INSTRUCTIONS = (
    "Write a short help article from the sentences that follow. Use only what they say. "
    "Write plain sentences, no greeting, no names."
)


@dataclass(frozen=True, slots=True)
class Written:
    """A text whose sentences are all supported, and what wrote it."""

    body: str
    generator: str


def written_by_generator(
    sentences: Sequence[str], language: str, user: User | None, known: Iterable[str]
) -> Written | None:
    """The article as a generator writes it; None where none is on for articles, where it
    fails, or where nothing that it wrote is supported. `known` are names and numbers of the
    people whose tickets the sentences are from.
    """
    try:
        generation = generate(
            *("article", INSTRUCTIONS, sentences),
            user=user,
            known=list(known),
            fields=["sentences of replies"],
        )
    except GeneratorError:
        return None  # the sentences as agents wrote them are an article as well
    if generation is None:
        return None
    kept = supported(generation.text, sentences, language)
    return Written(" ".join(kept), f"{generation.generator}"[:80]) if kept else None


def supported(text: str, sentences: Sequence[str], language: str) -> list[str]:
    """The sentences of a text that one of `sentences` is like, with no figure of their own."""
    own = [text[start:end] for start, end in sentences_of(text)]
    if not own or not sentences:
        return []
    likeness = likeness_of([*own, *sentences], language)[: len(own), len(own) :]
    figures = {_figure(one) for sentence in sentences for one in quantities_in(sentence)}
    return [
        sentence
        for sentence, alike in zip(own, likeness, strict=True)
        if alike.max() >= same_matter(language)
        and {_figure(one) for one in quantities_in(sentence)} <= figures
    ]


def _figure(quantity: Any) -> tuple[str, str, float, float]:
    return quantity.kind, quantity.unit, quantity.low, quantity.high
