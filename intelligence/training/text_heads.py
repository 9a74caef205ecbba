"""Training a head on sets of labelled texts: fitted, calibrated, measured, described.

Which tenth a text belongs to is known from the text itself. Tenth 0 of a measured set is
never trained on and gives the figures; a first fit without tenths 1 and 2 of the typical
sets finds the temperature and the threshold on them; the head that ships is then fitted on both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from intelligence.engines.contract import Card
from intelligence.engines.fitting import Settings, calibrated, fit, threshold_for
from intelligence.engines.heads import Head, Parameters
from intelligence.engines.language import language_of
from intelligence.evaluation.columns import TableError
from intelligence.evaluation.encode import Encode
from intelligence.evaluation.text_tables import TextTable
from intelligence.evaluation.texts import same_labels, tell, text_figures
from intelligence.training.text_sets import TextSet

CALIBRATING = (1, 2)
# Fewer rows than this say nothing about probabilities.
FEWEST_CALIBRATING = 20
# Of each set: a figure on the card is then within two points of that on every row (of
# 1,000 airline tweets one draw read 0.737, where all 12,222 read 0.693).
ROWS_MEASURED = 3000
LANGUAGE_SHARE = 0.02
# On Banking77 and CLINC150 half a point better than the default, which is for many sets.
LABELS_ALONE = Settings(decay=1e-5, gram_decay=2e-5)
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
    checking = np.concatenate([np.isin(one.tenths, CALIBRATING) & one.typical for one in learnt])
    try:
        first = _calibrated(recipe, rows.where(~checking), rows.where(checking))
        final = _fit(recipe, rows)
    except ValueError as error:
        raise TableError(str(error)) from error
    found = replace(final, temperature=first.temperature, threshold=first.threshold)
    head = Head(_card(recipe, found, learnt, backbone), found, recipe.silence)
    return _measured(head, [*(one.held_out() for one in sets), *others], encode)


def train_on_labels(task: str, table: TextTable, encode: Encode, backbone: str) -> Head:
    """A head of a table's own labels, learnt from every row. Raises TableError."""
    labels = tuple(sorted(set(table.labels)))
    silent = tuple(label for label in labels if label in OUT_OF_SCOPE)
    recipe = Recipe(
        task,
        "the labels of a table",
        labels,
        silent=silent,
        languages=languages_of(table.texts),
        settings=LABELS_ALONE,
    )
    rows = TextSet("table", "", same_labels(table, labels), measured=False)
    return train_text_head(recipe, [rows], encode, backbone)


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


def _calibrated(recipe: Recipe, train: Rows, held: Rows) -> Parameters:
    found = _fit(recipe, train)
    if len(held) < FEWEST_CALIBRATING:
        return found
    found = calibrated(found, held.embeddings, held.texts, held.allowed, held.weights)
    return replace(found, threshold=_threshold(recipe, found, held))


def _threshold(recipe: Recipe, parameters: Parameters, held: Rows) -> float:
    """Where the said labels are right often enough; what is silent anyway counts not."""
    head = Head(_card(recipe, parameters, (), ""), parameters)
    probabilities = head.probabilities(held.embeddings, held.texts)
    best = np.array([head.best(row) for row in probabilities], np.int64)
    places = np.arange(len(held))
    confidence = probabilities[places, best]
    said = confidence >= probabilities.max(axis=1)
    right = held.allowed[places, best]
    if not said.any():
        return 0.0
    return threshold_for(confidence[said], right[said], recipe.target, held.weights[said])


def _measured(head: Head, sets: Sequence[TextSet], encode: Encode) -> Head:
    metrics = {}
    for one in (every.sample(ROWS_MEASURED) for every in sets):
        if len(one):
            told = tell(head, encode(one.question.texts), one.question)
            metrics[one.name] = text_figures(one.question, told)
    return replace(head, card=replace(head.card, metrics=metrics))


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
