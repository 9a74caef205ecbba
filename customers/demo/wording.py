"""Puts written fragments together so that the result reads as one person's words."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from customers.demo.records import Product

ATTEMPTS = 200


def about(product: Product) -> dict[str, str]:
    """The words for a product that agree with it: {noun}, {is}, {it}, {them}, ..."""
    many = product.plural
    return {
        "noun": product.noun,
        "noun_zh": product.noun_zh,
        "product": product.name,
        "price": f"{product.price:.2f}",
        "is": "are" if many else "is",
        "was": "were" if many else "was",
        "has": "have" if many else "has",
        "does": "do" if many else "does",
        "it": "they" if many else "it",
        "them": "them" if many else "it",
        "this": "these" if many else "this",
        "s": "" if many else "s",
    }


def after_colon(sentence: str) -> str:
    """The sentence as it stands after "One thing: ", "I" keeping its capital."""
    if sentence.startswith(("I ", "I'", "No ")):
        return sentence
    return sentence[:1].lower() + sentence[1:]


def joined(sentences: list[str], *, language: str) -> str:
    """The sentences in one paragraph; Chinese takes no spaces between them."""
    return ("" if language == "zh" else " ").join(part for part in sentences if part)


def unused(make: Callable[[], str], taken: set[str]) -> str:
    """What `make` gives, drawn again until it is a text that nobody has written yet."""
    for _ in range(ATTEMPTS):
        if (text := make()) not in taken:
            taken.add(text)
            return text
    raise ValueError(f"The demo shop ran out of different texts after: {text!r}")


def one(rng: Random, choices: list[Any]) -> Any:
    """One of the choices."""
    return choices[rng.randrange(len(choices))]
