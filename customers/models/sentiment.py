"""The sentiment that a model felt in one text."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Sentiment(models.TextChoices):
    """Five steps; the score of a text is the expectation over -1, -0.5, 0, 0.5 and 1."""

    VERY_NEGATIVE = "very_negative", _("very negative")
    NEGATIVE = "negative", _("negative")
    NEUTRAL = "neutral", _("neutral")
    POSITIVE = "positive", _("positive")
    VERY_POSITIVE = "very_positive", _("very positive")


class SentimentRead(models.Model):
    """Columns of a row whose text was read for its language and sentiment.

    They hold the model's opinion alone and stay empty while the row is pending or when
    the model abstained; `sentiment_detail` then says why.
    """

    language = models.CharField(_("language"), max_length=8, blank=True, editable=False)
    sentiment = models.CharField(
        _("sentiment"), max_length=16, choices=Sentiment.choices, blank=True, editable=False
    )
    sentiment_score = models.FloatField(_("sentiment score"), null=True, editable=False)
    sentiment_probability = models.FloatField(_("probability"), null=True, editable=False)
    sentiment_detail = models.JSONField(_("sentiment detail"), default=dict, editable=False)

    class Meta:
        abstract = True
