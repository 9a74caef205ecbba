"""What meaning adds to a customer's value class: against figures alone, random, shuffled.

Embeddings of what was bought may help because they say what things are, or only because
they tell things apart. Random vectors of the same dimension and the right vectors on the
wrong products keep the second and lose the first. Five windows of 39 days one after
another, each by a model of the windows before it; intervals by resampling customers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from benchmarks.instruments.report import Report, Target
from intelligence.encoding import ManyTexts
from intelligence.evaluation.value_class import model_before, said_and_true
from intelligence.training.segment import Shop, read_shop
from intelligence.training.value_class import HORIZON_DAYS, end_of, spenders, without_taste

DATA = settings.BASE_DIR.parent / "shared/data/online_retail/transactions.parquet"
WINDOWS, SMALL_WINDOWS = 5, 1
SEEDS, SMALL_SEEDS = 3, 1
RESAMPLES = 1000
SEED = 20111031
TARGETS = (Target("macro_f1_last_window", "at_least", 45.0),)
PEER = "figures alone, random vectors and shuffled embeddings, same head, same windows"


@dataclass(frozen=True, slots=True)
class Answers:
    """One arm on one window: whose rows, the classes said and the right ones, int64[n]."""

    customers: NDArray[np.int64]
    found: NDArray[np.int64]
    truth: NDArray[np.int64]


def measure(*, small: bool = False) -> Report:
    """Four arms and, beside, the reading with three classes instead of four."""
    shop = read_shop(DATA, ManyTexts())
    windows = SMALL_WINDOWS if small else WINDOWS
    seeds = SMALL_SEEDS if small else SEEDS
    arms = {name: [answers(one, windows) for one in shops] for name, shops in _arms(shop, seeds)}
    scores = {name: _scores(runs, len(shop.customer_keys)) for name, runs in arms.items()}
    three = answers(without_taste(shop), windows, classes=3)
    last = arms["numeric"][0][0]
    figures = {
        "macro_f1_last_window": _percent(macro_f1(last, np.ones(len(shop.customer_keys)))),
        **{f"macro_f1_{name}": _percent(float(score[0])) for name, score in scores.items()},
        **_differences(scores),
        "macro_f1_three_classes": _percent(_mean(three, np.ones(len(shop.customer_keys)))),
    }
    return Report(
        benchmark="segment",
        sample=f"online_retail, {windows} windows of {HORIZON_DAYS:g} days, none/low/middle/high",
        peer=PEER,
        figures=figures,
        targets=TARGETS,
        small=small,
    )


def _arms(shop: Shop, seeds: int) -> Iterator[tuple[str, list[Shop]]]:
    """The shops that the arms see, by the name of the arm."""
    chances = [np.random.default_rng(SEED + seed) for seed in range(seeds)]
    yield "numeric", [without_taste(shop)]
    yield "semantic", [shop]
    yield "random", [replace(shop, embeddings=random_vectors(shop.embeddings, c)) for c in chances]
    yield "shuffled", [replace(shop, embeddings=c.permutation(shop.embeddings)) for c in chances]


def random_vectors(like: NDArray[np.float32], chance: np.random.Generator) -> NDArray[np.float32]:
    """A direction by chance for each product: float32 of the same shape, rows of length 1."""
    drawn = chance.standard_normal(like.shape)
    return np.asarray(drawn / np.linalg.norm(drawn, axis=1, keepdims=True), np.float32)


def answers(shop: Shop, windows: int, classes: int = 4) -> list[Answers]:
    """What is said of each window, the last one first."""
    found = []
    for back in range(1, windows + 1):
        cut_off = end_of(shop) - HORIZON_DAYS * back
        tested = spenders(shop, cut_off)
        found.append(
            Answers(tested.customers, *said_and_true(model_before(shop, cut_off, classes), tested))
        )
    return found


def macro_f1(own: Answers, weights: NDArray[np.float64]) -> float:
    """Macro-F1 with a weight for each customer of the shop."""
    row = weights[own.customers]
    classes = int(own.truth.max()) + 1
    right = np.bincount(own.truth, row * (own.found == own.truth), minlength=classes)
    total = np.bincount(own.truth, row, minlength=classes)
    total += np.bincount(own.found, row, minlength=classes)
    return float((2 * right / np.maximum(total, 1e-12)).mean())


def _mean(windows: list[Answers], weights: NDArray[np.float64]) -> float:
    return float(np.mean([macro_f1(one, weights) for one in windows]))


def _scores(runs: list[list[Answers]], customers: int) -> NDArray[np.float64]:
    """The mean over seeds and windows: of all customers first, then of RESAMPLES draws of
    them, which are the same for every arm.
    """
    chance = np.random.default_rng(SEED)
    even = np.full(customers, 1 / customers)
    weights = [np.ones(customers), *chance.multinomial(customers, even, RESAMPLES).astype(float)]
    return np.array([np.mean([_mean(run, weight) for run in runs]) for weight in weights])


def _differences(scores: dict[str, NDArray[np.float64]]) -> dict[str, float]:
    """Points between two arms, with the 95 % interval."""
    pairs = {
        "semantic_over_numeric": ("semantic", "numeric"),
        "random_over_numeric": ("random", "numeric"),
        "semantic_over_random": ("semantic", "random"),
        "semantic_over_shuffled": ("semantic", "shuffled"),
    }
    figures: dict[str, float] = {}
    for name, (one, other) in pairs.items():
        gap = scores[one] - scores[other]
        low, high = np.quantile(gap[1:], (0.025, 0.975))
        parts = {name: gap[0], f"{name}_low": low, f"{name}_high": high}
        figures |= {key: _percent(float(value)) for key, value in parts.items()}
    return figures


def _percent(share: float) -> float:
    return round(100 * share, 1)
