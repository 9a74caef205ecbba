"""What the road costs: reviews claimed, read, stored and noted, beside the bare engine."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.conf import settings
from django.utils import timezone

from benchmarks.instruments.product import database
from benchmarks.instruments.report import Report, Target
from benchmarks.instruments.timing import seconds_of, speed_ratio, turn_by_turn
from benchmarks.samples.reviews import reviews
from customers.imports.formats import format_named
from customers.imports.run import run_import
from customers.models import Review
from intelligence.analysis.kinds import KINDS
from intelligence.analysis.kinds.reviews import review_text
from intelligence.analysis.run import analyse_pending
from intelligence.loaded import text_reader

ROUNDS, ROWS = 6, 512
SMALL_ROUNDS, SMALL_ROWS = 4, 64
TARGETS = (Target("speed_beside_engine", "at_least", 0.8),)
PEER = "the bare engine on the same texts, all given at once"

Chunks = Sequence[Sequence[int]]


def measure(*, small: bool = False) -> Report:
    """Read chunk after chunk of real reviews twice: by the road, and by the engine alone."""
    rounds, rows = (SMALL_ROUNDS, SMALL_ROWS) if small else (ROUNDS, ROWS)
    sample = reviews(settings.VAR_DIR)
    with database():
        run_import(format_named("reviews"), sample.path, "benchmark")
        chunks = _chunks(rounds, rows)
        text_reader().read(["so that the first round loads nothing"])
        pairs = turn_by_turn(
            lambda number: by_the_road(chunks[number]),
            lambda number: by_the_engine(chunks[number]),
            rounds,
        )
    return Report(
        benchmark="road",
        sample=f"{rounds} rounds of {rows} of {sample.description}",
        peer=PEER,
        figures=figures(pairs, rows),
        targets=TARGETS,
        small=small,
    )


def figures(pairs: Sequence[tuple[float, float]], rows: int) -> dict[str, Any]:
    """Rates over all rounds, the ratio as the median of the rounds."""
    read = rows * len(pairs)
    return {
        "reviews_per_second": round(read / sum(ours for ours, _ in pairs), 1),
        "peer_reviews_per_second": round(read / sum(peer for _, peer in pairs), 1),
        "speed_beside_engine": round(speed_ratio(pairs), 3),
        "lowest_round": round(min(peer / ours for ours, peer in pairs), 3),
        "road_ms_per_review": round(1000 * sum(a - b for a, b in pairs) / read, 2),
        "engine_threads": settings.ENGINE_THREADS,
    }


def by_the_road(pks: Sequence[int]) -> float:
    """Seconds from pending rows to results on them and in the ledger."""
    Review.objects.filter(pk__in=pks).request_analysis()
    seconds = seconds_of(partial(analyse_pending, KINDS["review"]))
    if Review.objects.filter(pk__in=pks, analysed_at__isnull=False).count() != len(pks):
        raise RuntimeError("the road left rows unread, so its time means nothing")
    return seconds


def by_the_engine(pks: Sequence[int]) -> float:
    """Seconds that the engine needs for the texts of these rows."""
    rows = Review.objects.filter(pk__in=pks)
    texts = [review_text(row) for row in rows]
    return seconds_of(lambda: text_reader().read(texts, [{"sentiment"}] * len(texts)))


def _chunks(rounds: int, rows: int) -> Chunks:
    """Reviews for each round, none twice; nothing else is left pending."""
    Review.objects.update(analysed_at=timezone.now())
    keys = Review.objects.exclude(title="", body="").order_by("external_id")
    pks = list(keys.values_list("pk", flat=True)[: rounds * rows])
    return [pks[start : start + rows] for start in range(0, len(pks), rows)]
