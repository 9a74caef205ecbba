"""Short stretches of a plain text: its beginning, or the place that some words are at."""

from __future__ import annotations

from customers.models.search import asked_words

CHARACTERS = 155  # what search engines show of a description
BEFORE = 40
ENDING = 3  # characters by which forms of one word differ at their end
LEAST = 4  # characters that are left of such a word


def beginning(text: str, most: int = CHARACTERS) -> str:
    """The first words of a text, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= most else _cut(line[:most]) + "…"


def excerpt(text: str, words: str, most: int = CHARACTERS) -> str:
    """The text around the first of these words that it holds, else its beginning."""
    line = " ".join(text.split())
    lower = line.lower()
    places = [at for word in asked_words(words) if (at := _place(lower, word)) >= 0]
    start = max(min(places, default=0) - BEFORE, 0)
    if start == 0:
        return beginning(line, most)
    space = line.find(" ", start, start + BEFORE)
    start = space + 1 if space >= 0 else start
    return "…" + beginning(line[start:], most)


def _place(text: str, word: str) -> int:
    """Where the text first has the word, or one that begins as it does but for its ending."""
    for length in range(len(word), max(len(word) - ENDING, LEAST) - 1, -1):
        at = text.find(word[:length])
        if at >= 0:
            return at
    return text.find(word)


def _cut(line: str) -> str:
    """Without the word that was cut in two, where there are spaces between words."""
    head, space, tail = line.rpartition(" ")
    return head if space and len(tail) < BEFORE else line
