"""How soon a question that a partner asks is answered by the idle product, end to end."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from benchmarks.instruments.client import Caller, partner
from benchmarks.instruments.product import running_product
from benchmarks.instruments.report import Report, Target
from benchmarks.instruments.timing import milliseconds, seconds_of
from customers.models import Customer, Passage, Question
from customers.progress import READ_MODELS
from intelligence.answering.answer import answered

ROUNDS, SMALL_ROUNDS = 3, 1
WARM_UP = 8  # until each web process and each worker has answered
PAUSE_SECONDS = 0.5
PATIENCE_SECONDS = 1200
TARGETS = (Target("question_p95_ms", "at_most", 400),)
PEER = "the same question answered in one process: records, search and reader, no web, no broker"

# Of the demo shop; some have no answer there.
QUESTIONS = (
    "How long does standard delivery take?",
    "Is delivery free above some amount?",
    "Can I cancel my order after it was sent?",
    "How many days do I have to send something back?",
    "Who pays the postage of a return?",
    "When do I get my money back after a cancellation?",
    "Is there a trade price for many pieces?",
    "Do you wrap presents?",
    "Can I change the address of an order?",
    "Do you deliver to Ireland?",
    "Can I order by telephone?",
    "How do I clean a cast iron pan?",
    "What did I order?",
    "Where is my order?",
    "Do you sell bicycle tyres?",
    "Who is the prime minister of Norway?",
    "运费是多少？",
    "退货要在多少天以内？",
)


def measure(*, small: bool = False) -> Report:
    """Ask the demo shop one question after another, and wait for each as a partner may."""
    rounds = SMALL_ROUNDS if small else ROUNDS
    asked = QUESTIONS * rounds
    with running_product() as product:
        wait_until_read()
        customer = Customer.objects.filter(order_count__gt=2).order_by("pk").first()
        api = partner(product)
        waiting = replace(api, headers={**api.headers, "Prefer": "wait=10"})
        first = _asked(waiting, QUESTIONS[0], customer)
        for question in QUESTIONS[:WARM_UP]:
            _asked(waiting, question, customer)
        seconds = [_asked(waiting, question, customer) for question in asked]
        bare = bare_answers(asked, customer)
        statuses = list(Question.objects.values_list("status", flat=True))
        passages = Passage.objects.count()
    return Report(
        benchmark="asking",
        sample=f"{len(asked)} questions on {passages} passages, one every {PAUSE_SECONDS:g} s",
        peer=PEER,
        figures={**figures(first, seconds, bare), **shares(statuses)},
        targets=TARGETS,
        small=small,
    )


def figures(first: float, seconds: Sequence[float], bare: Sequence[float]) -> dict[str, Any]:
    """Ours beside the bare work; the very first question, which waits for the models, apart."""
    return {
        **milliseconds("question", seconds),
        **milliseconds("peer_answer", bare),
        "first_question_ms": round(first * 1000, 1),
    }


def shares(statuses: Sequence[str]) -> dict[str, float]:
    """The share of the questions that were answered, and that failed."""
    count = max(1, len(statuses))
    return {
        "share_answered": round(statuses.count(Question.Status.ANSWERED) / count, 3),
        "share_failed": round(statuses.count(Question.Status.FAILED) / count, 3),
    }


def bare_answers(questions: Sequence[str], customer: Customer | None) -> list[float]:
    """Seconds of the work alone on each question, in this process."""
    rows = [Question(text=text, channel="api", customer=customer) for text in questions]
    answered(rows[0])
    return [seconds_of(lambda row=row: answered(row)) for row in rows]  # type: ignore[misc]


def wait_until_read() -> None:
    """Until everything is read: a product that reads the demo shop is not idle."""
    deadline = time.perf_counter() + PATIENCE_SECONDS
    while time.perf_counter() < deadline:
        if not any(model._default_manager.pending().exists() for model in READ_MODELS):  # type: ignore[attr-defined]
            return
        time.sleep(1)
    raise RuntimeError(f"the demo shop was not read in {PATIENCE_SECONDS} s")


def _asked(api: Caller, text: str, customer: Customer | None) -> float:
    """Seconds from the first byte sent until the answer is read; then a pause."""
    content = {"text": text, "customer": customer.pk if customer else None}
    seconds = seconds_of(lambda: api.post("/api/v1/questions/", content))
    time.sleep(PAUSE_SECONDS)
    return seconds
