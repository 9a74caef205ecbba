"""The shop's topics: fitted again when enough was written, known again by their old names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.db.models import Count, QuerySet
from django.utils import timezone
from numpy.typing import NDArray
from pgvector import HalfVector

from customers.locks import held
from customers.models import Message, Review, Topic
from intelligence.engines.lexical import LexicalSpace, fit_space
from intelligence.engines.topic_identity import same_topics
from intelligence.engines.topic_names import Word, name_topics, titles
from intelligence.engines.topics import (
    FEWEST_TEXTS,
    NONE,
    Membership,
    Topics,
    coherence,
    fit_topics,
    nearest_texts,
)
from intelligence.models import TextVector, TopicFit, TopicVector
from intelligence.topic_rows import (
    DEFAULT_LANGUAGE,
    LEXICAL,
    Placed,
    all_texts,
    placed_topics,
    write_topics,
)
from intelligence.topic_sample import Sample, sample_of, texts_by_language
from intelligence.vectors import HALVES, sent, stacked

TOPIC_LOCKS = 7_310_011
KINDS: dict[str, Any] = {"ticket": Message, "review": Review}
# So many new texts, as a share of the fitted ones and at least, make a fit stale; while
# texts are still being read (an import), only twice as many do.
GROWTH, FEWEST_NEW = 0.05, 10
EXAMPLES = 5
SENT_CENTRE = sent("centre", "halfvec_send")

SIZES_SQL = """
UPDATE customers_topic t SET size = coalesce(n.size, 0),
    first_seen_at = least(t.first_seen_at, n.first)
FROM customers_topic known LEFT JOIN (
    SELECT topic_id, count(*) AS size, min({at}) AS first FROM {table}
    WHERE topic_id IS NOT NULL GROUP BY topic_id
) n ON n.topic_id = known.id
WHERE known.id = t.id AND t.kind = %s
"""
DATED = {"ticket": ("customers_ticket", "opened_at"), "review": ("customers_review", "written_at")}


@dataclass(frozen=True, slots=True)
class Found:
    """Topics of one language as they were fitted to a sample, with their names."""

    language: str
    sample: Sample
    topics: Topics
    membership: Membership
    words: list[tuple[Word, ...]]
    space: LexicalSpace | None


@dataclass(frozen=True, slots=True)
class Known:
    """The topics that stood before a fit: their keys and centres float32[k, d]."""

    keys: list[int]
    centres: NDArray[np.float32]


def refresh_topics() -> list[str]:
    """Fit the topics of tickets and of reviews again where that is due; which ones were.

    Cheap otherwise: two counts. One process fits a kind at a time.
    """
    fitted = []
    for place, kind in enumerate(KINDS):
        with held(TOPIC_LOCKS, place) as mine:
            if mine and (version := _due(kind)):
                fit_kind(kind, version)
                fitted.append(kind)
    return fitted


def fit_kind(kind: str, version: str) -> None:
    """Fit the topics of a kind to what the encoder `version` read, and put every row into
    its topic. Rows are written in chunks, so that workers go on meanwhile.
    """
    counts = texts_by_language(kind, version, DEFAULT_LANGUAGE)
    texts = sum(counts.values())
    read = [language for language, n in counts.items() if n >= FEWEST_TEXTS]
    # A single topic would only say which language its texts are written in.
    found = [one for one in (_fitted(kind, version, each) for each in read) if len(one.topics) > 1]
    with transaction.atomic():
        lexical = _store(kind, version, found)
        fit, _ = TopicFit.objects.update_or_create(
            kind=kind,
            defaults={
                "embedding_version": version,
                "texts": texts,
                "vectors": _vectors(kind).filter(embedding_version=version).count(),
                "fitted_at": timezone.now(),
            },
        )
    placed = placed_topics(fit) | lexical
    for chunk in all_texts(kind, version):
        write_topics(kind, chunk, placed)
    count_texts(kind)


def count_texts(kind: str) -> None:
    """Bring the sizes of a kind's topics up to date, and when they were first seen."""
    table, at = DATED[kind]
    with connection.cursor() as cursor:
        cursor.execute(SIZES_SQL.format(table=table, at=at), [kind])


def _due(kind: str) -> str:
    """The encoder whose vectors a fit is due for; "" for none."""
    versions = _vectors(kind).values_list("embedding_version").annotate(n=Count("pk"))
    version, n = versions.order_by("-n", "embedding_version").first() or ("", 0)
    if n < FEWEST_TEXTS:
        return ""
    fit = TopicFit.objects.filter(kind=kind).first()
    if fit is None or fit.embedding_version != version:
        return version
    grown = abs(n - fit.vectors)
    is_reading = KINDS[kind].objects.pending().exists()
    needed = fit.vectors if is_reading else max(FEWEST_NEW, GROWTH * fit.vectors)
    return version if grown >= needed else ""


def _vectors(kind: str) -> QuerySet[TextVector]:
    return TextVector.objects.filter(**{f"{KINDS[kind]._meta.model_name}__isnull": False})


def _fitted(kind: str, version: str, language: str) -> Found:
    sample = sample_of(kind, version, language, DEFAULT_LANGUAGE)
    space = fit_space(sample.texts) if language in LEXICAL else None
    vectors = sample.vectors if space is None else space.vectors(sample.texts)
    topics, membership = fit_topics(vectors)
    words = name_topics(sample.texts, membership.topics.tolist(), len(topics))
    return Found(language, sample, topics, membership, words, space)


def _store(kind: str, version: str, found: list[Found]) -> dict[str, Placed]:
    """Write the topics down: those known before under their old keys; the others retire.
    Gives where the topics lie that are not in the encoder's space, by language.
    """
    standing = Topic.objects.select_for_update().filter(kind=kind, is_active=True)
    former = {topic.pk: topic for topic in standing.order_by("pk")}
    names = iter(titles([words for language in found for words in language.words]))
    kept: set[int] = set()
    lexical = {}
    for language in found:
        stored = _store_language(kind, version, language, former, names)
        kept |= {topic.pk for topic in stored}
        if language.space is not None:
            keys = tuple(topic.merged_into_id or topic.pk for topic in stored)
            lexical[language.language] = Placed(language.topics, keys, language.space)
    gone = [pk for pk in former if pk not in kept]
    Topic.objects.filter(pk__in=gone).update(is_active=False)
    # What was merged into a topic that is gone stands for itself again.
    Topic.objects.filter(kind=kind, merged_into__in=gone).update(merged_into=None)
    return lexical


def _store_language(
    kind: str, version: str, found: Found, former: dict[int, Topic], names: Any
) -> list[Topic]:
    known = _known([pk for pk, topic in former.items() if topic.language == found.language])
    place = {key: at for at, key in enumerate(known.keys)}
    before = np.array([place.get(int(key), NONE) for key in found.sample.former], np.int64)
    same = same_topics(known.centres, found.topics.centres, before, found.membership.topics)
    examples = nearest_texts(found.topics, found.membership, EXAMPLES)
    means = coherence(found.topics, found.membership)
    stored = []
    for at in range(len(found.topics)):
        topic = former[known.keys[same[at]]] if at in same else Topic(kind=kind)
        topic.language, topic.is_active = found.language, True
        topic.suggested_name = next(names)
        topic.words = [[word.term, word.weight] for word in found.words[at]]
        topic.coherence = round(float(means[at]), 4)
        topic.example_pks = [int(found.sample.rows[row]) for row in examples[at]]
        topic.save()
        if found.space is None:
            _store_vector(topic, found.topics, at, version)
        stored.append(topic)
    return stored


def _store_vector(topic: Topic, topics: Topics, at: int, version: str) -> None:
    TopicVector.objects.update_or_create(
        topic=topic,
        defaults={
            "centre": HalfVector(topics.centres[at]),
            "radius": float(topics.radii[at]),
            "embedding_version": version,
        },
    )


def _known(keys: list[int]) -> Known:
    """The centres of these topics; without width where one has none that can be compared: it
    was found by characters, or another encoder made it.
    """
    rows = TopicVector.objects.filter(topic__in=keys).order_by("topic_id")
    found = {key: bytes(sent_) for key, sent_ in rows.values_list("topic_id", SENT_CENTRE)}
    widths = {len(centre) for centre in found.values()}
    if len(found) < len(keys) or len(widths) != 1:
        return Known(keys, np.zeros((len(keys), 0), np.float32))
    return Known(list(found), stacked(list(found.values()), HALVES))
