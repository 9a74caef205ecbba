"""Cutting a text into overlapping passages that can be read at once.

A passage ends where a sentence does. Its first sentences are the last of the passage before
it, so that an answer at a cut stands whole in one of the two.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

# A passage is at most so many words: what the encoder reads at once. An ideograph counts as
# half a word, so Chinese passages have at most 300 characters.
MOST, OVERLAP = 150.0, 30.0
IDEOGRAPHS = "㐀-鿿豈-﫿぀-ヿ"
WORD = re.compile(rf"[{IDEOGRAPHS}]|[^\s{IDEOGRAPHS}]+")
IDEOGRAPH = re.compile(rf"[{IDEOGRAPHS}]")
# A full stop ends a sentence before a space only: 3.5 and e-mail addresses stay whole. This is
# customers' only splitter; readers of passages take `intelligence.engines.sentences`, which
# leaves out what has no letter, as a passage must not.
SENTENCE = re.compile(r"[^\n]+?(?:[.!?…]+[\"'”’)\]]*(?=\s|$)|[。！？；]+[”’」』）]*|(?=\n)|$)")


@dataclass(frozen=True, slots=True)
class Piece:
    """A sentence, or a part of one that is too long; `size` in words. `ends_block` tells
    that a paragraph, item or row of a table ends with it.
    """

    text: str
    size: float
    ends_block: bool


def cut(blocks: Iterable[str]) -> list[str]:
    """The passages of a text that is given as blocks of plain text, in order."""
    return [_joined(pieces) for pieces in _grouped([p for block in blocks for p in _pieces(block)])]


def size_of(text: str) -> float:
    """The length of a text in words; an ideograph is half a word."""
    words = WORD.findall(text)
    return len(words) - 0.5 * sum(1 for word in words if IDEOGRAPH.match(word))


def _pieces(block: str) -> Iterator[Piece]:
    sentences = [match.group().strip() for match in SENTENCE.finditer(block)]
    parts = [part for sentence in sentences if sentence for part in _parts(sentence)]
    for place, part in enumerate(parts, start=1):
        yield Piece(part, size_of(part), place == len(parts))


def _parts(sentence: str) -> Iterator[str]:
    """A sentence as it is, or cut between two words where it is longer than a passage."""
    if size_of(sentence) <= MOST:
        yield sentence
        return
    start, size = 0, 0.0
    for word in WORD.finditer(sentence):
        own = size_of(word.group())
        if size + own > MOST:
            yield sentence[start : word.start()].strip()
            start, size = word.start(), 0.0
        size += own
    yield sentence[start:].strip()


def _grouped(pieces: Sequence[Piece]) -> Iterator[list[Piece]]:
    group: list[Piece] = []
    for piece in pieces:
        if group and sum(one.size for one in group) + piece.size > MOST:
            yield group
            group = _tail(group, MOST - piece.size)
        group.append(piece)
    if group:
        yield group


def _tail(group: Sequence[Piece], room: float) -> list[Piece]:
    """The last sentences of a passage that the next one begins with, never all of them."""
    tail: list[Piece] = []
    left = min(OVERLAP, room)
    for piece in reversed(group[1:]):
        if piece.size > left:
            break
        tail.insert(0, piece)
        left -= piece.size
    return tail


def _joined(pieces: Sequence[Piece]) -> str:
    """Sentences with a space between them (none after an ideographic stop), blocks by line."""
    text = ""
    for piece in pieces:
        text += piece.text + ("\n" if piece.ends_block else _space(piece.text))
    return text.strip()


def _space(text: str) -> str:
    return "" if text[-1] in "。！？；”’」』）" or IDEOGRAPH.match(text[-1]) else " "
