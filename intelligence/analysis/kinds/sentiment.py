"""What messages and reviews share: sentiment columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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


def sentiment_columns(reading: Reading) -> dict[str, Any]:
    """The columns of `SentimentRead` for one text; empty opinion where it abstained."""
    felt = reading.predictions["sentiment"]
    certain = not felt.abstained
    return {
        "language": reading.language or "",
        "sentiment": felt.label if certain else "",
        "sentiment_score": felt.score if certain else None,
        "sentiment_probability": felt.probability if certain else None,
        "sentiment_detail": detail(felt, reading.cards["sentiment"], reading.input_sha256)
        | {"truncated": reading.truncated},
    }


def detail(prediction: Prediction, card: Card, input_sha256: str) -> dict[str, Any]:
    """What stands in a `..._detail` column: the prediction, who made it, and of what input."""
    provenance = {
        "model": card.name,
        "model_version": card.sha256,
        "input_sha256": input_sha256,
        "threshold": card.threshold,
        "at": timezone.now().isoformat(),
    }
    return prediction.as_json() | provenance


def opinions(reading: Reading) -> tuple[Opinion, ...]:
    """One opinion for each task that read this text."""
    return tuple(
        Opinion(task, prediction, reading.cards[task])
        for task, prediction in reading.predictions.items()
    )
