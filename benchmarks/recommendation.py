"""The recommender's cost: training beside implicit ALS, and scoring as customers grow.

Both train on the same purchases, one after the other, each in a process of its own, so
that the highest memory of one does not stand in the figure of the other. ALS is `implicit`
(https://github.com/benfred/implicit) with as many factors as its authors' examples use.
Scoring is the whole of a customer's list: the history folded in, all products scored, ten
kept.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import Any

import numpy as np
import pyarrow.parquet
from django.conf import settings
from numpy.typing import NDArray
from scipy.sparse import csr_array

from benchmarks.instruments.report import Report, Target
from intelligence.engines.contract import Card
from intelligence.engines.recommendation import (
    ATTRIBUTE_WIDTH,
    Histories,
    ItemFactors,
    fold_in_many,
    top_n,
)

DATA = settings.BASE_DIR.parent / "shared/data/amazon_games"
TRAINING = "benchmarks.instruments.recommenders"
CUSTOMERS, SMALL_CUSTOMERS = (10_000, 200_000), (500, 2_000)
PRODUCTS, SMALL_PRODUCTS = 5_000, 500
PURCHASES, LENGTH, LIST = 8, 900, 10
AT_ONCE = 1_000
SMALL_ROWS = 20_000
SEED = 20181005
TARGETS = (
    Target("train_seconds", "at_most", 180),
    Target("train_peak_mib", "at_most", 3072),
    Target("scoring_growth", "at_most", 1.2),
)
PEER = "implicit ALS on the same purchases in the same run"


def measure(*, small: bool = False) -> Report:
    """Train both, then score few and many customers."""
    ours, peer = (_trained(who, small=small) for who in ("ours", "als"))
    few, many = SMALL_CUSTOMERS if small else CUSTOMERS
    products = SMALL_PRODUCTS if small else PRODUCTS
    costs = {customers: _scoring_microseconds(customers, products) for customers in (few, many)}
    return Report(
        benchmark="recommendation",
        sample=f"amazon_games, {ours['purchases']} purchases; {products} products by chance",
        peer=PEER,
        figures={
            "train_seconds": ours["seconds"],
            "train_peak_mib": ours["peak_mib"],
            "als_train_seconds": peer["seconds"],
            "als_peak_mib": peer["peak_mib"],
            "train_seconds_over_als": _over(ours["seconds"], peer["seconds"]),
            "scoring_us_per_customer_few": round(costs[few], 1),
            "scoring_us_per_customer_many": round(costs[many], 1),
            "scoring_growth": round(costs[many] / costs[few], 3),
        },
        targets=TARGETS,
        small=small,
    )


def purchases(*, small: bool) -> Histories:
    """The public histories, as rows."""
    table = pyarrow.parquet.read_table(DATA / "interactions.parquet")
    rows = slice(0, SMALL_ROWS if small else None)
    users, items, positions = (
        table[name].to_numpy()[rows] for name in ("user_id", "item_id", "position")
    )
    return Histories(users.astype(np.int64), items.astype(np.int64), positions.astype(float))


def _over(seconds: float, of_peer: float | None) -> float | None:
    return None if of_peer is None else round(seconds / of_peer, 2)


def _trained(who: str, *, small: bool) -> dict[str, Any]:
    command = [sys.executable, "-m", TRAINING, who, *(["--small"] if small else [])]
    ended = subprocess.run(
        command, cwd=settings.BASE_DIR, capture_output=True, text=True, check=True
    )
    found: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return found


def _scoring_microseconds(customers: int, products: int) -> float:
    """What the list of one customer takes, in a shop of so many, in microseconds."""
    chance = np.random.default_rng(SEED)
    factors = _factors(products, chance)
    count = customers * PURCHASES
    users = np.repeat(np.arange(customers), PURCHASES)
    bought = Histories(users, chance.integers(0, products, count), np.arange(float(count)))
    started = time.perf_counter()
    for begin in range(0, customers, AT_ONCE):
        own = slice(begin * PURCHASES, (begin + AT_ONCE) * PURCHASES)
        now = Histories(users[own] - begin, bought.item_index[own], bought.time_days[own])
        here = int(now.user_index[-1]) + 1
        own_items = csr_array(
            (np.ones(len(now), np.float32), (now.user_index, now.item_index)), (here, products)
        )
        top_n(factors, fold_in_many(factors, now, here), LIST, exclude=own_items)
    return (time.perf_counter() - started) / customers * 1e6


def _factors(products: int, chance: np.random.Generator) -> ItemFactors:
    """Vectors by chance, as long as those of a shop with texts."""
    contexts: NDArray[np.float32] = chance.standard_normal((products, LENGTH), dtype=np.float32)
    contexts[:, -ATTRIBUTE_WIDTH:] = 0
    bias = np.zeros((products, 1), np.float32)
    card = Card(
        name="",
        task="recommendation",
        description="",
        labels=(),
        languages=(),
        backbone="",
        sha256="",
        licence="",
        training_data=(),
    )
    return ItemFactors(np.hstack([contexts, bias]), contexts, card)
