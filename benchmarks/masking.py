"""How much of what tells who a customer is stays behind when a text leaves the machine.

Messages of made-up customers, English and Chinese by turns, are masked with the customer's
name as the only thing known; what was planted must be gone from the text, and unmasking must
give the message back to the letter.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

from benchmarks.instruments.report import Report, Target
from benchmarks.samples.people import Message, Planted, messages
from customers.privacy.masking import Masked, mask, unmask

CUSTOMERS, SMALL_CUSTOMERS = 1000, 100
NAMES = ("name", "guessed")
TARGETS = (
    Target("identifiers_masked", "at_least", 0.995),
    Target("names_masked", "at_least", 0.95),
    Target("exactly_unmasked", "at_least", 1.0),
    Target("neutral_sentences_kept", "at_least", 0.99),
)


def measure(*, small: bool = False) -> Report:
    """All customers once."""
    sample = messages(SMALL_CUSTOMERS if small else CUSTOMERS)
    started = time.perf_counter()
    masked = [mask(message.text, message.known) for message in sample]
    seconds = time.perf_counter() - started
    return Report(
        benchmark="masking",
        sample=f"one message of each of {len(sample):,} made-up customers, English and Chinese",
        peer="what was planted in them",
        figures=figures(sample, masked)
        | {"milliseconds_per_message": round(1000 * seconds / len(sample), 2)},
        targets=TARGETS,
        small=small,
    )


def figures(sample: Sequence[Message], masked: Sequence[Masked]) -> dict[str, Any]:
    """Shares that were masked: of identifiers, of known names, of names that only the text
    tells, and of each kind; and the share of messages that came back to the letter.
    """
    planted: Counter[str] = Counter()
    left: Counter[str] = Counter()
    for message, result in zip(sample, masked, strict=True):
        planted.update(one.kind for one in message.planted)
        left.update(one.kind for one in leaked(message, result.text))
    exact = sum(
        unmask(result.text, result.mapping) == message.text
        for message, result in zip(sample, masked, strict=True)
    )
    kept = sum(
        message.neutral in result.text for message, result in zip(sample, masked, strict=True)
    )
    of_identifiers = [kind for kind in planted if kind not in NAMES]
    return {
        "identifiers": sum(planted[kind] for kind in of_identifiers),
        "identifiers_masked": _masked(planted, left, of_identifiers),
        "names_masked": _masked(planted, left, ["name"]),
        "names_only_told_by_the_text_masked": _masked(planted, left, ["guessed"]),
        "exactly_unmasked": round(exact / len(sample), 4),
        "neutral_sentences_kept": round(kept / len(sample), 4),
        **{f"{kind}_masked": _masked(planted, left, [kind]) for kind in sorted(of_identifiers)},
    }


def leaked(message: Message, text: str) -> list[Planted]:
    """What was planted in a message and still stands in its masked `text`."""
    return [one for one in message.planted if _stands_in(one.text.casefold(), text.casefold())]


def _stands_in(planted: str, text: str) -> bool:
    """Whether it stands there as a word: "li" does not in "<link_1>"."""
    return bool(re.search(rf"(?<![a-z]){re.escape(planted)}(?![a-z])", text))


def _masked(planted: Counter[str], left: Counter[str], kinds: Sequence[str]) -> float | None:
    count = sum(planted[kind] for kind in kinds)
    return round(1 - sum(left[kind] for kind in kinds) / count, 4) if count else None
