"""Where the sentences of a text stand, and the clauses of a sentence.

Customers write with and without spaces, end sentences by emoji, line ends or nothing, and
judge several things in one: "great fabric, but the sleeves are too long". A clause is what
one opinion fits into.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

Span = tuple[int, int]

EMOJI = "\U0001f300-\U0001faff☀-➿️"
CLOSING = "\"'”’)\\]」』】）"
# A full stop ends a sentence before a space only: 3.5 and e-mail addresses stay whole.
SENTENCE_END = re.compile(
    rf"[.!?…]+[{CLOSING}]*(?=\s|$)|[。！？；!?]+[{CLOSING}]*|[{EMOJI}]+(?=\s|$)|\n+"
)
TURNS = (
    "but", "however", "although", "though", "yet", "while", "whereas", "except", "unfortunately",
)  # fmt: skip
TURNS_ZH = ("但是", "不过", "可是", "然而", "就是", "只是", "除了", "但")
CLAUSE_CUT = re.compile(
    rf"(?<!\w)(?:{'|'.join(TURNS)})(?!\w)|{'|'.join(TURNS_ZH)}|[,;:，、；：]\s*|\s[-–—]+\s",
    re.IGNORECASE,
)
LETTER = re.compile(r"\w")
# A piece between commas with fewer words is an item of a list, not an opinion.
FEWEST_WORDS, FEWEST_CHARACTERS = 3, 4
WORD = re.compile(r"[㐀-鿿぀-ヿ]|[^\W㐀-鿿぀-ヿ]+")
IDEOGRAPH = re.compile(r"[㐀-鿿]")


def sentences_of(text: str) -> list[Span]:
    """Start and end of each sentence, in order, without spaces around it. Sentences without
    a letter or digit, such as a row of dashes, are left out.
    """
    return [span for span in _pieces(text) if LETTER.search(text, *span)]


def sentence_ends(text: str) -> list[int]:
    """Where sentences end, in order: behind their stops, or behind a break of the line."""
    return [match.end() for match in SENTENCE_END.finditer(text)]


def clauses_of(text: str, sentence: Span) -> list[Span]:
    """Start and end of each clause of a sentence, in order.

    Words that turn ("but", "however", "但是") part clauses; a comma does where the pieces
    at both sides can stand alone.
    """
    cuts = [match.span() for match in CLAUSE_CUT.finditer(text, *sentence)]
    starts = [sentence[0], *(end for _, end in cuts)]
    ends = [*(start for start, _ in cuts), sentence[1]]
    stands = [_stands(text, piece) for piece in zip(starts, ends, strict=True)]
    clauses = [[starts[0], ends[0]]]
    for at, cut in enumerate(cuts):
        if LETTER.search(text, *cut) or (stands[at] and stands[at + 1]):
            clauses.append([starts[at + 1], ends[at + 1]])
        else:
            clauses[-1][1] = ends[at + 1]
    return [_trimmed(text, start, end) for start, end in clauses]


def _stands(text: str, piece: Span) -> bool:
    words = WORD.findall(text, *piece)
    fewest = FEWEST_CHARACTERS if IDEOGRAPH.search(text, *piece) else FEWEST_WORDS
    return len(words) >= fewest


def _pieces(text: str) -> Iterator[Span]:
    at = 0
    for match in SENTENCE_END.finditer(text):
        yield _trimmed(text, at, match.end())
        at = match.end()
    yield _trimmed(text, at, len(text))


def _trimmed(text: str, start: int, end: int) -> Span:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
