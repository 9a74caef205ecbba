"""Reading reviews: language and sentiment, and with them the product's standing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import connection

from customers.models import Review
from intelligence.analysis.kind import Kind, Result
from intelligence.analysis.kinds.sentiment import (
    SENTIMENT_COLUMNS,
    opinions,
    refresh_customer_sentiment,
    sentiment_columns,
)
from intelligence.loaded import text_reader

PRODUCT_STANDING_SQL = """
WITH locked AS (
    SELECT id FROM customers_product WHERE id = ANY(%(pks)s) ORDER BY id FOR NO KEY UPDATE
)
UPDATE customers_product p SET
    review_count = said.n, rating_average = said.stars, sentiment_score = said.score
FROM locked JOIN LATERAL (
    SELECT count(*) AS n, avg(rating) AS stars, avg(sentiment_score) AS score
    FROM customers_review WHERE product_id = locked.id
) said ON true
WHERE p.id = locked.id
"""


class Reviews(Kind):
    """Reviews, read from title and text alone."""

    name = "review"
    model = Review
    columns = SENTIMENT_COLUMNS

    def prepare(self) -> None:
        text_reader()

    def read(self, rows: Sequence[Review]) -> list[Result]:
        reader = text_reader()
        readings = reader.read([review_text(row) for row in rows], [{"sentiment"}] * len(rows))
        return [
            Result(
                input_sha256=reading.input_sha256,
                columns=sentiment_columns(reading, reader.versions["sentiment"]),
                opinions=opinions(reading, reader.versions),
            )
            for reading in readings
        ]

    def keep(self, stored: Sequence[tuple[Review, Result]]) -> None:
        refresh_product_standing(row.product_id for row, _ in stored)
        refresh_customer_sentiment(row.customer_id for row, _ in stored)


def review_text(review: Review) -> str:
    """What is read of a review."""
    return "\n".join(part for part in (review.title, review.body) if part.strip())


def refresh_product_standing(product_pks: Iterable[int]) -> None:
    """Recompute the review columns of these products."""
    pks = sorted(set(product_pks))
    if pks:
        with connection.cursor() as cursor:
            cursor.execute(PRODUCT_STANDING_SQL, {"pks": pks})
