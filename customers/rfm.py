"""RFM classes: recency, frequency and money in fifths, and the grid that names them.

Scores run from 1 to 5, 5 the best, and are fifths of the customers of one source (money:
of one source and currency). Equal customers always get equal scores: a score counts the
quintile bounds that a value has passed. For recency a tie goes to the better score, so that
a shop whose customers all bought today has no lost ones; for frequency and money it goes to
the middle. A single order always scores 1 in frequency, for nothing is a habit yet: in a
shop where most bought once, they are not split by chance.

The grid has recency by frequency, in the customary names. Money decides one thing: whoever
is at risk and in the best fifth by money belongs to those the shop cannot lose.
"""

from __future__ import annotations

from customers.models import RfmClass

_C = RfmClass

# By recency score; within a row by frequency score 1 to 5.
GRID: dict[int, tuple[RfmClass, ...]] = {
    5: (_C.NEW, _C.POTENTIAL_LOYAL, _C.POTENTIAL_LOYAL, _C.CHAMPION, _C.CHAMPION),
    4: (_C.PROMISING, _C.POTENTIAL_LOYAL, _C.POTENTIAL_LOYAL, _C.LOYAL, _C.LOYAL),
    3: (_C.ABOUT_TO_SLEEP, _C.ABOUT_TO_SLEEP, _C.NEEDS_ATTENTION, _C.LOYAL, _C.LOYAL),
    2: (_C.HIBERNATING, _C.HIBERNATING, _C.AT_RISK, _C.AT_RISK, _C.CANNOT_LOSE),
    1: (_C.LOST, _C.LOST, _C.AT_RISK, _C.AT_RISK, _C.CANNOT_LOSE),
}
BEST = 5


def rfm_class(recency: int, frequency: int, money: int) -> RfmClass:
    """The class of a customer with these scores, each from 1 to 5."""
    found = GRID[recency][frequency - 1]
    return _C.CANNOT_LOSE if found == _C.AT_RISK and money == BEST else found


def grid_by_place() -> list[str]:
    """All classes in one list for SQL: that of the scores r, f, m stands at place
    (r - 1) * 25 + (f - 1) * 5 + m, counted from 1.
    """
    fifths = range(1, BEST + 1)
    return [str(rfm_class(r, f, m)) for r in fifths for f in fifths for m in fifths]
