"""Training a head on sets of labelled texts: fitted, calibrated, measured, described.

Which tenth a text belongs to is known from the text itself. Tenth 0 of a measured set is
never trained on and gives the figures. Temperature and threshold come from typical rows that
a first head has not seen: of many rows, tenths 1 and 2; of few, each pair of tenths in its
turn, because a fifth of ten examples a label tells nothing. The head that ships is then
fitted on all of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from intelligence.engines.contract import Card
from intelligence.engines.fitting import Settings, fit, temperature_for, threshold_for
from intelligence.engines.heads import Head, Parameters, raw_logits
from intelligence.engines.language import language_of
from intelligence.evaluation.columns import TableError
from intelligence.evaluation.details import class_figures, confusion, reliability
from intelligence.evaluation.encode import Encode
from intelligence.evaluation.predictions import Told
from intelligence.evaluation.text_tables import TextTable
from intelligence.evaluation.texts import Question, same_labels, tell, text_figures
from intelligence.training.table_checks import checked
from intelligence.training.text_sets import TextSet

CALIBRATING = (1, 2)
FOLDS = tuple((tenth, tenth + 1) for tenth in range(0, 10, 2))
# Up to so many rows, every fold is held out once; beyond, one fold tells enough.
FEW_ROWS = 3000
# Fewer rows than this say nothing about probabilities.
FEWEST_CALIBRATING = 20
# Of each set: a figure on the card is then within two points of that on every row (of
# 1,000 airline tweets one draw read 0.737, where all 12,222 read 0.693).
ROWS_MEASURED = 3000
LANGUAGE_SHARE = 0.02
# A card with a matrix of more labels would be larger than a page can show.
MOST_SHOWN = 40
# Found on Banking77, CLINC150 and HWU64, whole and with ten rows a label: L2 that weighs
# like so many rows, however many there are (docs/decisions/0012-heads-of-a-table.md).
DECAY_ROWS, GRAM_DECAY_ROWS = 0.05, 0.2
# Words share buckets less where there are more rows to tell them apart, as far as the
# weights of all labels then fit into 8 MB (in half precision).
FEWEST_BUCKETS, MOST_BUCKETS = 1 << 14, 1 << 18
BUCKETS_OF_A_ROW = 8
MOST_GRAM_WEIGHTS = 1 << 22
# The name of a label teaches it like two of its rows.
ROWS_OF_A_NAME = 2
# What tables call the label of texts that are about none of the others.
OUT_OF_SCOPE = ("out_of_scope", "oos")


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a head is to be: `labels` with the `values` of a scale or without; `silent`
    labels are never said, for the reason `silence`. `target` is the accuracy that
    predictions at the threshold or above shall have.
    """

    task: str
    description: str
    labels: tuple[str, ...]
    values: tuple[float, ...] = ()
    silent: tuple[str, ...] = ()
    silence: str = ""
    languages: tuple[str, ...] = ("en",)
    target: float = 0.9
    settings: Settings = field(default_factory=Settings)


@dataclass(frozen=True, slots=True)
class Rows:
    """Embedded texts with what their labels allow, as `fit` takes them."""

    embeddings: NDArray[np.float32]
    texts: tuple[str, ...]
    allowed: NDArray[np.bool_]
    weights: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def labels(self) -> int:
        """How many labels occur."""
        return int(self.allowed.any(axis=0).sum())

    def where(self, mask: NDArray[np.bool_]) -> Rows:
        """The rows that `mask` chooses."""
        texts = tuple(self.texts[row] for row in np.flatnonzero(mask))
        return Rows(self.embeddings[mask], texts, self.allowed[mask], self.weights[mask])


def train_text_head(
    recipe: Recipe,
    sets: Sequence[TextSet],
    encode: Encode,
    backbone: str,
    others: Sequence[TextSet] = (),
) -> Head:
    """A head trained on `sets`. The figures on its card are of the held-out tenth of each
    measured set, and of `others`, which no head of this recipe ever learns from.
    Raises TableError when fewer than two labels occur.
    """
    learnt = [one.learnt() for one in sets]
    rows = _rows(learnt, encode)
    typical = np.concatenate([np.full(len(one), one.typical) for one in learnt])
    tenths = np.concatenate([one.tenths for one in learnt])
    try:
        temperature, threshold = _checked(recipe, rows, typical, tenths)
        found = _fit(recipe, rows)
    except ValueError as error:
        raise TableError(str(error)) from error
    found = replace(found, temperature=temperature, threshold=threshold)
    head = Head(_card(recipe, found, learnt, backbone), found, recipe.silence)
    return _measured(head, [*(one.held_out() for one in sets), *others], encode)


def train_on_parts(
    recipe: Recipe,
    learnt: Sequence[TextSet],
    calibrating: Sequence[TextSet],
    measured: Sequence[TextSet],
    encode: Encode,
    backbone: str,
) -> Head:
    """As `train_text_head`, from parts that the caller chose: an encoder that has learnt
    from the same rows must be calibrated and measured on those that it has not seen.
    """
    rows, held = _rows(learnt, encode), _rows(calibrating, encode)
    try:
        found = _fit(recipe, rows)
    except ValueError as error:
        raise TableError(str(error)) from error
    logits = raw_logits(found, held.embeddings, held.texts)
    temperature, threshold = sureness(recipe, logits, held)
    found = replace(found, temperature=temperature, threshold=threshold)
    head = Head(_card(recipe, found, learnt, backbone), found, recipe.silence)
    return _measured(head, measured, encode)


def train_on_labels(task: str, table: TextTable, encode: Encode, backbone: str) -> Head:
    """A head of a table's own labels, learnt from every row. Raises TableError."""
    labels = tuple(sorted(set(checked(table).labels)))
    recipe = Recipe(
        task,
        "the labels of a table",
        labels,
        silent=tuple(label for label in labels if label in OUT_OF_SCOPE),
        languages=languages_of(table.texts),
        settings=settings_for(len(table), len(labels)),
    )
    rows = TextSet("table", "", same_labels(table, labels), measured=False, balanced=False)
    return train_text_head(recipe, [rows, names_of(labels, len(table))], encode, backbone)


def settings_for(rows: int, labels: int) -> Settings:
    """How a head of so many rows and labels is fitted where nothing better is known."""
    return Settings(
        decay=DECAY_ROWS / rows,
        gram_decay=GRAM_DECAY_ROWS / rows,
        buckets=buckets_for(rows, labels),
        steps=30,
    )


def buckets_for(rows: int, labels: int) -> int:
    """Into how many buckets words are hashed, a power of two."""
    wanted = min(rows * BUCKETS_OF_A_ROW, MOST_GRAM_WEIGHTS // labels, MOST_BUCKETS)
    return max(FEWEST_BUCKETS, 1 << (wanted.bit_length() - 1))


def names_of(labels: Sequence[str], rows: int) -> TextSet:
    """The names of labels as texts about them, beside a set of so many rows."""
    told = tuple(label for label in labels if label not in OUT_OF_SCOPE)
    texts = tuple(label.replace("_", " ") for label in told)
    question = same_labels(TextTable(texts, told, tuple(range(len(told)))), labels)
    share = ROWS_OF_A_NAME * len(told) / rows
    return TextSet(
        "names of the labels", "", question, share, measured=False, typical=False, balanced=False
    )


def languages_of(texts: Sequence[str]) -> tuple[str, ...]:
    """The languages of at least a fiftieth of the texts that have words, commonest first."""
    counts = Counter(code for code in map(language_of, texts) if code)
    enough = LANGUAGE_SHARE * counts.total()
    return tuple(code for code, count in counts.most_common() if count >= enough)


def _rows(sets: Sequence[TextSet], encode: Encode) -> Rows:
    texts = tuple(text for one in sets for text in one.question.texts)
    allowed = [one.question.answers.allowed[one.question.truth] for one in sets]
    weights = [one.row_weights for one in sets]
    return Rows(encode(texts), texts, np.concatenate(allowed), np.concatenate(weights))


def _fit(recipe: Recipe, rows: Rows) -> Parameters:
    found = fit(
        rows.embeddings, rows.texts, rows.allowed, rows.weights, recipe.labels, recipe.settings
    )
    return replace(found, silent=recipe.silent, values=recipe.values)


def _checked(
    recipe: Recipe, rows: Rows, typical: NDArray[np.bool_], tenths: NDArray[np.int64]
) -> tuple[float, float]:
    """Temperature and threshold, from typical rows told by heads that have not seen them."""
    folds = FOLDS if typical.sum() <= FEW_ROWS else (CALIBRATING,)
    held = [np.isin(tenths, fold) & typical for fold in folds]
    held = [fold for fold in held if fold.any() and rows.where(~fold).labels > 1]
    if sum(fold.sum() for fold in held) < FEWEST_CALIBRATING:
        return 1.0, 0.0
    logits = []
    for fold in held:
        unseen = rows.where(fold)
        first = _fit(recipe, rows.where(~fold))
        logits.append(raw_logits(first, unseen.embeddings, unseen.texts))
    order = np.concatenate([np.flatnonzero(fold) for fold in held])
    unsorted = np.concatenate(logits)
    return sureness(recipe, unsorted[np.argsort(order)], rows.where(np.logical_or.reduce(held)))


def sureness(recipe: Recipe, logits: NDArray[np.float32], held: Rows) -> tuple[float, float]:
    """Temperature and threshold from held-out rows and their logits [n, c]: where what is
    said is right often enough. What is silent anyway counts not.
    """
    temperature = temperature_for(logits, held.allowed, held.weights)
    probabilities = softmax(logits / temperature, axis=1)
    silent = np.isin(recipe.labels, recipe.silent)
    best = np.where(silent, -1.0, probabilities).argmax(axis=1)
    places = np.arange(len(held))
    confidence = probabilities[places, best]
    said = confidence >= probabilities.max(axis=1)
    right = held.allowed[places, best]
    if not said.any():
        return temperature, 0.0
    threshold = threshold_for(confidence[said], right[said], recipe.target, held.weights[said])
    return temperature, threshold


def _measured(head: Head, sets: Sequence[TextSet], encode: Encode) -> Head:
    metrics = {}
    for one in (every.sample(ROWS_MEASURED) for every in sets):
        if len(one):
            told = tell(head, encode(one.question.texts), one.question)
            metrics[one.name] = text_figures(one.question, told) | _details(one.question, told)
    return replace(head, card=replace(head.card, metrics=metrics))


def _details(question: Question, told: Told) -> dict[str, Any]:
    """What a page shows of the figures, for as many labels as a page can show."""
    right = told.found == question.truth
    found: dict[str, Any] = {"reliability": reliability(told.confidence, right)}
    if len(told.names) > MOST_SHOWN:
        return found
    rows = told.found, question.truth, told.names
    return found | {"classes": class_figures(*rows), "confusion": confusion(*rows)}


def _card(recipe: Recipe, parameters: Parameters, learnt: Sequence[TextSet], backbone: str) -> Card:
    return Card(
        name=recipe.task,
        task=recipe.task,
        description=recipe.description,
        labels=tuple(label for label in recipe.labels if label not in recipe.silent),
        languages=recipe.languages,
        backbone=backbone,
        sha256="",
        licence="Apache-2.0",
        threshold=parameters.threshold,
        temperature=parameters.temperature,
        training_data=tuple(
            {"name": one.name, "licence": one.licence, "rows": len(one)} for one in learnt
        ),
    )
