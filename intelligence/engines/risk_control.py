"""The error budget: from "at most 3 % wrong" to the probability that a label must have.

Learn then Test (Angelopoulos et al. 2021, https://arxiv.org/abs/2110.01052) over held-out
rows whose right label is known. The candidate thresholds are the rows' own confidences.
Above the k-th of them lie k rows that are, given where it lies, a fair sample of all future
rows above it, so "more than the budget is wrong up there" has an exact binomial p-value. The
hypotheses are tested from the surest rows down, from a few starting places that share the
failure probability (fixed sequences with several starts, Algorithm 1 of the paper), and the
last one refuted gives the threshold.

A risk inside the budget is not yet a thousand tickets inside the budget: those scatter too.
So a threshold must also keep the realised share of the next `HORIZON` rows in the budget,
by the exact prediction bound of the hypergeometric distribution (Thatcher 1964,
https://doi.org/10.1111/j.2517-6161.1964.tb00950.x).
"""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln
from scipy.stats import beta, binom

FAILURE = 0.05  # how often a threshold may break its promise
STARTS = 4  # sequences start at all rows, and at a half, a quarter and an eighth of them
HORIZON = 1000
MOST_ROWS = 1_000_000  # beyond this no number of labelled rows is named
MOST_PLACES = 512  # so many thresholds are tried, at even steps of rank


@dataclass(frozen=True, slots=True)
class Point:
    """Everything at `threshold` or above labelled automatically: which `share` of all rows
    that is, the `error` among them and the upper `bound` of it (Clopper-Pearson).
    """

    threshold: float
    share: float
    error: float
    bound: float


def control(
    confidence: NDArray[np.float64], right: NDArray[np.bool_], budget: float
) -> Point | None:
    """The lowest threshold that keeps the share of wrong labels among the automatic ones
    inside `budget` (in (0, 1)), except with probability `FAILURE`; None where none does.

    `confidence` float64[n] is 0 where the model says nothing: such rows are never labelled,
    and count for the share alone. Raises ValueError for lengths that differ.
    """
    counts = _Counts.of(confidence, right)
    place = counts.lowest(budget)
    return None if place is None else counts.point(place)


def more_rows(
    confidence: NDArray[np.float64], right: NDArray[np.bool_], budget: float
) -> int | None:
    """How many more labelled rows would show a threshold, if the model stays as right as on
    these; None where even its surest labels are wrong too often.
    """
    counts = _Counts.of(confidence, right)
    if not counts.sizes.size:
        return max(0, fewest_rows(budget) - counts.rows)

    def is_enough(rows: int) -> bool:
        return counts.scaled(rows).lowest(budget) is not None

    low, high = counts.rows, max(counts.rows, 1)
    while not is_enough(high):
        low, high = high, 2 * high
        if high > MOST_ROWS:
            return None
    candidates = range(low, high + 1)
    return candidates[bisect_left(candidates, True, key=is_enough)] - counts.rows


def curve(
    confidence: NDArray[np.float64], right: NDArray[np.bool_], points: int = 60
) -> list[Point]:
    """Error against share automated (risk and coverage), at most `points` thresholds from
    the highest to the lowest.
    """
    counts = _Counts.of(confidence, right)
    if not counts.sizes.size:
        return []
    places = np.linspace(0, counts.sizes.size - 1, min(points, counts.sizes.size))
    return [counts.point(place) for place in np.unique(places.round().astype(int)).tolist()]


def fewest_rows(budget: float) -> int:
    """How many labelled rows, all labelled right, show that a budget is kept."""
    rows = math.ceil(math.log(FAILURE / STARTS) / math.log1p(-budget))
    while not _kept(np.array([rows]), np.array([0]), rows, budget)[0]:
        rows += 1
    return rows


@dataclass(frozen=True, slots=True)
class _Counts:
    """The rows at each distinct confidence or above, from the highest down: how many
    (`sizes`), how many of them wrong (`wrongs`), and the confidence (`thresholds`).
    """

    rows: int
    thresholds: NDArray[np.float64]
    sizes: NDArray[np.int64]
    wrongs: NDArray[np.int64]

    @classmethod
    def of(cls, confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> _Counts:
        if len(confidence) != len(right):
            raise ValueError(f"{len(confidence)} confidences but {len(right)} answers")
        order = np.argsort(-confidence, kind="stable")
        ranked = confidence[order]
        wrong = np.cumsum(~right[order], dtype=np.int64)
        # Rows of equal confidence are labelled or left together, so only the last one counts.
        ends = np.flatnonzero(np.append(np.diff(ranked) != 0, len(ranked) > 0) & (ranked > 0))
        if len(ends) > MOST_PLACES:
            ends = ends[np.linspace(0, len(ends) - 1, MOST_PLACES).round().astype(int)]
        return cls(len(confidence), ranked[ends], ends + 1, wrong[ends])

    def scaled(self, rows: int) -> _Counts:
        """The same shares and errors among another number of rows."""
        times = rows / self.rows
        sizes, wrongs = (
            np.ceil(times * part).astype(np.int64) for part in (self.sizes, self.wrongs)
        )
        return replace(self, rows=rows, sizes=sizes, wrongs=wrongs)

    def lowest(self, budget: float) -> int | None:
        """The last place at which "the budget is broken" is refuted."""
        kept = _kept(self.sizes, self.wrongs, self.rows, budget)
        ends = [_end_of_run(kept, start) for start in self._starts() if kept[start]]
        return max(ends, default=None)

    def point(self, place: int) -> Point:
        size, wrong = int(self.sizes[place]), int(self.wrongs[place])
        return Point(
            threshold=float(self.thresholds[place]),
            share=size / self.rows,
            error=wrong / size,
            bound=upper_bound(wrong, size, FAILURE / STARTS),
        )

    def _starts(self) -> list[int]:
        wanted = [math.ceil(self.rows / 2**halving) for halving in range(STARTS)]
        places = np.searchsorted(self.sizes, wanted)
        return sorted({int(place) for place in places if place < self.sizes.size})


def upper_bound(wrong: int, size: int, failure: float = FAILURE) -> float:
    """The exact upper bound of a share of which `wrong` of `size` were seen."""
    return float(beta.ppf(1 - failure, wrong + 1, size - wrong)) if wrong < size else 1.0


def _end_of_run(kept: NDArray[np.bool_], start: int) -> int:
    """The last place of the sequence from `start`, before the first that may break the budget."""
    broken = np.flatnonzero(~kept[start:])
    return (start + int(broken[0]) if broken.size else len(kept)) - 1


def _kept(
    sizes: NDArray[np.int64], wrongs: NDArray[np.int64], rows: int, budget: float
) -> NDArray[np.bool_]:
    """Whether each of these counts shows both the risk and the next rows in the budget."""
    kept = np.asarray(binom.cdf(wrongs, sizes, budget) <= FAILURE / STARTS)
    size, wrong = sizes[kept], wrongs[kept]  # the other bound costs a sum each
    coming = np.maximum(1, np.rint(HORIZON * size / rows)).astype(np.int64)
    too_many = np.floor(budget * coming + 1e-9).astype(np.int64) + 1
    kept[kept] = _few_among_first(wrong, size, wrong + too_many, size + coming) <= FAILURE
    return kept


def _few_among_first(
    wrong: NDArray[np.int64],
    size: NDArray[np.int64],
    wrongs: NDArray[np.int64],
    rows: NDArray[np.int64],
) -> NDArray[np.float64]:
    """How probable it is that at most `wrong` of `wrongs` errors among `rows` fall on the first
    `size`: the hypergeometric distribution, which scipy sums one by one.
    """
    few = np.arange(wrong.max(initial=-1) + 1)
    first, rest = size[:, None], (rows - size)[:, None]
    later = wrongs[:, None] - few
    possible = (few <= wrong[:, None]) & (few <= first) & (later <= rest)
    ways = _log_choose(first, few) + _log_choose(rest, np.maximum(later, 0))
    shares = np.where(possible, ways - _log_choose(rows, wrongs)[:, None], -np.inf)
    return np.asarray(np.exp(shares).sum(axis=1))


def _log_choose(total: NDArray[np.int64], chosen: NDArray[np.int64]) -> NDArray[np.float64]:
    ways = gammaln(total + 1.0) - gammaln(chosen + 1.0)
    return np.asarray(ways - gammaln(np.maximum(total - chosen, 0) + 1.0))
