"""Reading reviews: language and sentiment, and with them the product's standing."""

from __future__ import annotations

from collections.abc import Sequence

from customers.models import Customer, Product, Review
from customers.models.review import NEGATIVE
from intelligence.analysis.kind import Kind, Result
from intelligence.analysis.kinds.mentions import keep_mentions, read_mentions
from intelligence.analysis.kinds.sentiment import (
    SENTIMENT_COLUMNS,
    opinions,
    sentiment_columns,
)
from intelligence.analysis.kinds.vectors import keep_vectors, read_vector
from intelligence.loaded import text_reader
from intelligence.topic_rows import put_into_topics


class Reviews(Kind):
    """Reviews, read from title and text alone."""

    name = "review"
    model = Review
    columns = SENTIMENT_COLUMNS

    def prepare(self) -> None:
        text_reader()

    def read(self, rows: Sequence[Review]) -> list[Result]:
        reader = text_reader()
        texts = [review_text(row) for row in rows]
        readings = reader.read(texts, [{"sentiment"}] * len(rows))
        return [
            Result(
                input_sha256=reading.input_sha256,
                columns=sentiment_columns(reading),
                opinions=opinions(reading),
                extra=mentions,
                vector=read_vector(reader, reading),
            )
            for reading, mentions in zip(readings, read_mentions(texts, readings), strict=True)
        ]

    def keep(self, stored: Sequence[tuple[Review, Result]]) -> None:
        keep_mentions("review", stored)
        keep_vectors("review", stored)
        put_into_topics("review", [(row.pk, result.vector) for row, result in stored])
        products = Product.objects.filter(pk__in={row.product_id for row, _ in stored})
        products.refresh_standing()
        Customer.objects.refresh_sentiment(row.customer_id for row, _ in stored)
        concerned = {
            row.customer_id
            for row, result in stored
            if row.customer_id and (row.is_complaint or result.columns["sentiment"] in NEGATIVE)
        }
        Customer.objects.filter(pk__in=concerned).request_analysis()


def review_text(review: Review) -> str:
    """What is read of a review."""
    return review.read_text
