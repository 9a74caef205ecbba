"""What `benchmarks.quality` asks: labelled texts of public sets, parted as the product parts
them, so that what ships has not learnt from the rows that measure it.

Opinions by `opinion_sets` (a twentieth; films by whole sentences), Chinese and sets without
a development part of their own by a tenth of the texts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, partial

import numpy as np

from benchmarks.samples.public import DATA
from intelligence.engines.aspects import POLARITIES
from intelligence.evaluation.columns import read_columns
from intelligence.evaluation.sentiment_scales import KINDS
from intelligence.evaluation.text_tables import TextTable, labelled
from intelligence.training.opinion_sets import MEASURED, Opinion, opinion_sets
from intelligence.training.text_sets import MEASURED as MEASURED_TENTH
from intelligence.training.text_sets import digest, tenth_of

Span = tuple[int, int]
SENTIMENT, ASPECTS, CHINESE, INTENT = "sentiment", "aspects", "chinese", "intent"
TICKETS = 12_000  # of the IT tickets, learnt and measured together
BITEXT_LEARNT, BITEXT_MEASURED = 12_000, 3_000
FEW = 10  # rows a label where there are few


@dataclass(frozen=True, slots=True)
class Labelled:
    """Texts and their labels; of aspects also where in each text they stand."""

    texts: tuple[str, ...]
    labels: tuple[str, ...]
    spans: tuple[Span, ...] = ()

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def with_aspects(self) -> tuple[str, ...]:
        """The texts as something reads them that knows no places: the aspect comes first."""
        if not self.spans:
            return self.texts
        return tuple(
            f"{text[start:end]}: {text}"
            for text, (start, end) in zip(self.texts, self.spans, strict=True)
        )

    def sample(self, rows: int) -> Labelled:
        """Up to so many rows, chosen by the texts alone, in their order."""
        order = sorted(range(len(self)), key=lambda row: digest(self.texts[row]))
        return self.at(sorted(order[:rows]))

    def few(self, rows: int = FEW) -> Labelled:
        """So many rows of each label, chosen by the texts alone."""
        kept: defaultdict[str, list[int]] = defaultdict(list)
        for row in sorted(range(len(self)), key=lambda row: digest(self.texts[row])):
            if len(kept[self.labels[row]]) < rows:
                kept[self.labels[row]].append(row)
        return self.at(sorted(row for own in kept.values() for row in own))

    def at(self, rows: Iterable[int]) -> Labelled:
        """These rows."""
        chosen = list(rows)
        return Labelled(
            tuple(self.texts[row] for row in chosen),
            tuple(self.labels[row] for row in chosen),
            tuple(self.spans[row] for row in chosen if self.spans),
        )

    def without(self, labels: Iterable[str]) -> Labelled:
        """The rows of all other labels."""
        left_out = set(labels)
        return self.at(row for row, label in enumerate(self.labels) if label not in left_out)


@dataclass(frozen=True, slots=True)
class Split:
    """Rows to learn from and to measure on."""

    learnt: Labelled
    measured: Labelled

    def few(self) -> Split:
        """With ten rows a label, and none that is about no label."""
        return Split(self.learnt.without(["oos"]).few(), self.measured.without(["oos"]))


@dataclass(frozen=True, slots=True)
class Set:
    """A set: what is asked of it, how it is read, and what each measure should reach, in
    per cent.
    """

    kind: str
    read: Callable[[], Split]
    aims: Mapping[str, float]

    @property
    def balanced(self) -> bool:
        """Whether every label counts the same, however rare it is."""
        return MACRO_F1 in self.aims


_opinion_sets = cache(opinion_sets)


def _opinions(name: str) -> Split:
    found = _opinion_sets(DATA)[name]
    return Split(_by_kind(found.learnt()), _by_kind(found.part(MEASURED)))


def _by_kind(opinions: Iterable[Opinion]) -> Labelled:
    """Opinions as negative, neutral and positive; of aspects one row each."""
    rows = [
        (one.text, POLARITIES[polarity], [(start, end)])
        for one in opinions
        for start, end, polarity in one.aspects
    ] or [(one.text, POLARITIES[KINDS[one.allowed[0]]], []) for one in opinions]
    return Labelled(
        tuple(text for text, _, _ in rows),
        tuple(label for _, label, _ in rows),
        tuple(span for _, _, spans in rows for span in spans),
    )


def _tenth(path: str, label: str, rows: int | None = None) -> Split:
    found = _table(path, label)
    found = found if rows is None else found.sample(rows)
    held = np.array([tenth_of(text) == MEASURED_TENTH for text in found.texts])
    return Split(found.at(np.flatnonzero(~held)), found.at(np.flatnonzero(held)))


def _chinese(name: str) -> Split:
    split = _tenth(f"{name}/reviews", "label")
    named = {"0": "negative", "1": "positive"}
    learnt, measured = (
        Labelled(part.texts, tuple(named[label] for label in part.labels))
        for part in (split.learnt, split.measured)
    )
    return Split(learnt, measured)


def _official(name: str) -> Split:
    return Split(_table(f"{name}/train", "intent"), _table(f"{name}/dev", "intent"))


def _across_sources() -> Split:
    """Bitext's utterances of one source by those of another: within one they are near copies."""
    path = "bitext_support/utterances"
    table = read_columns(DATA / f"{path}.parquet", ["source"])
    sources = table["source"].to_pylist()
    found = _table(path, "intent")
    learnt, measured = (
        found.at(row for row, own in enumerate(sources) if own == source)
        for source in ("sample_20k", "llm_27k")
    )
    return Split(learnt.sample(BITEXT_LEARNT), measured.sample(BITEXT_MEASURED))


def _few(read: Callable[[], Split]) -> Split:
    return read().few()


def _table(path: str, label: str) -> Labelled:
    file = DATA / f"{path}.parquet"
    found: TextTable = labelled(file, read_columns(file, ["text", label]), ["text"], label)
    return Labelled(found.texts, found.labels)


BANKING = partial(_tenth, "banking77/train", "intent")
CLINC, HWU = partial(_official, "clinc150"), partial(_official, "hwu64")
IT_TICKETS = partial(_tenth, "it_tickets/tickets", "topic", TICKETS)
ACCURACY, MACRO_F1 = "accuracy", "macro_f1"

SETS: Mapping[str, Set] = {
    "sst2": Set(SENTIMENT, partial(_opinions, "sst2"), {ACCURACY: 91}),
    "amazon_multidomain_sentiment": Set(
        SENTIMENT, partial(_opinions, "amazon_multidomain_sentiment"), {ACCURACY: 91}
    ),
    "customer_reviews_cr": Set(
        SENTIMENT, partial(_opinions, "customer_reviews_cr"), {ACCURACY: 89}
    ),
    "womens_clothing": Set(SENTIMENT, partial(_opinions, "womens_clothing"), {MACRO_F1: 70}),
    "airline_tweets": Set(SENTIMENT, partial(_opinions, "airline_tweets"), {MACRO_F1: 80}),
    "absa_laptops": Set(ASPECTS, partial(_opinions, "absa_laptops"), {MACRO_F1: 70}),
    "absa_restaurants": Set(ASPECTS, partial(_opinions, "absa_restaurants"), {MACRO_F1: 70}),
    "zh_online_shopping": Set(CHINESE, partial(_chinese, "zh_online_shopping"), {ACCURACY: 94.5}),
    "zh_hotel": Set(CHINESE, partial(_chinese, "zh_hotel"), {ACCURACY: 91}),
    "zh_waimai": Set(CHINESE, partial(_chinese, "zh_waimai"), {ACCURACY: 90.5}),
    "banking77": Set(INTENT, BANKING, {ACCURACY: 94}),
    "banking77_ten_a_label": Set(INTENT, partial(_few, BANKING), {ACCURACY: 88}),
    "clinc150": Set(INTENT, CLINC, {ACCURACY: 96.5, "auroc": 97, "oos_recall": 85}),
    "clinc150_ten_a_label": Set(INTENT, partial(_few, CLINC), {ACCURACY: 92.5}),
    "hwu64": Set(INTENT, HWU, {ACCURACY: 92}),
    "hwu64_ten_a_label": Set(INTENT, partial(_few, HWU), {ACCURACY: 85}),
    "it_tickets": Set(
        INTENT, partial(_tenth, "it_tickets/tickets", "topic", TICKETS), {ACCURACY: 88}
    ),
    "bitext_across_sources": Set(INTENT, _across_sources, {ACCURACY: 78}),
}
