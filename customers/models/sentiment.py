"""The sentiment of one text: what a model felt in it, and what a person says it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from django.db.models import Case, F, Value, When
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models.correction import Correction

if TYPE_CHECKING:
    from customers.models.user import User

# A ticket sounds as the customer's latest message does that was read or decided about. The
# trend is the score of that message less the score of the first. Tickets are locked in the
# order of their keys, so that two writers never deadlock.
TICKET_SENTIMENT_SQL = """
WITH locked AS (
    SELECT id FROM customers_ticket WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE
)
UPDATE customers_ticket t SET
    sentiment = said.effective_sentiment,
    sentiment_score = said.effective_score,
    sentiment_trend = moved.trend
FROM (
    SELECT DISTINCT ON (m.ticket_id) m.ticket_id, m.effective_sentiment, m.effective_score
    FROM customers_message m JOIN locked ON locked.id = m.ticket_id
    WHERE m.author_kind = 'customer'
      AND (m.analysed_at IS NOT NULL OR m.sentiment_decision <> '')
    ORDER BY m.ticket_id, m.sent_at DESC, m.id DESC
) said
LEFT JOIN LATERAL (
    SELECT (array_agg(effective_score ORDER BY sent_at DESC, id DESC))[1]
         - (array_agg(effective_score ORDER BY sent_at, id))[1] AS trend
    FROM customers_message
    WHERE ticket_id = said.ticket_id AND author_kind = 'customer'
      AND effective_score IS NOT NULL
    HAVING count(*) > 1
) moved ON true
WHERE t.id = said.ticket_id
"""


class Sentiment(models.TextChoices):
    """Five steps; the score of a text is the expectation over -1, -0.5, 0, 0.5 and 1."""

    VERY_NEGATIVE = "very_negative", _("very negative")
    NEGATIVE = "negative", _("negative")
    NEUTRAL = "neutral", _("neutral")
    POSITIVE = "positive", _("positive")
    VERY_POSITIVE = "very_positive", _("very positive")


SCORES = dict(zip(Sentiment.values, (-1.0, -0.5, 0.0, 0.5, 1.0), strict=True))


class SentimentRead(models.Model):
    """Columns of a row whose text was read for its language and sentiment.

    `sentiment` and its neighbours hold the model's opinion alone and stay empty while the
    row is pending or when the model abstained; `sentiment_detail` then says why.
    `sentiment_decision` is what staff say it is. The `effective_` columns hold what counts
    in lists and means: the decision, else the opinion.
    """

    language = models.CharField(_("language"), max_length=8, blank=True, editable=False)
    sentiment = models.CharField(
        _("sentiment"), max_length=16, choices=Sentiment.choices, blank=True, editable=False
    )
    sentiment_score = models.FloatField(_("sentiment score"), null=True, editable=False)
    sentiment_probability = models.FloatField(_("probability"), null=True, editable=False)
    sentiment_detail = models.JSONField(_("sentiment detail"), default=dict, editable=False)
    sentiment_decision = models.CharField(
        _("sentiment decided by staff"),
        max_length=16,
        choices=Sentiment.choices,
        blank=True,
        editable=False,
    )
    sentiment_set_by = models.ForeignKey(
        "customers.User",
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("sentiment decided by"),
    )
    sentiment_set_at = models.DateTimeField(
        null=True, editable=False, verbose_name=_("sentiment decided at")
    )
    effective_sentiment = models.GeneratedField(
        expression=Case(
            When(sentiment_decision="", then=F("sentiment")), default=F("sentiment_decision")
        ),
        output_field=models.CharField(max_length=16, choices=Sentiment.choices),
        db_persist=True,
        verbose_name=_("sentiment"),
    )
    effective_score = models.GeneratedField(
        expression=Case(
            *(When(sentiment_decision=step, then=Value(score)) for step, score in SCORES.items()),
            default=F("sentiment_score"),
        ),
        output_field=models.FloatField(null=True),
        db_persist=True,
        verbose_name=_("sentiment score"),
    )

    class Meta:
        abstract = True

    def set_sentiment(self, sentiment: str, *, by: User) -> None:
        """Record what staff say it is ("" takes that back); what sums it up follows."""
        now = timezone.now() if sentiment else None
        self.sentiment_decision, self.sentiment_set_at = sentiment, now
        self.sentiment_set_by = by if sentiment else None
        with transaction.atomic():
            self.save(update_fields=["sentiment_decision", "sentiment_set_by", "sentiment_set_at"])
            Correction.objects.record("sentiment", self, sentiment, by=by)
            self.refresh_from_db(fields=["effective_sentiment", "effective_score"])
            self.sentiment_changed()

    @property
    def sentiment_steps(self) -> list[tuple[str, Any]]:
        """The steps that staff choose among."""
        return Sentiment.choices

    @property
    def sentiment_address(self) -> str:
        """Where a decision about it is sent to."""
        return reverse(f"{self._meta.model_name}-sentiment", args=[self.pk])

    def sentiment_changed(self) -> None:
        """Bring what sums up this row's sentiment up to date."""
        raise NotImplementedError
