"""The texts that the radar looks through: articles, macros, products, replies to customers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max

from customers.models import Article, Macro, Message, Product, Question, RadarText, Ticket
from intelligence.engines.content_words import content_stems
from intelligence.engines.statements import Text
from intelligence.radar.embedding import script_of

REPLY_DAYS, MOST_REPLIES = 180, 2_000  # replies of solved tickets, the newest
SOLVED = (Ticket.Status.SOLVED, Ticket.Status.CLOSED)
WHOLE = ""
RULES = 2  # raised when texts are read by other rules: all are then read anew


@dataclass(frozen=True, slots=True)
class Shelf:
    """All texts by their keys, and the stems of the words that name what the shop sells."""

    texts: Mapping[str, Text]
    things: frozenset[str]


def shelf(now: datetime) -> Shelf:
    """Every text that customers are told things by, as it stands."""
    texts = [*_articles(), *_macros(), *_products(), *_replies(now)]
    names = [text.title for text in texts if text.is_product]
    return Shelf({text.key: text for text in texts}, content_stems(" . ".join(names)))


def _articles() -> Iterator[Text]:
    rows = Article.objects.filter(status=Article.Status.PUBLISHED).order_by("pk")
    for row in rows:
        yield Text(f"article:{row.pk}", row.title, row.body, row.language)


def _macros() -> Iterator[Text]:
    for row in Macro.objects.active().order_by("pk"):
        yield Text(f"macro:{row.pk}", row.name, row.body, row.language or script_of(row.body))


def _products() -> Iterator[Text]:
    rows = Product.objects.filter(is_active=True).exclude(description="").order_by("pk")
    for pk, name, body in rows.values_list("pk", "name", "description"):
        yield Text(f"product:{pk}", name, body, script_of(body), is_product=True)


def _replies(now: datetime) -> Iterator[Text]:
    """What agents wrote in tickets that were solved lately."""
    rows = (
        Message.objects.public()
        .filter(
            author_kind=Message.Author.AGENT,
            ticket__status__in=SOLVED,
            sent_at__gte=now - timedelta(days=REPLY_DAYS),
        )
        .order_by("-sent_at", "-pk")
    )
    columns = rows.values_list("pk", "ticket__subject", "body")
    for pk, subject, body in columns[:MOST_REPLIES]:
        yield Text(f"message:{pk}", subject, body, script_of(body))


def signature(today: str) -> str:
    """A sha256 that changes with any of the records that the radar reads, and with the day:
    counts and latest changes, so that asking costs a few index scans.
    """
    parts: list[Any] = [today, RULES]
    for model in (Article, Product, Macro):
        rows: Any = model._default_manager
        parts.append(rows.aggregate(n=Count("pk"), at=Max("updated_at")))
    parts.append(Ticket.objects.filter(status__in=SOLVED).aggregate(n=Count("pk")))
    parts.append(
        Question.objects.aggregate(n=Count("pk"), at=Max("answered_at"), seen=Count("feedback"))
    )
    parts.append(dict(Question.objects.order_by().values_list("feedback").annotate(n=Count("pk"))))
    return _sha256(repr(parts))


def changed_keys(texts: Mapping[str, Text]) -> tuple[set[str], set[str]]:
    """The keys of texts that are new or different since they were last read, and of those
    that are gone.
    """
    known = dict(RadarText.objects.exclude(key=WHOLE).values_list("key", "sha256"))
    changed = {key for key, text in texts.items() if known.get(key) != sha256_of(text)}
    return changed, known.keys() - texts.keys()


def remember(texts: Mapping[str, Text], changed: Sequence[str], gone: Sequence[str]) -> None:
    """Note what was read."""
    RadarText.objects.filter(key__in=gone).delete()
    RadarText.objects.bulk_create(
        [RadarText(key=key, sha256=sha256_of(texts[key])) for key in changed],
        update_conflicts=True,
        unique_fields=["key"],
        update_fields=["sha256"],
        batch_size=1_000,
    )


def sha256_of(text: Text) -> str:
    """What tells one state of a text from another."""
    return _sha256(f"{RULES}\0{text.title}\0{text.body}\0{text.language}")


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
