"""Whether the words that the product marks did decide, and how long they take to find.

Text by text: the label must lose more to the three words named first than to three others
by chance (see `intelligence.evaluation.faithfulness`).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from benchmarks.instruments.report import Report, Target
from benchmarks.instruments.timing import milliseconds, seconds_of
from benchmarks.samples.shoppers import demo_texts, public_texts
from intelligence.engines.reading import TextReader
from intelligence.evaluation.faithfulness import erased
from intelligence.loaded import text_reader

TEXTS, SMALL_TEXTS = 500, 40
TIMED, SMALL_TIMED = 100, 10
TASKS = ("sentiment", "intent")
SAMPLES = {"demo": demo_texts, "public": public_texts}
TARGETS = (
    *(Target(f"{task}_{name}_faithful", "at_least", 0.95) for task in TASKS for name in SAMPLES),
    Target("ticket_p95_ms", "at_most", 100),
)
PEER = "as many other words of the same text, by chance: the mean of five draws"


def measure(*, small: bool = False) -> Report:
    """Both tasks on texts of the demo shop and, where they are there, on public ones."""
    reader, count = text_reader(), SMALL_TEXTS if small else TEXTS
    figures: dict[str, Any] = {}
    for task in TASKS:
        for name, texts in SAMPLES.items():
            found = faithfulness(reader, task, texts(task, count))
            figures |= {f"{task}_{name}_{figure}": value for figure, value in found.items()}
    tickets = demo_texts("intent", SMALL_TIMED if small else TIMED)
    # A ticket read alone: the encoder's pass, every task, and the evidence of each.
    seconds = [seconds_of(partial(reader.read, [text])) for text in tickets]
    return Report(
        benchmark="faithfulness",
        sample=f"up to {count} texts a sample, of eight words and more",
        peer=PEER,
        figures=figures | milliseconds("ticket", seconds),
        targets=TARGETS,
        small=small,
    )


def faithfulness(reader: TextReader, task: str, texts: Sequence[str]) -> dict[str, Any]:
    """The figures of one task on these texts; without texts, that nothing was measured."""
    if not texts:
        return {"n": 0, "faithful": None}
    return erased(reader.backbone, reader.heads[task], texts).figures()
