"""Answering one question: facts of the asker's records, else passages, else "not sure"."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from time import perf_counter
from typing import Any

from django.utils import timezone

from customers.asking.facts.answer import Answered, answer_from_records
from customers.models import ErrorBudget, Passage, Question
from intelligence.analysis.run import describe
from intelligence.answering.engines import Answerer, Chosen, Found, answering
from intelligence.engines.answer_contract import Reading
from intelligence.engines.language import language_of
from intelligence.engines.sentences import sentences_of

logger = logging.getLogger(__name__)

MOST_PASSAGES = 6  # as the calibration of the reader was fitted with
CLOSEST = 3
LANGUAGE = "en"  # of a question without letters, such as an order number alone
NO_ANSWER = Reading("", 0, 0, 0.0, 0.0)

Columns = dict[str, Any]


def answer_question(pk: int) -> bool:
    """Answer a pending question and keep what was found on its row; False when there was
    nothing to do or somebody was quicker.

    Whatever goes wrong is left on the row as its reason: the asker is told and may hand the
    question over to people.
    """
    related = Question.objects.select_related("customer", "user", "ticket")
    question = related.defer("customer__search", "ticket__search").filter(pk=pk).first()
    if question is None or not question.claim():
        return False
    try:
        columns = answered(question)
    except Exception as error:
        # A model, a template or the search: each failure is this one question's, told on it.
        logger.exception("question %s could not be answered", pk)
        columns = {"status": Question.Status.FAILED, "error": describe(error)}
    return question.store(**columns)


def answered(question: Question) -> Columns:
    """The columns of the question with its answer, or with what stands in for one."""
    language = language_of(question.text) or LANGUAGE
    fact = answer_from_records(question, language)
    columns = _from_fact(fact) if fact else _from_passages(question, language)
    return {"language": language, **columns}


def _from_fact(fact: Answered) -> Columns:
    needs = fact.needs_identity
    return {
        "status": Question.Status.NEED_IDENTITY if needs else Question.Status.ANSWERED,
        "kind": Question.Kind.FACT,
        "answer": fact.text,
        "evidence": list(fact.evidence),
        "detail": {"fact": fact.fact.value},
    }


def _from_passages(question: Question, language: str) -> Columns:
    engines = answering()
    started = perf_counter()
    readable = Passage.objects.readable(by_staff=question.by_staff, on=timezone.localdate())
    if question.by_staff and question.user:
        readable = readable.within_reach_of(question.user)
    hits = engines.find(question.text, language=language, passages=readable, limit=MOST_PASSAGES)
    found = perf_counter()
    answerer = engines.answerer(language)
    readings = _readings(answerer, question.text, hits)
    choice = answerer.choose(readings, [hit.score for hit in hits])
    threshold, is_own = threshold_of(answerer)
    item = _evidence(hits[choice.best], readings[choice.best]) if choice.best is not None else None
    is_sure = item is not None and choice.probability >= threshold
    detail = _detail(hits, choice, answerer) | {
        "threshold": threshold,
        "threshold_of": "budget" if is_own else "calibration",
        "milliseconds": {
            "find": round(1000 * (found - started)),
            "read": round(1000 * (perf_counter() - found)),
        },
    }
    if not is_sure and item is not None:
        detail["candidate"] = item
    return {
        "status": Question.Status.ANSWERED if is_sure else Question.Status.UNSURE,
        "kind": Question.Kind.PASSAGE,
        "answer": item["quote"] if is_sure and item else "",
        "probability": choice.probability if item else None,
        "evidence": [item] if is_sure else [],
        "closest": list(_closest(hits)),
        "detail": detail,
    }


def _readings(answerer: Answerer, question: str, hits: Sequence[Found]) -> list[Reading]:
    """A reading of each passage; one whose words do not stand in the passage is none."""
    texts = [hit.passage.body for hit in hits]
    readings = answerer.reader.read(question, texts) if texts else []
    return [
        reading if reading.text and text[reading.start : reading.end] == reading.text else NO_ANSWER
        for reading, text in zip(readings, texts, strict=True)
    ]


def threshold_of(answerer: Answerer) -> tuple[float, bool]:
    """The probability that an answer must have, and whether it is the shop's own: derived for
    this answerer from verdicts of staff. Until there are enough, its own calibration holds.
    """
    budget = ErrorBudget.objects.in_force(ErrorBudget.Task.ANSWER, answerer.version)
    if budget is None or budget.threshold is None:
        return answerer.threshold, False
    return budget.threshold, True


def _evidence(hit: Found, reading: Reading) -> Columns:
    """The quote, its place, and the sentence around it."""
    body, start, end = hit.passage.body, reading.start, reading.end
    touched = [span for span in sentences_of(body) if span[0] < end and span[1] > start]
    first = min([start, *(span[0] for span in touched)])
    last = max([end, *(span[1] for span in touched)])
    return {
        **_source(hit.passage),
        "quote": reading.text,
        "start": start,
        "end": end,
        "sentence_start": first,
        "sentence_end": last,
    }


def _source(passage: Passage) -> Columns:
    name = "article" if passage.article_id else "product" if passage.product_id else "ticket"
    return {
        "passage": passage.pk,
        "source": name,
        "source_id": getattr(passage, f"{name}_id"),
        "title": passage.heading,
    }


def _closest(hits: Sequence[Found]) -> Iterator[Columns]:
    """The best passage of each of the best sources."""
    seen: set[tuple[str, int]] = set()
    for hit in hits:
        source = _source(hit.passage)
        key = (source["source"], source["source_id"])
        if key not in seen and len(seen) < CLOSEST:
            seen.add(key)
            yield source


def _detail(hits: Sequence[Found], choice: Chosen, answerer: Answerer) -> Columns:
    return {
        "retrieved": [hit.passage.pk for hit in hits],
        "hit_scores": [round(float(hit.score), 4) for hit in hits],
        "distribution": [round(float(share), 4) for share in choice.distribution],
        "answerer": answerer.version,
    }
