"""How good a fit is on this shop's own purchases: the last one of some customers, hidden.

The fit in service has seen all purchases and cannot be asked. So another one is fitted with
the same settings to all purchases but the hidden ones, and measured beside popularity and
item-kNN. It is thrown away; its figures stand on the version in service.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from customers.locks import held
from customers.models import ModelVersion
from intelligence.engines.factorisation import fit
from intelligence.engines.recommendation import Histories
from intelligence.evaluation.next_items import Split
from intelligence.evaluation.recommendation import figures_of
from intelligence.purchases import all_purchases
from intelligence.recommending.descriptions import described
from intelligence.shop_recommender import in_service
from intelligence.vectors import sent, stacked, vectors_in_use

MEASURE_LOCK = 7_310_010
EVERY = timedelta(hours=20)
# So many hidden purchases tell NDCG to the third digit, at any size of the shop.
MOST_HIDDEN = 5000
HIDDEN_SHARE = 0.2
# Fewer say nothing.
FEWEST_HIDDEN = 5


def measure_when_due() -> bool:
    """Measure the fit in service unless one was measured within the last 20 hours; whether
    it did. One process measures at a time.
    """
    version = in_service()
    if version is None or version.measured or _measured_lately():
        return False
    with held(MEASURE_LOCK, 0) as mine:
        return mine and measure_fit(version) is not None


def measure_fit(version: ModelVersion) -> dict[str, Any] | None:
    """Figures of a fit like this one on hidden last purchases, stored on the version; None
    where too few customers bought twice.
    """
    rows = list(
        vectors_in_use().order_by("product_id").values_list("product_id", sent("embedding"))
    )
    embeddings = stacked([vector for _, vector in rows])
    purchases = all_purchases({pk: row for row, (pk, _) in enumerate(rows)})
    split = hidden_last(purchases, tuple(str(pk) for pk, _ in rows))
    if len(split.users) < FEWEST_HIDDEN:
        return None
    words, attributes = described([pk for pk, _ in rows])
    fitted = fit(split.histories, embeddings, words=words, attributes=attributes)
    figures = figures_of(split, fitted)
    version.measured = figures | {"measured_at": timezone.now().isoformat()}
    version.save(update_fields=["measured"])
    return version.measured


def hidden_last(purchases: Histories, item_keys: tuple[str, ...]) -> Split:
    """The last purchase of every fifth customer who bought several things, hidden, where
    they had not bought that product before.
    """
    ordered = purchases.in_order()
    users = int(ordered.user_index.max(initial=-1)) + 1
    is_last = np.append(ordered.user_index[1:] != ordered.user_index[:-1], True)[: len(ordered)]
    several = np.bincount(ordered.user_index, minlength=users) > 1
    is_new = _first_times(ordered)
    hidden = np.flatnonzero(is_last & several[ordered.user_index] & is_new)
    step = max(round(1 / HIDDEN_SHARE), len(hidden) // MOST_HIDDEN, 1)
    hidden = hidden[::step]
    seen = np.ones(len(ordered), np.bool_)
    seen[hidden] = False
    return Split(
        histories=ordered.where(seen),
        users=ordered.user_index[hidden],
        targets=ordered.item_index[hidden],
        user_count=users,
        item_keys=item_keys,
    )


def _first_times(ordered: Histories) -> np.ndarray:
    """Whether each purchase is the first of its item by its user."""
    pairs = ordered.user_index * (ordered.item_index.max(initial=0) + 1) + ordered.item_index
    first = np.zeros(len(ordered), np.bool_)
    first[np.unique(pairs, return_index=True)[1]] = True
    return first


def _measured_lately() -> bool:
    measured = ModelVersion.objects.filter(task="recommendation").exclude(measured={})
    times = (parse_datetime(one.get("measured_at", "")) for one in _figures(measured))
    return any(at is not None and at > timezone.now() - EVERY for at in times)


def _figures(versions: Any) -> list[dict[str, Any]]:
    return list(versions.order_by("-pk").values_list("measured", flat=True)[:20])
