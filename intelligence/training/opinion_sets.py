"""The sets that teach the encoder's adapter sentiment: texts with steps and with aspects.

Which part of a set a text belongs to is known from the text itself: a twentieth is
measured on, a twentieth calibrates, the rest is learnt from. Film phrases overlap, so of
those whole sentences stay out with every phrase of theirs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from intelligence.evaluation.answers import Answers
from intelligence.evaluation.columns import read_columns
from intelligence.evaluation.sentiment_scales import STEPS
from intelligence.evaluation.texts import Question
from intelligence.training.own_sentences import LICENCE as OWN_LICENCE
from intelligence.training.own_sentences import own_sentences
from intelligence.training.text_sets import digest

PARTS = 20
MEASURED, CALIBRATING = 0, 1
STEPS_OF = {"negative": (0, 1), "neutral": (2,), "positive": (3, 4)}
POLARITY = {-1: 0, 0: 1, 1: 2}
FILM_SENTENCES = 900  # set aside of the film phrases
FILM_WORDS = 8


@dataclass(frozen=True, slots=True)
class Opinion:
    """A text, the steps it may have (none: not known), and its aspects as (start, end,
    polarity 0 to 2) in characters.
    """

    text: str
    allowed: tuple[int, ...] = ()
    aspects: tuple[tuple[int, int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class OpinionSet:
    """Opinions of one origin. `part_of` tells the part of a text, 0 to 19; at most
    `rows_of_step` of each step are learnt from.
    """

    name: str
    licence: str
    rows: tuple[Opinion, ...]
    part_of: Callable[[str], int] = field(default=lambda text: digest(text) % PARTS)
    rows_of_step: int | None = None
    measured: bool = True

    def learnt(self) -> tuple[Opinion, ...]:
        """The rows that are learnt from, chosen by the texts alone."""
        kept: defaultdict[tuple[int, ...], int] = defaultdict(int)
        found = []
        for row in sorted(self.rows, key=lambda one: digest(one.text)):
            if self.measured and self.part_of(row.text) in (MEASURED, CALIBRATING):
                continue
            kept[row.allowed] += 1
            if self.rows_of_step is None or kept[row.allowed] <= self.rows_of_step:
                found.append(row)
        return tuple(found)

    def part(self, part: int) -> tuple[Opinion, ...]:
        """The rows of `MEASURED` or `CALIBRATING`."""
        return tuple(row for row in self.rows if self.measured and self.part_of(row.text) == part)


def as_question(opinions: Sequence[Opinion]) -> Question:
    """The opinions whose sentiment is known, as a question on the set's own scale."""
    known = [one for one in opinions if one.allowed]
    kinds = sorted({one.allowed for one in known})
    allowed = np.zeros((len(kinds), len(STEPS)), bool)
    for place, steps in enumerate(kinds):
        allowed[place, list(steps)] = True
    names = tuple(_name_of(steps) for steps in kinds)
    truth = np.array([kinds.index(one.allowed) for one in known], np.int64)
    texts = tuple(one.text for one in known)
    return Question(texts, Answers(names, allowed), truth, ordered=True)


def opinion_sets(folder: Path) -> dict[str, OpinionSet]:
    """Every set of the shipped adapter by its name. Raises TableError."""
    return {one.name: one for one in _sets(folder)}


def _sets(folder: Path) -> Iterator[OpinionSet]:
    own = own_sentences("sentiment")
    rows = tuple(
        Opinion(text, (STEPS.index(label),))
        for text, label in zip(own.texts, own.labels, strict=True)
    )
    yield OpinionSet("own sentences", OWN_LICENCE, rows, measured=False)
    yield _films(folder / "sst2")
    table = read_columns(folder / "customer_reviews_cr/sentences.parquet", ["text", "label"])
    yield OpinionSet("customer_reviews_cr", "unknown (research)", _binary(table.to_pylist()))
    path = folder / "amazon_multidomain_sentiment/reviews.parquet"
    rows = _starred(path, "title", "text")
    yield OpinionSet("amazon_multidomain_sentiment", "unknown (research)", rows)
    rows = _starred(folder / "womens_clothing/reviews.parquet", "title", "review_text")
    yield OpinionSet("womens_clothing", "CC0", rows, rows_of_step=2500)
    rows = _starred(folder / "amazon_reviews/musical_instruments_2014.parquet", "title", "text")
    yield OpinionSet("amazon_instruments", "unknown (research)", rows, rows_of_step=700)
    table = read_columns(folder / "airline_tweets/tweets.parquet", ["text", "sentiment"])
    rows = tuple(Opinion(row["text"], STEPS_OF[row["sentiment"]]) for row in table.to_pylist())
    yield OpinionSet("airline_tweets", "CC BY-NC-SA 4.0", rows)
    for name in ("laptops", "restaurants"):
        rows = _aspects(folder / f"absa_semeval14/{name}_train.parquet")
        yield OpinionSet(f"absa_{name}", "unknown (research)", rows)


def _name_of(steps: tuple[int, ...]) -> str:
    several = {own: name for name, own in STEPS_OF.items()}
    return several.get(steps) or STEPS[steps[0]]


def _films(folder: Path) -> OpinionSet:
    phrases = [
        row
        for part in ("train", "dev")
        for row in read_columns(folder / f"{part}.parquet", ["text", "label"]).to_pylist()
    ]
    held = _whole_sentences(row["text"] for row in phrases)
    joined = "\n".join(held)
    places = {sentence: number % 2 for number, sentence in enumerate(held)}

    def part_of(text: str) -> int:
        if text in places:
            return places[text]
        # What stands inside a sentence that is set aside is left out altogether.
        return -1 if text in joined else CALIBRATING + 1

    rows = tuple(row for row in _binary(phrases) if part_of(row.text) >= 0)
    return OpinionSet("sst2", "unknown (MIT of the repository)", rows, part_of)


def _whole_sentences(phrases: Iterable[str]) -> list[str]:
    """Phrases that no other contains, up to `FILM_SENTENCES`, chosen by their texts."""
    long = sorted({p for p in phrases if len(p.split()) >= FILM_WORDS}, key=len, reverse=True)
    starts: defaultdict[str, list[str]] = defaultdict(list)
    whole = []
    for phrase in long:
        words = phrase.split()
        key = " ".join(words[:3])
        if not any(phrase in other for other in starts[key]):
            whole.append(phrase)
            for at in range(len(words) - 2):
                starts[" ".join(words[at : at + 3])].append(phrase)
    return sorted(whole, key=digest)[:FILM_SENTENCES]


def _binary(rows: Iterable[Mapping[str, Any]]) -> tuple[Opinion, ...]:
    kinds = {"0": "negative", "1": "positive"}
    return tuple(Opinion(row["text"], STEPS_OF[kinds[str(row["label"])]]) for row in rows)


def _starred(path: Path, title: str, text: str) -> tuple[Opinion, ...]:
    """Reviews with 1 to 5 stars; of every other one the title is read too."""
    found = []
    for row in read_columns(path, [title, text, "rating"]).to_pylist():
        if not row[text] or row["rating"] is None:
            continue
        whole = f"{row[title]}\n{row[text]}" if row[title] and digest(row[text]) % 2 else row[text]
        found.append(Opinion(whole, (int(row["rating"]) - 1,)))
    return tuple(found)


def _aspects(path: Path) -> tuple[Opinion, ...]:
    """Sentences with the polarity of each aspect that stands in them."""
    by_sentence: defaultdict[str, list[tuple[int, int, int]]] = defaultdict(list)
    for row in read_columns(path, ["sentence_template", "aspect", "polarity"]).to_pylist():
        start = row["sentence_template"].index("$T$")
        sentence = row["sentence_template"].replace("$T$", row["aspect"], 1)
        span = (start, start + len(row["aspect"]), POLARITY[int(row["polarity"])])
        by_sentence[sentence].append(span)
    return tuple(Opinion(text, (), tuple(spans)) for text, spans in by_sentence.items())
