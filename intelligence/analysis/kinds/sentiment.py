"""What messages and reviews share: sentiment columns, and the means over them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils import timezone

from intelligence.analysis.kind import Opinion
from intelligence.engines.contract import Card, Prediction

if TYPE_CHECKING:
    from intelligence.engines.reading import Reading

SENTIMENT_COLUMNS = (
    "language",
    "sentiment",
    "sentiment_score",
    "sentiment_probability",
    "sentiment_detail",
)

# A customer's sentiment is the mean score of their ten latest texts, messages and reviews
# alike. Rows are locked in the order of their keys, so that two workers never deadlock.
CUSTOMER_SENTIMENT_SQL = """
WITH locked AS (
    SELECT id FROM customers_customer WHERE id = ANY(%(pks)s) ORDER BY id FOR NO KEY UPDATE
)
UPDATE customers_customer c SET sentiment_score = felt.score
FROM locked LEFT JOIN LATERAL (
    SELECT avg(latest.sentiment_score) AS score FROM (
        (SELECT m.sentiment_score, m.sent_at AS at FROM customers_message m
         JOIN customers_ticket t ON t.id = m.ticket_id
         WHERE t.customer_id = locked.id AND m.author_kind = 'customer'
           AND m.sentiment_score IS NOT NULL
         ORDER BY m.sent_at DESC LIMIT 10)
        UNION ALL
        (SELECT r.sentiment_score, r.written_at FROM customers_review r
         WHERE r.customer_id = locked.id AND r.sentiment_score IS NOT NULL
         ORDER BY r.written_at DESC LIMIT 10)
        ORDER BY at DESC LIMIT 10
    ) latest
) felt ON true
WHERE c.id = locked.id AND c.sentiment_score IS DISTINCT FROM felt.score
"""


def sentiment_columns(reading: Reading, card: Card) -> dict[str, Any]:
    """The columns of `SentimentRead` for one text; empty opinion where it abstained."""
    felt = reading.predictions["sentiment"]
    certain = not felt.abstained
    return {
        "language": reading.language or "",
        "sentiment": felt.label if certain else "",
        "sentiment_score": felt.score if certain else None,
        "sentiment_probability": felt.probability if certain else None,
        "sentiment_detail": detail(felt, card) | {"truncated": reading.truncated},
    }


def detail(prediction: Prediction, card: Card) -> dict[str, Any]:
    """What stands in a `..._detail` column: the whole prediction and who made it."""
    provenance = {
        "model": card.name,
        "model_version": card.sha256,
        "threshold": card.threshold,
        "at": timezone.now().isoformat(),
    }
    return prediction.as_json() | provenance


def opinions(reading: Reading, cards: dict[str, Card]) -> tuple[Opinion, ...]:
    """One opinion for each task that read this text."""
    return tuple(
        Opinion(task, prediction, cards[task]) for task, prediction in reading.predictions.items()
    )


def refresh_customer_sentiment(customer_pks: Iterable[int | None]) -> None:
    """Recompute the sentiment of these customers from their latest texts."""
    pks = sorted({pk for pk in customer_pks if pk is not None})
    if pks:
        with connection.cursor() as cursor:
            cursor.execute(CUSTOMER_SENTIMENT_SQL, {"pks": pks})
