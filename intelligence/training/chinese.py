"""Training the Chinese sentiment engine: logistic regression over character n-grams.

An n-gram's feature is scaled by how rare it is (log idf) and by how one-sided it is, its
smoothed log-count ratio (Wang & Manning 2012, https://aclanthology.org/P12-2018): the
penalty then falls on those that say little. Both are folded into the weights afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize, minimize_scalar
from scipy.sparse import csr_array
from scipy.special import expit

from intelligence.engines.characters import characters_of, grams_of
from intelligence.engines.chinese import TASK, ChineseSentiment, GramWeights
from intelligence.engines.contract import Card
from intelligence.evaluation.predictions import Told
from intelligence.evaluation.sentiment_scales import KINDS, STEPS
from intelligence.evaluation.text_tables import SENTIMENT_LABELS, read_texts
from intelligence.evaluation.texts import sentiment_question, text_figures
from intelligence.training.own_sentences import LICENCE, own_sentences
from intelligence.training.text_heads import CALIBRATING
from intelligence.training.text_sets import TextSet

UNKNOWN = "unknown (SophonPlus/ChineseNlpCorpus names no author)"
SETS = ("zh_online_shopping", "zh_waimai", "zh_hotel")
OWN_NAME = "own Chinese sentences"
# One of our sentences stands for a kind of message that no review is.
OWN_ROWS = 10
FEWEST_TEXTS, MOST_GRAMS = 2, 1_200_000
DECAY, STEPS_OF_FIT, SMOOTHING = 3e-6, 60, 1.0


@dataclass(frozen=True, slots=True)
class Rows:
    """Texts as n-grams: `grams` has a row a text and holds 1/sqrt(n) at each of its
    `keys`, uint32[k]; `positive` float32[n] is 1, 0, or 0.5 for neutral.
    """

    keys: NDArray[np.uint32]
    grams: csr_array
    positive: NDArray[np.float32]
    weights: NDArray[np.float32]

    def where(self, mask: NDArray[np.bool_]) -> Rows:
        """The rows that `mask` bool[n] chooses."""
        return Rows(self.keys, self.grams[mask], self.positive[mask], self.weights[mask])


def train_chinese(data: Path) -> ChineseSentiment:
    """The engine trained on the Chinese sets in the folder `data`, or on a table with text
    and label. Raises TableError.

    As for all heads, a tenth of each set gives the figures and is never learnt from; a
    first fit without two more tenths finds the temperature on them.
    """
    named = {name: data / name / "reviews.parquet" for name in SETS}
    licences = dict.fromkeys(SETS, UNKNOWN)
    if not data.is_dir():
        named, licences = {data.stem: data}, {data.stem: "the shop's own"}
    sets = [*(_set(name, path, licences[name]) for name, path in named.items()), _own()]
    learnt = [one.learnt() for one in sets]
    rows = rows_of(learnt)
    checking = np.concatenate([np.isin(one.tenths, CALIBRATING) & one.measured for one in learnt])
    first = fit(rows.where(~checking))
    temperature = temperature_for(first, rows.where(checking))
    weights = replace(fit(rows), temperature=temperature)
    engine = ChineseSentiment(_card(learnt, temperature), weights)
    return _measured(engine, [one.held_out() for one in sets if one.measured])


def rows_of(sets: Sequence[TextSet]) -> Rows:
    """The texts of all sets as n-grams; those of fewer than `FEWEST_TEXTS` texts are left out."""
    texts = [text for one in sets for text in one.question.texts]
    found = [np.unique(grams_of(characters_of(text)).keys) for text in texts]
    counts = np.array([len(keys) for keys in found])
    together = np.concatenate(found)
    keys, times = np.unique(together, return_counts=True)
    kept = keys[times >= FEWEST_TEXTS]
    places = np.minimum(np.searchsorted(kept, together), len(kept) - 1)
    known = kept[places] == together
    owners = np.repeat(np.arange(len(texts)), counts)[known]
    values = (1 / np.sqrt(np.maximum(counts, 1)))[owners].astype(np.float32)
    starts = np.concatenate(([0], np.cumsum(np.bincount(owners, minlength=len(texts)))))
    grams = csr_array(
        (values, places[known].astype(np.int32), starts), shape=(len(texts), len(kept))
    )
    positive = [_positive(one) for one in sets]
    weights = [np.full(len(one), 1 if one.measured else OWN_ROWS) for one in sets]
    return Rows(kept, grams, np.concatenate(positive), np.concatenate(weights).astype(np.float32))


def fit(rows: Rows) -> GramWeights:
    """The weights that fit the rows best, rounded as they are stored."""
    scale = _one_sidedness(rows)
    scaled = csr_array(
        (rows.grams.data * scale[rows.grams.indices], rows.grams.indices, rows.grams.indptr),
        shape=rows.grams.shape,
    )
    transposed = scaled.T.tocsr()
    shares = rows.weights / rows.weights.sum()

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weight, bias = flat[:-1], flat[-1]
        logits = scaled @ weight.astype(np.float32) + bias
        error = (shares * (expit(logits) - rows.positive)).astype(np.float32)
        lost = float((shares * (np.logaddexp(0, logits) - rows.positive * logits)).sum())
        gradient = np.append(transposed @ error + DECAY * weight, error.sum())
        return lost + DECAY / 2 * float(weight @ weight), gradient

    start = np.zeros(len(scale) + 1)
    options = {"maxiter": STEPS_OF_FIT, "maxcor": 6}
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options=options).x
    return _strongest(rows, (found[:-1] * scale).astype(np.float32), float(found[-1]))


def temperature_for(weights: GramWeights, rows: Rows) -> float:
    """The temperature that makes the probabilities of these rows truest."""
    logits = rows.grams @ weights.of(rows.keys) + weights.bias

    def loss(log_temperature: float) -> float:
        scaled = logits / np.exp(log_temperature)
        return float(np.average(np.logaddexp(0, scaled) - rows.positive * scaled))

    return float(np.exp(minimize_scalar(loss, bounds=(-3, 3), method="bounded").x))


def _one_sidedness(rows: Rows) -> NDArray[np.float32]:
    """float32[k]: log idf by the root of the absolute log-count ratio."""
    present = (rows.grams > 0).astype(np.float32)
    good = present.T @ rows.positive + SMOOTHING
    bad = present.T @ (1 - rows.positive) + SMOOTHING
    ratio = np.abs(np.log(good / good.sum()) - np.log(bad / bad.sum()))
    idf = np.log1p(len(rows.positive) / (good + bad))
    return (idf * np.sqrt(0.1 + ratio)).astype(np.float32)


def _strongest(rows: Rows, weights: NDArray[np.float32], bias: float) -> GramWeights:
    """Without the n-grams that move the fewest texts the least."""
    moved = np.abs(weights) * np.sqrt(np.diff(rows.grams.tocsc().indptr))
    kept = np.sort(np.argsort(-moved, kind="stable")[:MOST_GRAMS])
    rounded = weights[kept].astype(np.float16).astype(np.float32)
    return GramWeights(rows.keys[kept], rounded, bias)


def _positive(one: TextSet) -> NDArray[np.float32]:
    """For each text the mean side of its steps: 0 negative, 0.5 neutral, 1 positive."""
    sides = one.question.answers.allowed @ (KINDS / 2) / one.question.answers.allowed.sum(axis=1)
    return sides[one.question.truth].astype(np.float32)


def _set(name: str, path: Path, licence: str) -> TextSet:
    return TextSet(name, licence, sentiment_question(read_texts(path, SENTIMENT_LABELS)))


def _own() -> TextSet:
    return TextSet(
        OWN_NAME, LICENCE, sentiment_question(own_sentences("sentiment_zh")), measured=False
    )


def _measured(engine: ChineseSentiment, sets: Sequence[TextSet]) -> ChineseSentiment:
    metrics = {}
    for one in sets:
        steps = engine.probabilities(one.question.texts)
        answers = one.question.answers
        said = np.ones(len(one), bool)
        told = Told(answers.names, answers.probabilities(steps), said)
        metrics[one.name] = text_figures(one.question, told)
    return replace(engine, card=replace(engine.card, metrics=metrics))


def _card(learnt: Sequence[TextSet], temperature: float) -> Card:
    return Card(
        name=TASK,
        task=TASK,
        description="sentiment of Chinese texts in five steps, read from character n-grams",
        labels=STEPS,
        languages=("zh",),
        backbone="",
        sha256="",
        licence="Apache-2.0",
        temperature=temperature,
        training_data=tuple(
            {"name": one.name, "licence": one.licence, "rows": len(one)} for one in learnt
        ),
    )
