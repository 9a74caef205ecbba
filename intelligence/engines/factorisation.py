"""Learning the item factors of a shop from its histories, texts, categories and prices.

The vector of an item is made of blocks:

    co-purchase   counts of "bought after" in low rank beside the strongest directions of
                  the texts, then trained to tell the next purchase; items with few sales
                  lean on the items whose texts are alike
    text          the embedding as it is
    category, price band    a one at the item's own
    novelty       how few sales the item has: it is new rather than unwanted

Figures of the choices: docs/decisions/0016-recommender.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from intelligence.engines.co_purchase import CountSettings, affinity, low_rank, strongest
from intelligence.engines.contract import Card
from intelligence.engines.item_attributes import Attributes, category_block, price_block
from intelligence.engines.item_texts import nearest, principal, text_features
from intelligence.engines.next_item import Progress, TrainingSettings, train
from intelligence.engines.recommendation import (
    ATTRIBUTE_WIDTH,
    CATEGORY_WIDTH,
    PRICE_WIDTH,
    Histories,
    ItemFactors,
    text_block,
)

Factors = tuple[NDArray[np.float32], NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Settings:
    """`rank` and `text_rank` are the columns of the co-purchase block that start from
    counts and from texts. All weights are in logits of the next purchase: `text_weight`
    that of a cosine of 1, `bias_weight` that of the logarithm of sales, the others that
    of a history all in one category or price band, and of an item without a sale;
    novelty is half of that at `new_below` sales, and gone soon after. `half_life_days` is
    that of a sale in the popularity; None: all sales count alike. `few_sales` is how many
    sales weigh as much as the `neighbours` alike in text; `alike` is the weight of having
    bought those.
    """

    rank: int = 384
    text_rank: int = 128
    text_weight: float = 2.0
    start_text_weight: float = 0.5
    bias_weight: float = 0.4
    category_weight: float = 0.5
    price_weight: float = 0.25
    novelty_weight: float = 2.0
    new_below: float = 5.0
    few_sales: float = 0.5
    neighbours: int = 10
    neighbour_sharpness: float = 4.0
    alike: float = 0.3
    half_life_days: float | None = 90.0
    counts: CountSettings = field(default_factory=CountSettings)
    training: TrainingSettings = field(default_factory=TrainingSettings)
    seed: int = 0


def fit(
    histories: Histories,
    embeddings: NDArray[np.float32],
    settings: Settings | None = None,
    *,
    words: Sequence[str] = (),
    attributes: Attributes | None = None,
    progress: Progress | None = None,
) -> ItemFactors:
    """Item factors of one shop. `embeddings` float32[items, d], rows of length 1 (or 0:
    no text); `words` the texts themselves, or empty; `item_index` of the histories are
    rows of both. `progress` is told the share done, in [0, 1]. Works without a single
    sale (then only the text speaks) and for one item. Deterministic by `settings.seed`.

    Raises ValueError when a history names an item that has no row, or when texts or
    attributes are not as many as the items.
    """
    chosen = settings or Settings()
    _check(histories, embeddings, words, attributes)
    items = len(embeddings)
    biases = chosen.bias_weight * popularity(histories, items, chosen.half_life_days)
    features = text_features(embeddings, words, chosen.seed)
    bought = _co_purchase(histories, features, biases, chosen, progress or _nobody)
    sales = np.bincount(histories.item_index, minlength=items)
    contexts, targets = lean_on_texts(bought, features, sales, chosen)
    text = embeddings.astype(np.float32) * np.float32(np.sqrt(chosen.text_weight))
    taste = _taste(attributes, items, chosen)
    ones, novelty = np.ones((items, 1), np.float32), _novelty(sales, chosen)
    return ItemFactors(
        targets=np.hstack([targets, text, taste, novelty, biases[:, None]]).astype(np.float32),
        contexts=np.hstack([contexts, text, taste, ones]).astype(np.float32),
        card=_card(histories, items, contexts.shape[1], embeddings.shape[1]),
    )


def popularity(
    histories: Histories, items: int, half_life_days: float | None
) -> NDArray[np.float32]:
    """log(1 + sales) of each item, sales halved in weight per half-life before the last
    one; zeros without sales.
    """
    if not len(histories):
        return np.zeros(items, np.float32)
    age = histories.time_days.max() - histories.time_days
    weights = np.ones(len(age)) if half_life_days is None else 0.5 ** (age / half_life_days)
    sales = np.bincount(histories.item_index, weights, minlength=items)
    return np.asarray(np.log1p(sales), np.float32)


def lean_on_texts(
    factors: Factors, features: NDArray[np.float32], sales: NDArray[np.int64], settings: Settings
) -> Factors:
    """The same factors, where each item leans on those alike in text, the more the fewer
    its sales and the more they are alike: sold when those are sold, and to those who
    bought them.
    """
    contexts, targets = factors
    sold = np.flatnonzero(sales > 0)
    if not features.shape[1] or not len(sold):
        return factors
    place = np.full(len(sales), -1, np.int64)
    place[sold] = np.arange(len(sold))
    near, cosine = nearest(
        features, features[sold], settings.neighbours, settings.neighbour_sharpness, own=place
    )
    share = settings.few_sales / np.maximum(settings.few_sales + sales, 1e-9)
    share = (share * cosine).astype(np.float32)[:, None]
    found = _from_neighbours(near, contexts[sold], targets[sold], settings.alike)
    return (
        (1 - share) * contexts + share * found[0],
        (1 - share) * targets + share * found[1],
    )


def of_text_alone(
    factors: ItemFactors, embeddings: NDArray[np.float32], settings: Settings | None = None
) -> ItemFactors:
    """Factors of items that were not there at the fit: their text, at the weight it has
    in `factors`, and what those alike in text were bought with. Their bias is 0.
    """
    chosen = settings or Settings()
    known = text_block(factors, embeddings.shape[1])
    weight = np.linalg.norm(known, axis=1).max(initial=0.0)
    text = embeddings.astype(np.float32) * np.float32(weight)
    bought = slice(0, factors.dimension - 1 - ATTRIBUTE_WIDTH - embeddings.shape[1])
    contexts, targets = factors.contexts[:, bought], factors.targets[:, bought]
    if len(factors):
        near, cosine = nearest(embeddings, known, chosen.neighbours, chosen.neighbour_sharpness)
        found = _from_neighbours(near, contexts, targets, chosen.alike)
        contexts, targets = (part * cosine[:, None] for part in found)
    new = len(embeddings)
    taste, ones = _taste(None, new, chosen), np.ones((new, 1), np.float32)
    novelty = _novelty(np.zeros(new, np.int64), chosen)
    return ItemFactors(
        targets=np.hstack([targets, text, taste, novelty, 0 * ones]),
        contexts=np.hstack([contexts, text, taste, ones]),
        card=factors.card,
    )


def _check(
    histories: Histories,
    embeddings: NDArray[np.float32],
    words: Sequence[str],
    attributes: Attributes | None,
) -> None:
    items = len(embeddings)
    if len(histories) and histories.item_index.max() >= items:
        raise ValueError(f"histories name item {histories.item_index.max()} of {items} items")
    if len(words) not in (0, items):
        raise ValueError(f"{len(words)} texts of {items} items")
    if attributes and not len(attributes.categories) == len(attributes.prices) == items:
        raise ValueError(f"categories or prices are not as many as the {items} items")


def _co_purchase(
    histories: Histories,
    features: NDArray[np.float32],
    biases: NDArray[np.float32],
    settings: Settings,
    progress: Progress,
) -> Factors:
    """The co-purchase block; of no columns when no two items were bought by one user."""
    items = len(features)
    ordered = histories.in_order()
    together = affinity(ordered, items, settings.counts)
    if not together.nnz:
        nothing = np.zeros((items, 0), np.float32)
        return nothing, nothing
    contexts, targets = low_rank(together, min(settings.rank, items), settings.seed)
    text = principal(features, settings.text_rank)
    length = np.sqrt(np.maximum((text**2).sum(axis=1).mean(), 1e-12))
    text *= np.float32(np.sqrt(settings.start_text_weight * strongest(together)) / length)
    start = np.hstack([contexts, text]), np.hstack([targets, text])
    return train(ordered, start, biases, settings.training, settings.seed, progress)


def _from_neighbours(
    near: csr_array, contexts: NDArray[np.float32], targets: NDArray[np.float32], alike: float
) -> Factors:
    """A context is as its neighbours' contexts; a target is as their targets, and lies
    towards their contexts, for who bought them may want it as well.
    """
    means = near @ contexts
    long, short = _typical_length(targets), _typical_length(contexts)
    return means, near @ targets + np.float32(alike * long / short) * means


def _typical_length(rows: NDArray[np.float32]) -> float:
    return float(np.linalg.norm(rows, axis=1).mean()) if rows.size else 1.0


def _taste(attributes: Attributes | None, items: int, settings: Settings) -> NDArray[np.float32]:
    if attributes is None:
        return np.zeros((items, CATEGORY_WIDTH + PRICE_WIDTH), np.float32)
    category = category_block(attributes.categories) * np.sqrt(settings.category_weight)
    price = price_block(attributes.prices) * np.sqrt(settings.price_weight)
    return np.hstack([category, price]).astype(np.float32)


def _novelty(sales: NDArray[np.int64], settings: Settings) -> NDArray[np.float32]:
    """float32[items, 1]; the power of four keeps it to items of few sales."""
    found = settings.novelty_weight / (1 + (sales / settings.new_below) ** 4)
    return np.asarray(found[:, None], np.float32)


def _nobody(share: float) -> None:
    """Hears of the progress."""


def _card(histories: Histories, items: int, rank: int, dimension: int) -> Card:
    return Card(
        name="recommendation",
        task="recommendation",
        description=f"co-purchase factors ({rank}) and text ({dimension}) of {items} items",
        labels=(),
        languages=(),
        backbone="",
        sha256="",
        licence="the shop's own data",
        training_data=({"name": "purchases", "licence": "own", "rows": len(histories)},),
    )
