"""Times: quantiles of many, and ratios of two things measured turn by turn."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from statistics import median
from typing import Any


def seconds_of(work: Callable[[], Any]) -> float:
    """How long the work takes, in seconds."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of the values does not exceed.

    A value that was measured, not one between two: of 60 the 95th percentile is the 57th.
    """
    if not values:
        raise ValueError("no values")
    ordered = sorted(values)
    place = -(-len(ordered) * round(share * 10_000) // 10_000)  # rounded up, exactly
    return ordered[max(0, place - 1)]


def milliseconds(name: str, seconds: Sequence[float]) -> dict[str, float]:
    """Median and 95th percentile as figures, in milliseconds."""
    return {
        f"{name}_p50_ms": round(quantile(seconds, 0.5) * 1000, 1),
        f"{name}_p95_ms": round(quantile(seconds, 0.95) * 1000, 1),
    }


def turn_by_turn(
    ours: Callable[[int], float], peer: Callable[[int], float], rounds: int
) -> list[tuple[float, float]]:
    """Seconds of both in each round. Who goes first alternates, so that a machine that
    grows warmer or busier is fair to both.
    """
    pairs = []
    for number in range(rounds):
        first, second = (ours, peer) if number % 2 == 0 else (peer, ours)
        times = first(number), second(number)
        pairs.append(times if first is ours else times[::-1])
    return pairs


def speed_ratio(pairs: Sequence[tuple[float, float]]) -> float:
    """How fast ours is beside the peer: the median over rounds of peer seconds by ours."""
    return median(peer / ours for ours, peer in pairs)
