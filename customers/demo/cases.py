"""The reasons to write, read from the ticket files and dealt by how often they come up."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate
from random import Random
from typing import Any

from customers.demo.content import content
from customers.demo.situations import Case

# A narrower case takes all from its intent but these, and the days only with the stage.
# Hours after the answer in which people say thank you.
SOON = (1, 26)
ITS_OWN = ("cases", "share", "about")


def cases(language: str) -> list[Case]:
    """Every case of the language, with all that it takes from its intent."""
    file = content(f"tickets_{language}")
    return [
        _with_follow_ups(case, file["follow_ups"])
        for intent, told in file["intents"].items()
        for case in _of_intent(intent, told)
    ]


def dealt(rng: Random, pool: list[Case], count: int) -> list[Case]:
    """`count` cases in a random order, each as often as its share says, give or take one."""
    shuffled = rng.sample(pool, len(pool))
    upto = list(accumulate(case["share"] for case in shuffled))
    step, start = upto[-1] / count, rng.random()
    drawn: list[Case] = []
    for case, end in zip(shuffled, upto, strict=True):
        while len(drawn) < count and (len(drawn) + start) * step < end:
            drawn.append(case)
    return rng.sample(drawn, len(drawn))


def _of_intent(intent: str, told: dict[str, Any]) -> Iterator[dict[str, Any]]:
    common = {key: value for key, value in told.items() if key not in ITS_OWN}
    yield {**told, "intent": intent}
    for case in told.get("cases", ()):
        inherited = {k: v for k, v in common.items() if k != "days" or "stage" not in case}
        yield {"share": 1, **inherited, **case, "intent": intent}


def _with_follow_ups(case: dict[str, Any], common: dict[str, Any]) -> Case:
    """The case with what any conversation may go on with; only some give cause to complain."""
    own = case.get("complaints")
    return {
        "priority": "normal",
        "arrived": [],
        "thanks_hours": SOON,
        "exchanges": common["exchanges"],
        "apologies": common["apologies"],
        **case,
        "thanks": [*case["thanks"], *common["thanks"]],
        "complaints": [*own, *common["complaints"]] if own else [],
    }
