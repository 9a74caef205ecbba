"""Solved tickets about the matter of a finding, and who asked about it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from django.db.models import Prefetch, QuerySet
from pgvector import HalfVector
from pgvector.django import CosineDistance

from customers.models import Finding, Message, Question, Ticket
from intelligence.engines.content_words import content_stems
from intelligence.engines.contradictions import SPEAKING
from intelligence.loaded import text_reader
from intelligence.models import TextVector
from intelligence.radar.embedding import SAME_QUESTION, embed
from intelligence.radar.texts import SOLVED

MOST_TICKETS, NEAREST = 200, 60
LEXICAL_POOL, SHARED_TERMS = 3_000, 0.25


def solved_tickets_for(finding: Finding) -> list[Ticket]:
    """The solved tickets that tell what an article about this would say, with replies."""
    kinds: dict[str, list[int]] = {"topic": [], "question": []}
    for source in finding.sources:
        kind, _, pk = source.partition(":")
        kinds.setdefault(kind, []).append(int(pk))
    rows = Ticket.objects.filter(status__in=SOLVED)
    if kinds["topic"]:
        return _loaded(rows.filter(topic__in=kinds["topic"]).order_by("-last_message_at", "-pk"))
    handed = Question.objects.filter(pk__in=kinds["question"]).exclude(handed_over_to=None)
    keys = set(handed.values_list("handed_over_to", flat=True))
    keys |= set(_alike(finding, kinds["question"]))
    return _loaded(rows.filter(pk__in=keys).order_by("-last_message_at", "-pk"))


def askers_of(finding: Finding) -> list[str]:
    """Names and addresses of those who asked the questions of a finding."""
    keys = [int(one.partition(":")[2]) for one in finding.sources if one.startswith("question:")]
    rows = Question.objects.filter(pk__in=keys).exclude(customer=None)
    known: list[str] = []
    for name, email in rows.values_list("customer__name", "customer__email"):
        known += [name, *name.split(), email]
    return [one for one in known if one]


def _loaded(rows: QuerySet[Ticket]) -> list[Ticket]:
    replies = (
        Message.objects.public().filter(author_kind=Message.Author.AGENT).select_related("author")
    )
    related = rows.select_related("customer", "order").defer("search", "customer__search")
    return list(related.prefetch_related(Prefetch("messages", replies))[:MOST_TICKETS])


def _alike(finding: Finding, questions: Sequence[int]) -> list[int]:
    """Keys of tickets in which a customer asked such a thing."""
    texts = list(Question.objects.filter(pk__in=questions).values_list("text", flat=True))
    if not texts:
        return []
    return _near(texts) if (finding.language or "en") in SPEAKING else _sharing_words(texts)


def _near(texts: Sequence[str]) -> list[int]:
    """By the vectors of customers' messages, nearest to the mean of the questions."""
    mean = embed(texts).mean(axis=0)
    length = float(np.linalg.norm(mean))
    if length < 1e-6:
        return []
    rows = TextVector.objects.filter(
        message__ticket__status__in=SOLVED, embedding_version=text_reader().backbone_version
    )
    near = rows.annotate(far=CosineDistance("embedding", HalfVector(mean / length)))
    found = near.filter(far__lte=1 - SAME_QUESTION).order_by("far")
    return list(found.values_list("message__ticket", flat=True)[:NEAREST])


def _sharing_words(texts: Sequence[str]) -> list[int]:
    """By the words of the latest solved tickets, where no encoder reads the language."""
    asked = frozenset[str]().union(*(content_stems(text) for text in texts))
    rows = Message.objects.from_customers().filter(ticket__status__in=SOLVED)
    pool = rows.order_by("-pk").values_list("ticket", "body")[:LEXICAL_POOL]
    shares = {
        ticket: len(asked & terms) / max(1, min(len(asked), len(terms)))
        for ticket, terms in ((ticket, content_stems(body)) for ticket, body in pool)
    }
    best = sorted(shares, key=lambda ticket: (-shares[ticket], ticket))
    return [ticket for ticket in best if shares[ticket] >= SHARED_TERMS][:NEAREST]
