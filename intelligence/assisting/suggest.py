"""A Draft row carried out: replies found, ranked and offered, or a reason why there are none."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from customers.assisting.acceptance import expected
from customers.assisting.wording import spoken
from customers.locks import held
from customers.models import MAX_ATTEMPTS, AssistEvent, Draft
from intelligence.analysis.run import describe
from intelligence.assisting.asked import asked_in
from intelligence.assisting.generated import generated_replies
from intelligence.assisting.macro_replies import macro_replies
from intelligence.assisting.passages import quoting_replies
from intelligence.assisting.similar import similar_replies
from intelligence.assisting.suggestion import Matter, Suggestion

logger = logging.getLogger(__name__)

ASSIST_LOCKS = 7_310_017  # with a row's key: drafts are even, summaries odd
LOCK_SPACE = 2**31
NOTHING_ASKED = "there is no message of a customer to answer"
NOTHING_FOUND = "nothing that the shop knows answers this: no help page, solved ticket or macro"
KILLED = "the worker that wrote it died, {tries} times; ask again to retry"
# Which ways there are to a reply, and how many each may give.
WAYS: tuple[tuple[Callable[[Matter, int], list[Suggestion]], int], ...] = (
    (quoting_replies, 2),
    (similar_replies, 2),
    (macro_replies, 2),
    (generated_replies, 1),
)


def write_draft(pk: int) -> None:
    """Complete a draft that waits, unless somebody does; whatever goes wrong is on the row."""
    with held(ASSIST_LOCKS, 2 * pk % LOCK_SPACE) as mine:
        waiting = Draft.objects.pending().filter(pk=pk)
        if not mine or not waiting.update(attempts=F("attempts") + 1):
            return
        draft = _loaded(pk)
        if draft.attempts > MAX_ATTEMPTS:
            _fail(draft, KILLED.format(tries=MAX_ATTEMPTS))
            return
        try:
            _complete(draft)
        except Exception as error:
            # whatever happened, the page must not show a draft that is written for ever
            _fail(draft, describe(error))
            raise


def suggestions(draft: Draft) -> tuple[list[Suggestion], str, str]:
    """The replies that can be suggested, best first, the language of the ticket, and what kept
    a way from giving any.
    """
    said = draft.ticket.messages.public().select_related("author").order_by("sent_at", "id")
    conversation = list(said)
    asked = asked_in(draft.ticket, conversation)
    if asked is None:
        return [], "", NOTHING_ASKED
    found: list[Suggestion] = []
    problems: list[str] = []
    with spoken(asked.language):
        matter = Matter(draft, asked, conversation)
        for way, most in WAYS:
            try:
                found += way(matter, most)
            except Exception as error:
                # one way that fails (a generator that is down) must not hide the others
                logger.exception("%s gave no suggestion for draft %s", way.__name__, draft.pk)
                problems.append(describe(error))
    return ranked(found), asked.language, "; ".join(problems)


def ranked(found: list[Suggestion]) -> list[Suggestion]:
    """The best first, each text once, at most `Draft.MOST`: by the share of like drafts that
    agents inserted where that is known, else by the score. What a generator wrote is always
    among them: it was asked for, and its score is not comparable with likenesses.
    """
    once = {suggestion.text: suggestion for suggestion in reversed(found)}
    worth = {text: expected(one.origin, one.score) or one.score for text, one in once.items()}
    best = sorted(once.values(), key=lambda one: -worth[one.text])
    written = [one for one in best if one.origin == Draft.Origin.GENERATOR]
    others = [one for one in best if one.origin != Draft.Origin.GENERATOR]
    kept = [*written, *others[: Draft.MOST - len(written)]]
    return sorted(kept, key=lambda one: -worth[one.text])


def _loaded(pk: int) -> Draft:
    related = (
        *("asked_by", "ticket__customer", "ticket__order"),
        *("ticket__intent", "ticket__suggested_intent"),
    )
    rows = Draft.objects.select_related(*related)
    return rows.defer("ticket__search", "ticket__customer__search").get(pk=pk)


def _complete(draft: Draft) -> None:
    found, language, problem = suggestions(draft)
    if not found:
        _fail(draft, problem or NOTHING_FOUND)
        return
    now = timezone.now()
    with transaction.atomic():
        first, *others = [_columns(one, language, now) for one in found]
        first["note"] = "\n".join(one for one in (first["note"], problem) if one)
        waiting = Draft.objects.pending().filter(pk=draft.pk)
        if not waiting.update(**first):
            return  # somebody else completed it
        shared = {
            "ticket": draft.ticket,
            "asked_with": draft,
            "asked_by": draft.asked_by,
            "tone": draft.tone,
            "length": draft.length,
            "created_at": draft.created_at,
        }
        Draft.objects.bulk_create(
            Draft(rank=rank, **shared, **columns) for rank, columns in enumerate(others, start=2)
        )
        origins = [suggestion.origin for suggestion in found]
        AssistEvent.objects.note(
            *(AssistEvent.Kind.OFFERED,),
            ticket=draft.ticket,
            by=None,
            draft=draft,
            detail={"origins": origins},
        )


def _columns(one: Suggestion, language: str, now: datetime) -> dict[str, Any]:
    return {
        "status": Draft.Status.OFFERED,
        "text": one.text,
        "origin": one.origin,
        "generator": one.generator,
        "model_version": one.model_version,
        "score": one.score,
        "probability": expected(one.origin, one.score),
        "sources": one.sources,
        "note": one.note,
        "language": language,
        "offered_at": now,
    }


def _fail(draft: Draft, reason: str) -> None:
    waiting = Draft.objects.pending().filter(pk=draft.pk)
    with transaction.atomic():
        if waiting.update(status=Draft.Status.FAILED, error=reason):
            AssistEvent.objects.note(
                AssistEvent.Kind.FAILED,
                ticket=draft.ticket,
                by=None,
                draft=draft,
                detail={"reason": reason},
            )
