"""Three feelings over the five steps of sentiment, and over mean scores."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from customers.models import Sentiment

FEELINGS = [("negative", _("negative")), ("neutral", _("neutral")), ("positive", _("positive"))]
FEELING_STEPS = {
    "negative": [Sentiment.VERY_NEGATIVE, Sentiment.NEGATIVE],
    "neutral": [Sentiment.NEUTRAL],
    "positive": [Sentiment.POSITIVE, Sentiment.VERY_POSITIVE],
}
MILD = 0.25  # scores nearer to zero than this count as neutral
FEELING_RANGES = {
    "negative": Q(sentiment_score__lte=-MILD),
    "neutral": Q(sentiment_score__gt=-MILD, sentiment_score__lt=MILD),
    "positive": Q(sentiment_score__gte=MILD),
}
