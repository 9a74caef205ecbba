"""Replies that quote what the help centre says; only what everybody may read is quoted."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.db.models import prefetch_related_objects
from django.utils import timezone

from customers.assisting.wording import from_help, letter
from customers.models import Draft, Passage
from customers.quotations import address_of
from intelligence.answering.engines import answering
from intelligence.assisting.suggestion import Matter, Suggestion, has_link, source
from intelligence.engines.sentences import Span, sentences_of

READ, LEAST_SCORE = 6, 0.2
LONGEST_QUOTE = 600  # characters: a reply quotes a paragraph, not a page


def quoting_replies(matter: Matter, most: int) -> list[Suggestion]:
    """Up to `most` replies that quote a passage each, of different sources, the best first."""
    hits = public_hits(matter, READ)
    hits = [(passage, score) for passage, score in hits if _may_be_quoted(passage)]
    spans, version = _read(matter, [passage for passage, _score in hits])
    ranked = sorted(zip(hits, spans, strict=True), key=lambda one: (one[1] is None, -one[0][1]))
    found: dict[tuple[str, int], Suggestion] = {}
    for (passage, score), span in ranked:
        kind = type(passage.source).__name__
        if len(found) < most and (span is not None or score >= LEAST_SCORE):
            found.setdefault(
                (kind, passage.source.pk), _reply(matter, passage, score, span, version)
            )
    return list(found.values())


def _may_be_quoted(passage: Passage) -> bool:
    """Texts of products come from feeds: one with an address in it is not put into a letter."""
    return passage.product_id is None or not has_link(passage.body)


def public_hits(matter: Matter, limit: int) -> list[tuple[Passage, float]]:
    """Passages that everybody may read and that may answer what is asked, with how well they
    fit, in [0, 1]. Solved tickets are never among them: their text is other people's.
    """
    question, language = matter.asked.question, matter.asked.language
    if not question.strip():
        return []
    readable = Passage.objects.readable(by_staff=False, on=timezone.localdate())
    hits = answering().find(
        question, language=language, passages=readable.filter(ticket=None), limit=limit
    )
    prefetch_related_objects([hit.passage for hit in hits], "article", "product")
    return [(hit.passage, float(hit.score)) for hit in hits]


def quote_of(text: str, span: Span | None) -> str:
    """Whole sentences of a passage: from the one that answers on, or from the beginning."""
    sentences = sentences_of(text)
    if not sentences:
        return text[:LONGEST_QUOTE]
    first = 0
    if span is not None:
        first = next((n for n, (_, end) in enumerate(sentences) if end > span[0]), 0)
    start, end = sentences[first]
    for _, further in sentences[first + 1 :]:
        if further - start > LONGEST_QUOTE:
            break
        end = further
    return text[start:end][:LONGEST_QUOTE]


def _read(matter: Matter, passages: Sequence[Passage]) -> tuple[list[Span | None], str]:
    """Where each passage answers (None where it does not say), and the reader's version."""
    if not passages:
        return [], ""
    reader = answering().answerer(matter.asked.language).reader
    readings = reader.read(matter.asked.question, [passage.body for passage in passages])
    spans = [(one.start, one.end) if one.margin > 0 else None for one in readings]
    return spans, reader.version[:64]


def _reply(
    matter: Matter, passage: Passage, score: float, span: Span | None, version: str
) -> Suggestion:
    quote = quote_of(passage.body, span)
    title = str(passage.source)
    public = str(getattr(passage.source, "public_address", ""))
    address = settings.PUBLIC_ADDRESS + public if settings.PUBLIC_ADDRESS and public else ""
    body = from_help(quote, title, address)
    text = letter(matter.customer_name, body, matter.agent_name)
    kind = "article" if passage.article else "product"
    page = address_of(kind, passage.source.pk, cite=passage.pk, quote=quote)
    sources = [source("passage", passage.pk, title, quote, page)]
    return Suggestion(Draft.Origin.PASSAGE, text, score, sources, model_version=version)
