"""How fast one customer's list is worked out from a large catalogue, and what the index misses."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone
from numpy.typing import NDArray

from benchmarks.instruments.client import staff_client
from benchmarks.instruments.product import database
from benchmarks.instruments.report import Report, Target
from benchmarks.instruments.timing import milliseconds, quantile, seconds_of
from benchmarks.samples.rows import multiply
from customers.models import Customer, ModelVersion, Order, OrderLine, Product
from intelligence.recommending import candidates, index
from intelligence.vectors import binary

PRODUCTS, SMALL_PRODUCTS = 100_000, 3_000
RANK, TEXT = 384, 384
CUSTOMERS, SMALL_CUSTOMERS = 300, 20
BOUGHT, CATEGORIES, THEMES = 8, 200, 60
WANTED = 10
WARM = 5
EXACT_LISTS = 40  # an exact scan takes seconds
TARGETS = (
    Target("live_p95_ms", "at_most", 20),
    Target("recall_at_10", "at_least", 0.95),
)
PEER = "an exact scan of all vectors by the same statement without the index, in the same run"
FILTERS: dict[str, dict[str, Any]] = {
    "live": {},
    "category": {"category": "Category 7"},
    "price": {"min_price": 20, "max_price": 30},
    "diverse": {"diversity": 0.3},
    "hundred": {"n": 100},
}

Lists = dict[str, list[float]]


def measure(*, small: bool = False) -> Report:
    """Ask for the lists of many customers through the API, and each also the exact way."""
    products, customers = (SMALL_PRODUCTS, SMALL_CUSTOMERS) if small else (PRODUCTS, CUSTOMERS)
    with database():
        _fill(products, customers)
        built = seconds_of(_built)
        client = staff_client()
        pks = list(Customer.objects.order_by("pk").values_list("pk", flat=True))
        before = _cpu_seconds()
        served = {"live": _timed(client, pks, FILTERS["live"])}
        cpu = (_cpu_seconds() - before) / (len(pks) + WARM)
        others = {name: asked for name, asked in FILTERS.items() if name != "live"}
        served |= {name: _timed(client, pks[:100], asked) for name, asked in others.items()}
        exact, recalls = _beside_exact(pks)
        shown = {
            key: value for name in served for key, value in milliseconds(name, served[name]).items()
        }
        index_mb = _index_megabytes()
    return Report(
        benchmark="serving",
        sample=f"{products:,} products with vectors of {RANK + TEXT + 1} numbers, {customers} "
        f"customers with {BOUGHT} purchases each; lists of {WANTED} through the whole web "
        "application",
        peer=PEER,
        figures={
            **shown,
            "live_cpu_mean_ms": round(cpu * 1000, 1),
            "recall_at_10": round(float(np.mean(recalls)), 4),
            "index_scan_p50_ms": round(quantile(exact["index"], 0.5) * 1000, 1),
            "exact_scan_p50_ms": round(quantile(exact["exact"], 0.5) * 1000, 1),
            "exact_scan_p95_ms": round(quantile(exact["exact"], 0.95) * 1000, 1),
            "times_the_exact_scan": round(
                quantile(exact["exact"], 0.5) / quantile(exact["index"], 0.5), 1
            ),
            "index_build_s": round(built, 1),
            "index_mb": index_mb,
        },
        targets=TARGETS,
        small=small,
    )


def _built() -> None:
    settings.RECOMMENDATION_INDEX_FROM = 0
    if index.keep_current() is None:
        raise RuntimeError("no index was built")


def _timed(client: Client, pks: Sequence[int], asked: dict[str, Any]) -> list[float]:
    times = []
    for number, pk in enumerate([*pks[:WARM], *pks]):
        address = f"/api/v1/customers/{pk}/recommendations/live/"
        seconds = seconds_of(partial(_list, client, address, asked))
        if number >= WARM:  # the first calls load numpy and fill caches
            times.append(seconds)
    return times


def _cpu_seconds() -> float:
    """What the web process and its database session have computed, whoever else was busy."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        stat = Path(f"/proc/{cursor.fetchone()[0]}/stat").read_text()
    user, system = stat.rpartition(")")[2].split()[11:13]
    return time.process_time() + (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _list(client: Client, address: str, asked: dict[str, Any]) -> None:
    answer = client.get(address, asked)
    if answer.status_code != 200 or not json.loads(answer.content)["items"]:
        raise RuntimeError(f"{address}: {answer.status_code} {answer.content[:200]!r}")


def _beside_exact(pks: Sequence[int]) -> tuple[Lists, list[float]]:
    """Seconds of the search with and without the index, turn by turn, and what share of the
    exact ten the index found for each customer.
    """
    version, dimension = index.fitted() or (0, 0)
    allowed = candidates.Allowed(version, dimension, "bench", [], [])
    times: Lists = {"index": [], "exact": []}
    recalls = []
    for folded in _folded(pks[:EXACT_LISTS]):
        found: dict[str, set[int]] = {}
        times["index"].append(seconds_of(lambda: found.update(index=_near(allowed, folded))))  # noqa: B023
        times["exact"].append(seconds_of(lambda: found.update(exact=_exact(allowed, folded))))  # noqa: B023
        recalls.append(len(found["index"] & found["exact"]) / WANTED)
    return times, recalls


def _near(allowed: candidates.Allowed, folded: NDArray[np.float32]) -> set[int]:
    return set(candidates.best(allowed, folded, WANTED).product_pks)


def _exact(allowed: candidates.Allowed, folded: NDArray[np.float32]) -> set[int]:
    text = "[" + ",".join(map(repr, folded.tolist())) + "]"
    statement = allowed.statement(candidates.EXACT_SQL)
    with connection.cursor() as cursor:
        cursor.execute(statement, allowed.parameters(folded=text, count=WANTED))
        return {pk for pk, _ in cursor.fetchall()}


def _folded(pks: Sequence[int]) -> list[NDArray[np.float32]]:
    """p_u of these customers, as the live road folds them in."""
    from intelligence.engines.recommendation import Histories, fold_in_many
    from intelligence.recommending.live import _history
    from intelligence.shop_recommender import factors_of

    version_pk, _ = index.fitted() or (0, 0)
    version = ModelVersion.objects.get(pk=version_pk)
    found = []
    for pk in pks:
        history = _history(pk, version_pk)
        own = factors_of(version, history.targets, history.contexts)
        rows = np.arange(len(history))
        histories = Histories(np.zeros(len(history), np.int64), rows, history.days)
        found.append(fold_in_many(own, histories, 1)[0])
    return found


def _index_megabytes() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(pg_relation_size(indexrelid)) / 1048576 FROM pg_index i "
            "JOIN pg_class c ON c.oid = i.indexrelid WHERE c.relname LIKE 'productvector_hnsw_%'"
        )
        return int(cursor.fetchone()[0])


def _fill(products: int, customers: int) -> None:
    cache.clear()
    made = Product.objects.create(
        name="Lantern", source="bench", currency="GBP", price=1, analysed_at=timezone.now()
    )
    multiply(
        made,
        products - 1,
        name="'Lantern ' || n",
        sku="'L-' || n",
        external_id="'L' || n",
        category=f"'Category ' || n %% {CATEGORIES}",
        price="5 + n * 7919 %% 9500 / 100.0",
        is_active="n %% 20 > 0",
    )
    _vectors(list(Product.objects.order_by("pk").values_list("pk", flat=True)))
    _histories(made.pk, products, customers)


def _vectors(pks: Sequence[int]) -> None:
    """Targets and contexts of a catalogue of themes: a co-purchase part in low rank, a text
    part of unit length times a weight, and a long-tailed popularity.
    """
    rng = np.random.default_rng(0)
    version = ModelVersion.objects.create(task="recommendation", sha256="b" * 64, card=_card())
    themes = rng.normal(size=(THEMES, RANK + TEXT)).astype(np.float32)
    statement = (
        "COPY intelligence_productvector (product_id, embedding, embedding_version, target, "
        "context, bias, recommender_id) FROM STDIN (FORMAT BINARY)"
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types(["int8", "bytea", "text", "bytea", "bytea", "float8", "int8"])
        for pk in pks:
            vector = _drawn(rng, themes)
            bias = np.float32(0.01 * rng.random() ** 4)
            copy.write_row((
                pk, binary(vector[RANK:]), "e" * 64, binary(np.append(vector, bias)),
                binary(vector), float(bias), version.pk,
            ))  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE intelligence_productvector")


def _drawn(rng: np.random.Generator, themes: NDArray[np.float32]) -> NDArray[np.float32]:
    """A product near two themes; how much was bought of it says how long its first part is."""
    mixed = themes[rng.integers(THEMES)] + 0.5 * themes[rng.integers(THEMES)]
    vector = mixed + 0.9 * rng.normal(size=RANK + TEXT).astype(np.float32)
    sold, text = vector[:RANK], vector[RANK:]
    sold *= rng.random() ** 2 / np.linalg.norm(sold)
    text *= 0.5 / np.linalg.norm(text)
    return vector.astype(np.float32)


def _card() -> dict[str, Any]:
    return {
        "name": "recommendation",
        "task": "recommendation",
        "description": "made for a benchmark",
        "labels": [],
        "languages": [],
        "backbone": "e" * 64,
        "sha256": "b" * 64,
        "licence": "",
    }


def _histories(first: int, products: int, customers: int) -> None:
    """Each customer bought `BOUGHT` products, most of them of one stretch of the catalogue."""
    rng = np.random.default_rng(1)
    people = Customer.objects.bulk_create(
        Customer(name=f"Customer {number}", source="bench", analysed_at=timezone.now())
        for number in range(customers)
    )
    orders = Order.objects.bulk_create(
        Order(number=str(number), source="bench", customer=person, currency="GBP",
              placed_at=timezone.now() - timedelta(days=30))
        for number, person in enumerate(people)
    )  # fmt: skip
    OrderLine.objects.bulk_create(
        OrderLine(order=order, position=position, quantity=1, unit_price=1,
                  product_id=first + int(rng.integers(products)))
        for order in orders
        for position in range(1, BOUGHT + 1)
    )  # fmt: skip
