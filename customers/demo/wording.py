"""Puts written fragments together so that the result reads as one person's words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from random import Random
from string import Formatter

from customers.demo.records import Product

ATTEMPTS = 200
NUMBERS = (
    "no", "one", "two", "three", "four", "five", "six", "seven",
    "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen",
)  # fmt: skip
MEASURE = re.compile(r" \d[\d.,×/ ]*(?: ?(?:ml|mm|cm|m|g|kg|L|lb))?$")


class Deck:
    """Deals sentences so that none comes again before its neighbours had their turn."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.dealt: Counter[str] = Counter()

    def one(self, choices: Sequence[str]) -> str:
        """One of the least used choices; empty ones come up by their share."""
        written = [choice for choice in choices if choice]
        if self.rng.random() * len(choices) >= len(written):
            return ""
        least = min(self.dealt[choice] for choice in written)
        choice = self.rng.choice([c for c in written if self.dealt[c] == least])
        self.dealt[choice] += 1
        return choice


def about(product: Product, language: str = "en") -> dict[str, str]:
    """The words for a product that agree with it: {noun}, {is}, {it}, {them}, ..."""
    many = product.plural
    return {
        "noun": product.noun_zh if language == "zh" else product.noun,
        "product": short_name(product),
        "is": "are" if many else "is",
        "was": "were" if many else "was",
        "has": "have" if many else "has",
        "does": "do" if many else "does",
        "it": "they" if many else "it",
        "them": "them" if many else "it",
        "this": "these" if many else "this",
        "s": "" if many else "s",
        "es": "" if many else "es",
    }


def short_name(product: Product) -> str:
    """The name as people write it: without variants after a comma, sizes and weights."""
    return MEASURE.sub("", product.name.split(",")[0])


def duration(days: int, language: str = "en") -> str:
    """A time in words, such as "nine days", "three weeks" or "两个月"."""
    if language == "zh":
        return _chinese_duration(days)
    if days < 2:
        return "a day"
    if days < 14:
        return f"{NUMBERS[days]} days"
    return f"{NUMBERS[days // 7]} weeks" if days < 60 else f"{spelled(days // 30)} months"


def _chinese_duration(days: int) -> str:
    if days < 2:
        return "一天"
    if days < 14:
        return f"{days}天"
    return f"{days // 7}个星期" if days < 60 else f"{days // 30}个月"


def spelled(number: int) -> str:
    """The number in words as far as people write them so."""
    return NUMBERS[number] if number < len(NUMBERS) else str(number)


def needs(sentence: str) -> set[str]:
    """The words in braces that the sentence waits for."""
    return {name.lower() for _, name, _, _ in Formatter().parse(sentence) if name}


def with_words(sentence: str, words: Mapping[str, str]) -> str:
    """The sentence with its words; {Held} is {held} with a capital."""
    capitals = {name.capitalize(): capital(word) for name, word in words.items()}
    return sentence.format(**capitals, **words)


def fill(sentence: str, words: Mapping[str, str]) -> str:
    """The sentence with its words, beginning with a capital."""
    return capital(with_words(sentence, words))


def capital(text: str) -> str:
    """The text with a capital at the beginning."""
    return text[:1].upper() + text[1:]


def after_colon(sentence: str) -> str:
    """The sentence as it stands after "One thing: ", "I" and numbers keeping their capital."""
    if re.match(r"(?:I\b|No one|FK-|[A-Z]{2})", sentence):
        return sentence
    return sentence[:1].lower() + sentence[1:]


def joined(sentences: Sequence[str], language: str) -> str:
    """The sentences in one paragraph; Chinese takes no spaces between them."""
    return ("" if language == "zh" else " ").join(part for part in sentences if part)


def unused(make: Callable[[], str], taken: set[str]) -> str:
    """What `make` gives, drawn again until nobody has written it yet; empty when all is said."""
    for _ in range(ATTEMPTS):
        if (text := make()) not in taken:
            taken.add(text)
            return text
    return ""
