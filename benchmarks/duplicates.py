"""How many of the known duplicates a search finds, and how many of those found are ones."""

from __future__ import annotations

import time
from typing import Any

from benchmarks.instruments.process_memory import growth
from benchmarks.instruments.product import database
from benchmarks.instruments.report import Report, Target
from benchmarks.samples.doubles import Entry, entries
from customers.duplicates.scan import carry_out
from customers.models import Customer, DuplicatePair, DuplicateScan

PEOPLE, SMALL_PEOPLE, DOUBLED = 50_000, 2_000, 0.05
TARGETS = (
    Target("precision", "at_least", 0.95),
    Target("recall", "at_least", 0.85),
    Target("memory_growth_mb", "at_most", 300),
)
PEER = "the same e-mail address or the same name and city, as spreadsheets find duplicates"


def measure(*, small: bool = False) -> Report:
    """Search a shop whose duplicates are known, beside exact rules over the same rows."""
    with database(), growth() as grown:
        figures = measured(people=SMALL_PEOPLE if small else PEOPLE, doubled=DOUBLED)
    return Report(
        benchmark="duplicates",
        sample="generated customers with slips, swapped names, other addresses, Chinese names",
        peer=PEER,
        figures={**figures, "memory_growth_mb": grown.mb},
        targets=TARGETS,
        small=small,
    )


def measured(*, people: int, doubled: float) -> dict[str, Any]:
    """Make the customers, search, and compare with what is known."""
    told = entries(people, doubled)
    rows = Customer.objects.bulk_create(
        [
            Customer(
                name=one.name,
                email=one.email,
                phone=one.phone,
                company=one.company,
                country=one.country,
                city=one.city,
            )
            for one in told
        ],
        batch_size=2_000,
    )
    who = {row.pk: one for row, one in zip(rows, told, strict=True)}
    known = _known(who)
    scan = DuplicateScan.objects.create()
    started = time.perf_counter()
    carry_out(scan.pk)
    seconds = time.perf_counter() - started
    scan.refresh_from_db()
    found = set(DuplicatePair.objects.values_list("first", "second"))
    return {
        "customers": len(rows),
        "known_pairs": len(known),
        "compared_pairs": scan.pair_count,
        "found_pairs": len(found),
        **_quality(found, known),
        "seconds": round(seconds, 1),
        **{f"peer_{name}": value for name, value in _quality(_exact(who), known).items()},
    }


def _quality(found: set[Any], known: set[Any]) -> dict[str, float]:
    right = len(found & known)
    return {
        "precision": round(right / len(found), 4) if found else 1.0,
        "recall": round(right / len(known), 4) if known else 1.0,
    }


def _known(who: dict[int, Entry]) -> set[tuple[int, int]]:
    return _pairs(who, lambda one: (one.person,))


def _exact(who: dict[int, Entry]) -> set[tuple[int, int]]:
    by_mail = _pairs(who, lambda one: (one.email,) if one.email else None)
    by_name = _pairs(who, lambda one: (one.name, one.city) if one.name and one.city else None)
    return by_mail | by_name


def _pairs(who: dict[int, Entry], key: Any) -> set[tuple[int, int]]:
    groups: dict[Any, list[int]] = {}
    for pk, one in who.items():
        said = key(one)
        if said:
            groups.setdefault(said, []).append(pk)
    return {
        (first, second)
        for group in groups.values()
        for place, first in enumerate(sorted(group))
        for second in sorted(group)[place + 1 :]
    }
