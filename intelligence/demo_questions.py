"""Asks the demo shop its thirty questions by the road that every question takes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction

from customers.asking.ask import ask
from customers.demo.questions import DemoQuestion, demo_questions
from customers.models import Article, Product, Question, Ticket, User
from intelligence.answering.answer import answer_question

MODELS: dict[str, Any] = {"article": Article, "product": Product, "ticket": Ticket}
CHANNELS = {
    "anonymous": Question.Channel.PORTAL,
    "customer": Question.Channel.PORTAL,
    "staff": Question.Channel.STAFF,
}
VERDICTS = ("right", "wrong", "abstained_rightly", "abstained_wrongly", "failed")

Ask = Callable[..., Question]
Answer = Callable[[int], Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of one question; `verdict` is one of `VERDICTS`."""

    key: str
    question: str
    answer: str
    citations: tuple[str, ...]
    verdict: str
    probability: float | None

    @property
    def abstained(self) -> bool:
        """Whether no answer was given."""
        return self.verdict.startswith("abstained")

    def as_json(self) -> dict[str, Any]:
        """JSON-ready data."""
        return {**asdict(self), "abstained": self.abstained}


def ask_demo() -> list[Asked]:
    """Ask all questions of the shop as loaded; it keeps nothing of it.

    All happens in a transaction that is rolled back: no worker hears of these questions, and
    they stand in no statistics of the shop. Raises Order.DoesNotExist without the demo shop.
    """
    with transaction.atomic():
        asked = ask_all(demo_questions(), ask, answer_question)
        transaction.set_rollback(True)
    return asked


def ask_all(questions: Iterable[DemoQuestion], ask: Ask, answer: Answer) -> list[Asked]:
    """Put each question by `ask`, have it answered by `answer`, and judge the row."""
    asked = []
    for question in questions:
        row = _put(question, ask)
        answer(row.pk)
        asked.append(_judged(question, Question.objects.get(pk=row.pk)))
    return asked


def tallied(asked: Iterable[Asked]) -> dict[str, int]:
    """How many were asked and answered, and how many of each verdict there are."""
    verdicts = [one.verdict for one in asked]
    counts = {name: verdicts.count(name) for name in VERDICTS}
    answered = counts["right"] + counts["wrong"]
    return {"n": len(verdicts), "answered": answered, **counts}


def _put(question: DemoQuestion, ask: Ask) -> Question:
    return ask(
        question.text,
        channel=CHANNELS[question.asker],
        user=_agent() if question.asker == "staff" else None,
        customer=question.customer,
        ticket=None,
    )


def _agent() -> User:
    """A member of staff; in a shop without any, one who goes with the transaction."""
    known = User.objects.filter(is_active=True, groups__name__in=User.STAFF_ROLES)
    return known.first() or User.objects.create(username="demo-questions")


def _judged(question: DemoQuestion, row: Question) -> Asked:
    citations = tuple(_keys(row.evidence))
    return Asked(
        key=question.key,
        question=question.text,
        answer=row.answer,
        citations=citations,
        verdict=_verdict(question, row, citations),
        probability=row.probability,
    )


def _verdict(question: DemoQuestion, row: Question, citations: tuple[str, ...]) -> str:
    if row.status in (Question.Status.FAILED, Question.Status.PENDING):
        return "failed"
    if row.status != Question.Status.ANSWERED or _says_nothing_is_known(row):
        return "abstained_wrongly" if question.is_answerable else "abstained_rightly"
    is_right = question.is_answerable and question.accepts(row.answer)
    if question.expects == "text":
        is_right = is_right and bool(set(citations) & set(question.sources))
    return "right" if is_right else "wrong"


def _says_nothing_is_known(row: Question) -> bool:
    """The same sentence stands for an order that is not there and for one of somebody else."""
    records = {item.get("record") for item in row.evidence}
    return row.kind == Question.Kind.FACT and "order" not in records


def _keys(evidence: list[dict[str, Any]]) -> Iterable[str]:
    """The external ids of the sources cited; a record of a fact by its kind and number."""
    for entry in evidence:
        model = MODELS.get(entry.get("source", ""))
        if model is not None:
            row = model.objects.filter(pk=entry.get("source_id")).first()
            yield row.external_id or str(row) if row else "(gone)"
        elif "record" in entry:
            yield f"{entry['record']} {entry.get('record_id')}"
