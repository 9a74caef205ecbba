"""What generated text costs, and how many tokens it will take at most."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from customers.models import Generator

MICRO = Decimal("0.000001")
CHARACTERS_A_TOKEN = 3  # of Latin writing: models take 3.5 to 5; others may take one a character


def cost_of(generator: Generator, tokens_in: int, tokens_out: int) -> Decimal:
    """In the generator's currency, to the millionth: prices are for 1,000 tokens."""
    price = generator.price_in * tokens_in + generator.price_out * tokens_out
    return (price / 1000).quantize(MICRO)


def estimated_tokens(texts: Iterable[str]) -> int:
    """Tokens that these texts will hardly exceed; what was used is counted afterwards."""
    latin = other = 0
    for text in texts:
        plain = sum(map(str.isascii, text))
        latin, other = latin + plain, other + len(text) - plain
    return -(-latin // CHARACTERS_A_TOKEN) + other
