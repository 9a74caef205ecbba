"""Names for topics: the words that their texts say and those of other topics do not.

Class TF-IDF (Grootendorst 2022, https://arxiv.org/abs/2203.05794): a term weighs
tf(t, c) log(1 + A / f(t)), with tf the share of the texts of topic c that say it, f the
number of all texts that do, and A the mean number of texts of a topic. A term is a word, or
two words that follow one another; in Chinese, which sets no spaces, two to four characters.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log

from intelligence.engines.characters import simplified
from intelligence.engines.content_words import IDEOGRAPHS, stop_words
from intelligence.engines.topics import NONE

MAX_CHARACTERS = 2_000  # what a text is about stands at its beginning
WORDS_KEPT, WORDS_IN_NAME = 10, 3
# Of a topic's texts so many say a term that names it, and so large a share of them.
FEWEST_SAYING, SHARE_SAYING = 2, 0.08
MOST_SAYING = 0.5  # of all texts: a word in more of them names nothing
LONGER = 0.45  # what each further word or character adds to a term's weight
LONGEST_GRAM = 4
MOST_TERMS = 60  # are looked at for a topic's words
# Words stay apart where a sentence ends, so that no pair spans two of them.
PIECE = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*|[.!?;,:\n()]")
NUMBERED = re.compile(r"\S*\d\S*")  # order numbers, prices, dates: no words
ENDINGS = ("ing", "ie", "ied", "ed", "y", "e")


@dataclass(frozen=True, slots=True)
class Word:
    """A term that names a topic, and its class TF-IDF there."""

    term: str
    weight: float


def name_topics(texts: Sequence[str], topics: Sequence[int], count: int) -> list[tuple[Word, ...]]:
    """For each of `count` topics its words, the most telling first, at most `WORDS_KEPT`.

    `topics` tells the topic of each text, `NONE` for none. Texts without a word that says
    anything leave a topic without words.
    """
    saying = [Counter[str]() for _ in range(count)]
    sizes, everywhere = Counter[int](), Counter[str]()
    for text, topic in zip(texts, topics, strict=True):
        if topic == NONE:
            continue
        terms = terms_of(text)
        sizes[int(topic)] += 1
        saying[topic].update(terms)
        everywhere.update(terms)
    rows = sum(sizes.values())
    mean = rows / max(len(sizes), 1)
    return [
        _words(saying[topic], sizes[topic], everywhere, rows if len(sizes) > 1 else 0, mean)
        for topic in range(count)
    ]


def titles(words: Sequence[Sequence[Word]]) -> list[str]:
    """A name for each topic, made of its first words; no two are the same, and one without
    words is called "".
    """
    taken: set[str] = set()
    found = []
    for of_topic in words:
        name = next((name for name in _names(of_topic) if name not in taken), "")
        taken.add(name)
        found.append(name)
    return found


def terms_of(text: str) -> set[str]:
    """The terms of a text."""
    start = text[:MAX_CHARACTERS]
    return {*_word_terms(start.lower().replace("’", "'")), *_gram_terms(simplified(start))}


def _word_terms(text: str) -> Iterator[str]:
    stop = stop_words()
    pieces = [
        "" if IDEOGRAPHS.search(piece) or _is_empty(piece, stop) else piece
        for piece in PIECE.findall(NUMBERED.sub(".", text))
    ]
    yield from filter(None, pieces)
    yield from (f"{first} {second}" for first, second in pairwise(pieces) if first and second)


def _is_empty(piece: str, stop: frozenset[str]) -> bool:
    return len(piece) < 2 or piece.replace("'", "") in stop or piece in stop


def _gram_terms(text: str) -> Iterator[str]:
    stop = stop_words()
    for run in IDEOGRAPHS.findall(text):
        for start in range(len(run) - 1):
            if run[start] in stop:
                continue
            for end in range(start + 2, min(start + LONGEST_GRAM, len(run)) + 1):
                if run[end - 1] in stop:
                    break
                yield run[start:end]


def _words(
    saying: Counter[str], texts: int, everywhere: Counter[str], rows: int, mean: float
) -> tuple[Word, ...]:
    """`rows` is 0 where there is one topic alone: then what all say is just what it is about."""
    weights = {
        term: said / texts * log(1 + mean / everywhere[term]) * _bonus(term)
        for term, said in saying.items()
        if said >= min(max(FEWEST_SAYING, SHARE_SAYING * texts), texts)
        and (not rows or everywhere[term] <= MOST_SAYING * rows)
    }
    ordered = sorted(weights, key=lambda term: (-weights[term], term))[:MOST_TERMS]
    return tuple(Word(term, round(weights[term], 4)) for term in _apart(ordered))


def _bonus(term: str) -> float:
    """Longer terms read better, so they may be rarer: "late parcel" before "parcel"."""
    parts = term.count(" ") if not IDEOGRAPHS.search(term) else len(term) - 2
    return 1 + LONGER * parts


def _apart(ordered: Iterable[str]) -> list[str]:
    """Terms without those that say again what an earlier one said."""
    kept: list[str] = []
    said: set[str] = set()
    for term in ordered:
        pieces = _pieces(term)
        if not pieces & said:
            kept.append(term)
            said |= pieces
        if len(kept) == WORDS_KEPT:
            break
    return kept


def _pieces(term: str) -> set[str]:
    """The stems of a term's words, or the pairs of its characters."""
    if IDEOGRAPHS.search(term):
        return {term[at : at + 2] for at in range(len(term) - 1)}
    return {_stem(word) for word in term.split()}


def _stem(word: str) -> str:
    """The word without a common ending: enough to tell "order" and "orders" as one."""
    single = word[:-1] if word.endswith("s") and len(word) > 3 else word
    for ending in ENDINGS:
        if single.endswith(ending) and len(single) - len(ending) >= 3:
            return single[: -len(ending)]
    return single


def _names(words: Sequence[Word]) -> Iterator[str]:
    terms = [word.term for word in words]
    for count in range(min(WORDS_IN_NAME, len(terms)), len(terms) + 1):
        if count:
            name = ", ".join(terms[:count])
            yield name[0].upper() + name[1:]
