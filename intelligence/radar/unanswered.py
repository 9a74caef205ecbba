"""Articles to write: questions that found no answer, and topics of tickets without an article."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from customers.models import Article, Finding, Question, Topic
from customers.models.radar import Found
from intelligence.engines.content_words import content_stems
from intelligence.engines.gathering import groups_of, most_central
from intelligence.engines.topic_names import name_topics, titles
from intelligence.radar.embedding import likeness_of, same_matter, script_of
from intelligence.radar.excerpts import fingerprint

DAYS, MOST = 180, 2_000  # questions that are looked at, the newest
FEWEST_ASKED = 2
EXAMPLES = 5
FEWEST_TICKETS = 5  # of a topic
COVERED = 0.34  # share of a topic's words that an article says: then it is about it
OVERLAP = 0.5  # of the questions of two looks: then it is the same article to write
MANY = 10
UNHELPED = (Question.Status.UNSURE, Question.Status.FAILED, Question.Status.HANDED_OVER)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question without an answer that helped."""

    pk: int
    text: str
    ticket: int | None


def found_unanswered(now: datetime) -> list[Found]:
    """The articles that would have answered, the most wanted first."""
    return [*_questions(now), *_topics()]


def _questions(now: datetime) -> Iterator[Found]:
    by_language: dict[str, list[Asked]] = defaultdict(list)
    rows = Question.objects.filter(
        Q(status__in=UNHELPED) | Q(feedback=Question.Feedback.DOWN),
        created_at__gte=now - timedelta(days=DAYS),
    ).order_by("-created_at", "-pk")
    columns = rows.values_list("pk", "text", "language", "handed_over_to")
    for pk, text, language, ticket in columns[:MOST]:
        known = script_of(text, language or "en")
        by_language[known].append(Asked(pk, " ".join(text.split()), ticket))
    known_findings = _known()
    for language, asked in by_language.items():
        yield from _of_language(language, asked, known_findings)


def _of_language(
    language: str, asked: Sequence[Asked], known: Mapping[str, frozenset[str]]
) -> Iterator[Found]:
    texts = [one.text for one in asked]
    likeness = likeness_of(texts, language)
    groups = [
        rows for rows in groups_of(likeness, same_matter(language)) if len(rows) >= FEWEST_ASKED
    ]
    label = {row: at for at, rows in enumerate(groups) for row in rows}
    words = name_topics(texts, [label.get(row, -1) for row in range(len(texts))], len(groups))
    for rows, name, said in zip(groups, titles(words), words, strict=True):
        central = most_central(likeness, rows)
        sources = tuple(f"question:{asked[row].pk}" for row in rows)
        tickets = {asked[row].ticket for row in rows} - {None}
        yield Found(
            fingerprint=_same_as_before(sources, known) or fingerprint("unanswered", sources[-1]),
            title={
                "key": "questions",
                "name": name or texts[central][:80],
                "question": texts[central][:300],
                "words": [word.term for word in said],
                "n": len(rows),
                "tickets": len(tickets),
            },
            sides=[_example(asked[row]) for row in _examples(rows, central)],
            sources=sources,
            severity=_severity(len(rows)),
            language=language,
        )


def _examples(rows: Sequence[int], central: int) -> list[int]:
    return [central, *(row for row in rows if row != central)][:EXAMPLES]


def _example(asked: Asked) -> dict[str, object]:
    return {
        "record": "question",
        "record_id": asked.pk,
        "title": "",
        "text": asked.text[:300],
        "quote": "",
        "start": 0,
        "end": 0,
    }


def _topics() -> Iterator[Found]:
    """Topics of tickets whose words no published article of the language says."""
    topics = Topic.objects.filter(
        kind=Topic.Kind.TICKET, is_active=True, merged_into=None, size__gte=FEWEST_TICKETS
    )
    articles: dict[str, list[frozenset[str]]] = defaultdict(list)
    rows = Article.objects.filter(status=Article.Status.PUBLISHED)
    for language, title, body in rows.values_list("language", "title", "body"):
        articles[language].append(content_stems(f"{title} {body}"))
    for topic in topics.order_by("-size", "pk"):
        if not topic.words or _cover(topic, articles[topic.language or "en"]) >= COVERED:
            continue
        yield Found(
            fingerprint=fingerprint("unanswered", "topic", topic.pk),
            title={
                "key": "topic",
                "name": str(topic),
                "words": topic.terms,
                "n": topic.size,
                "tickets": topic.size,
            },
            sides=[],
            sources=(f"topic:{topic.pk}",),
            severity=_severity(topic.size),
            language=topic.language,
        )


def _cover(topic: Topic, articles: Sequence[frozenset[str]]) -> float:
    """How much of a topic's words the closest article says, weighed, in [0, 1]."""
    words = [(content_stems(term), weight) for term, weight in topic.words]
    total = sum(weight for _, weight in words) or 1.0
    return max(
        (sum(weight for terms, weight in words if terms & own) / total for own in articles),
        default=0.0,
    )


def _known() -> dict[str, frozenset[str]]:
    """The questions of each finding that stands or was dismissed."""
    rows = Finding.objects.filter(kind=Finding.Kind.UNANSWERED)
    kept = rows.exclude(status=Finding.Status.RESOLVED)
    return {key: frozenset(own) for key, own in kept.values_list("fingerprint", "sources")}


def _same_as_before(sources: Sequence[str], known: Mapping[str, frozenset[str]]) -> str:
    """The fingerprint of the finding that most of these questions belonged to; "" for none."""
    own = frozenset(sources)
    shares = {key: len(own & theirs) / max(1, len(theirs)) for key, theirs in known.items()}
    best = max(shares, key=lambda key: shares[key], default="")
    return best if best and shares[best] > OVERLAP else ""


def _severity(size: int) -> int:
    return Finding.Severity.WARNING if size >= MANY else Finding.Severity.NOTICE
