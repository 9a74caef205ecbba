"""What may be shown of an answer, checked again each time that somebody looks.

An answer stands on evidence. A citation is shown only while its passage is among those that
were retrieved for this question, the quoted words still stand in it, and the reader may open
its source today. An answer without such a citation is withdrawn: it is not shown any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone

from customers import quotations
from customers.models import Article, Passage, Question

EXCERPT = 200

Passages = Mapping[int, Passage]


@dataclass(frozen=True, slots=True)
class Citation:
    """A quote in its sentence: `before`, `quote`, `after`; where it stands and the address
    there, "" where the reader has no page of the source.
    """

    number: int
    title: str
    address: str
    before: str
    quote: str
    after: str
    passage: int

    @property
    def sentence(self) -> str:
        """The whole sentence."""
        return f"{self.before}{self.quote}{self.after}"


@dataclass(frozen=True, slots=True)
class Closest:
    """A source that is close to a question without an answer."""

    title: str
    address: str
    excerpt: str


@dataclass(frozen=True, slots=True)
class Shown:
    """What a reader may see of a question's answer.

    `text` is the answer to a question about records; answers from passages are the sentences
    of `citations`. `is_withdrawn`: there was an answer, and its source is gone or changed.
    """

    question: Question
    text: str = ""
    citations: tuple[Citation, ...] = ()
    closest: tuple[Closest, ...] = ()
    is_withdrawn: bool = False

    @property
    def has_answer(self) -> bool:
        """Whether there is an answer to show."""
        return bool(self.text or self.citations)

    @property
    def plain(self) -> str:
        """The answer as plain text, for lists and replies."""
        return self.text or " ".join(cited.sentence for cited in self.citations)


def shown(question: Question, *, by_staff: bool) -> Shown:
    """What this reader may see of the question's answer today."""
    return shown_all([question], by_staff=by_staff)[question.pk]


def shown_all(questions: Iterable[Question], *, by_staff: bool) -> dict[int, Shown]:
    """What this reader may see of each question's answer, by its key, with one query."""
    rows = list(questions)
    named = {pk for row in rows for pk in _passages_of(row)}
    passages = _readable(named, by_staff=by_staff) if named else {}
    return {row.pk: _shown(row, passages, by_staff=by_staff) for row in rows}


def _passages_of(question: Question) -> list[int]:
    items = [*question.evidence, *question.closest]
    return [item["passage"] for item in items if "passage" in item]


def _readable(pks: Iterable[int], *, by_staff: bool) -> Passages:
    """The passages that the reader may open, whose article is still published."""
    rows = Passage.objects.readable(by_staff=by_staff, on=timezone.localdate())
    rows = rows.filter(pk__in=list(pks)).exclude(article__status=Article.Status.DRAFT)
    if not by_staff:
        rows = rows.filter(ticket__isnull=True).exclude(article__visibility="staff")
    return rows.in_bulk()


def _shown(question: Question, passages: Passages, *, by_staff: bool) -> Shown:
    if question.kind == Question.Kind.FACT:
        return Shown(question, text=question.answer)
    retrieved = set(question.detail.get("retrieved", ()))
    found = (
        _citation(number, item, passages, retrieved, by_staff=by_staff)
        for number, item in enumerate(question.evidence, start=1)
    )
    citations = tuple(cited for cited in found if cited is not None)
    return Shown(
        question,
        citations=citations,
        closest=tuple(_closest(question.closest, passages, by_staff=by_staff)),
        is_withdrawn=bool(question.answer) and not citations,
    )


def _citation(
    number: int,
    item: Mapping[str, Any],
    passages: Passages,
    retrieved: set[int],
    *,
    by_staff: bool,
) -> Citation | None:
    """The citation; None where it must not be shown."""
    passage = passages.get(item.get("passage", 0))
    quote = item.get("quote", "")
    if passage is None or passage.pk not in retrieved or not quote:
        return None
    start, end = item["start"], item["end"]
    first, last = item.get("sentence_start", start), item.get("sentence_end", end)
    body = passage.body
    if body[start:end] != quote or not first <= start < end <= last:
        start = first = body.find(quote)
        end = last = start + len(quote)
        if start < 0:
            return None
    return Citation(
        number=number,
        title=passage.heading,
        address=address_of(passage, quote, by_staff=by_staff),
        before=body[first:start],
        quote=quote,
        after=body[end:last],
        passage=passage.pk,
    )


def _closest(
    items: Sequence[Mapping[str, Any]], passages: Passages, *, by_staff: bool
) -> Iterable[Closest]:
    for item in items:
        passage = passages.get(item.get("passage", 0))
        if passage is not None:
            address = address_of(passage, by_staff=by_staff)
            yield Closest(passage.heading, address, passage.body[:EXCERPT])


def address_of(passage: Passage, quote: str = "", *, by_staff: bool) -> str:
    """The page of the passage's source, with the words (else the passage) to highlight; ""
    where the reader has none: customers read articles alone.
    """
    if by_staff:
        keys = {kind: getattr(passage, f"{kind}_id") for kind in ("article", "product", "ticket")}
        kind, pk = next((kind, pk) for kind, pk in keys.items() if pk)
        return quotations.address_of(kind, pk, cite=passage.pk, quote=quote)
    if not passage.article_id:
        return ""
    page = reverse("portal-article-short", args=[passage.article_id])
    return quotations.with_mark(page, cite=passage.pk, quote=quote)
