"""What messages and reviews share: the aspects that a text mentions, stored beside its row."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from customers.models import Aspect, AspectMention
from intelligence.analysis.kind import Result
from intelligence.engines.aspects import JudgedMention, MentionFinder, judge
from intelligence.loaded import text_reader

if TYPE_CHECKING:
    from intelligence.engines.reading import Reading


def read_mentions(
    texts: Sequence[str], readings: Sequence[Reading]
) -> list[tuple[JudgedMention, ...]]:
    """The mentions of the shop's aspects in each text; none in languages that nobody reads."""
    keywords = Aspect.objects.active().values_list("slug", "keywords")
    finder = _finder(tuple((slug, tuple(words)) for slug, words in keywords))
    readers = text_reader().aspect_readers
    judged = judge(texts, finder, [readers.get(reading.language or "") for reading in readings])
    return [tuple(mentions) for mentions in judged]


def keep_mentions(row_name: str, stored: Sequence[tuple[Any, Result]]) -> None:
    """Replace the mentions of these rows by those in `Result.extra`; `row_name` is the
    column of `AspectMention` that names the row, "review" or "message".
    """
    rows = [row.pk for row, _ in stored]
    AspectMention.objects.filter(**{f"{row_name}__in": rows}).delete()
    AspectMention.objects.bulk_create(
        [_row(judged, **{row_name: row}) for row, result in stored for judged in result.extra]
    )


def _row(judged: JudgedMention, **of: Any) -> AspectMention:
    mention = judged.mention
    return AspectMention(
        aspect_id=mention.aspect,
        sentence_start=mention.sentence[0],
        sentence_end=mention.sentence[1],
        start=mention.start,
        end=mention.end,
        polarity=judged.polarity,
        probability=judged.probability,
        score=judged.score,
        model_version=judged.card.sha256,
        **of,
    )


@lru_cache(maxsize=4)
def _finder(keywords: tuple[tuple[str, tuple[str, ...]], ...]) -> MentionFinder:
    """Compiled once for as long as the shop keeps its keywords."""
    return MentionFinder(dict(keywords))
