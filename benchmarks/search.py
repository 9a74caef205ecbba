"""How soon the box answers what somebody types, in a shop of a million customers."""

from __future__ import annotations

from functools import partial
from typing import Any

from benchmarks.instruments.client import staff_user
from benchmarks.instruments.product import database
from benchmarks.instruments.report import Report, Target
from benchmarks.instruments.timing import milliseconds, quantile, seconds_of
from benchmarks.samples.large_shop import Size, fill
from customers.search.find import find
from customers.search.spelling import refresh_words

SIZE, SMALL_SIZE = Size(), Size(20_000, 60_000, 20_000)
PEER_SIZE = Size(2_000, 6_000, 2_000)
ROUNDS = 20
TARGETS = (Target("slowest_p95_ms", "at_most", 150),)
PEER = f"the same words in a shop of {PEER_SIZE}"
# What people type, letter by letter; {n} is another number in each round.
TYPED = {
    "order_number": "10{n:04}",
    "email": "buyer{n}@mail{m}.example.com",
    "first_letters": "an",
    "common_name": "smith",
    "full_name": "siobhan okafor",
    "chinese_name": "王丽",
    "product": "brass lantern {n}",
    "said_in_a_ticket": "induction copper vase",
    "common_word": "order",
    "chinese_words": "茶壶的盖子",
    "mistyped": "chraged twice",
    "nothing": "zeppelin {n}",
}


def measure(*, small: bool = False) -> Report:
    """Each kind of words again and again, first in a small shop and then grown large."""
    size = SMALL_SIZE if small else SIZE
    with database():
        fill(PEER_SIZE)
        refresh_words()
        few = _timed()
        fill(size)
        words = seconds_of(refresh_words)
        many = _timed()
    shown: dict[str, Any] = {}
    for name, seconds in many.items():
        shown |= milliseconds(name, seconds)
        peer = max(quantile(few[name], 0.5), 1e-6)
        shown[f"{name}_times_the_peer"] = round(quantile(seconds, 0.5) / peer, 2)
    slowest = max(value for name, value in shown.items() if name.endswith("_p95_ms"))
    return Report(
        benchmark="search",
        sample=f"{size}; {len(TYPED)} kinds of words, each {ROUNDS} times, without a web server",
        peer=PEER,
        figures={"slowest_p95_ms": slowest, "collecting_words_s": round(words, 1), **shown},
        targets=TARGETS,
        small=small,
    )


def _timed() -> dict[str, list[float]]:
    user = staff_user()
    times: dict[str, list[float]] = {name: [] for name in TYPED}
    for number in range(ROUNDS + 1):
        for name, words in TYPED.items():
            n = 17 + 37 * number
            typed = words.format(n=n, m=n % 50)
            seconds = seconds_of(partial(find, typed, user))
            if number:  # the first round fills caches
                times[name].append(seconds)
    return times
