"""What customers say of single aspects: which ones a shop watches, and each mention."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Prefetch, Q
from django.utils.translation import gettext_lazy as _

from customers.models.message import Message
from customers.models.review import Review
from customers.models.taxonomy import Taxon


class Aspect(Taxon):
    """Something that customers judge by itself, such as `delivery` or `price`.

    A sentence is about the aspect when it holds one of its `keywords`, in any form of
    the word and in any language that models read.
    """

    keywords = ArrayField(
        models.CharField(max_length=60),
        verbose_name=_("keywords"),
        default=list,
        blank=True,
        help_text=_("Words that name this aspect, separated by commas: parcel, courier, 快递."),
    )

    class Meta(Taxon.Meta):
        verbose_name = _("aspect")
        verbose_name_plural = _("aspects")


class AspectMention(models.Model):
    """One place where a review or a customer's message speaks of an aspect, and how.

    `start` and `end` are the characters of the words that name it, `sentence_start` and
    `sentence_end` those of their sentence; all count from the beginning of what models
    read of the row (a review's title and body, a ticket's subject and opening message),
    as evidence does. `score` runs from -1 to 1. Every new reading of the row replaces them.
    """

    class Polarity(models.TextChoices):
        NEGATIVE = "negative", _("negative")
        NEUTRAL = "neutral", _("neutral")
        POSITIVE = "positive", _("positive")

    review = models.ForeignKey(
        Review, models.CASCADE, null=True, related_name="mentions", verbose_name=_("review")
    )
    message = models.ForeignKey(
        Message, models.CASCADE, null=True, related_name="mentions", verbose_name=_("message")
    )
    aspect = models.ForeignKey(
        Aspect, models.CASCADE, related_name="mentions", verbose_name=_("aspect")
    )
    sentence_start = models.PositiveIntegerField(_("sentence from"))
    sentence_end = models.PositiveIntegerField(_("sentence to"))
    start = models.PositiveIntegerField(_("from"))
    end = models.PositiveIntegerField(_("to"))
    polarity = models.CharField(_("polarity"), max_length=8, choices=Polarity.choices)
    probability = models.FloatField(_("probability"))
    score = models.FloatField(_("score"))
    model_version = models.CharField(_("model version"), max_length=64)

    if TYPE_CHECKING:
        review_id: int | None
        message_id: int | None
        aspect_id: str

    class Meta:
        verbose_name = _("mention of an aspect")
        verbose_name_plural = _("mentions of aspects")
        ordering: ClassVar = ["start", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(review__isnull=False, message__isnull=True)
                | Q(review__isnull=True, message__isnull=False),
                name="aspectmention_of_one_text",
            ),
        ]
        indexes = [
            # reviews narrowed to an aspect and how it sounds, and a product's aspects
            models.Index(fields=["review", "aspect", "polarity"], name="mention_by_review"),
            # tickets in which an aspect was spoken of
            models.Index(
                fields=["aspect", "message"],
                name="mention_by_aspect",
                condition=Q(message__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.aspect_id}: {self.polarity}"


def mentions_with_aspects() -> Prefetch:
    """To prefetch with reviews or messages: their mentions, and what these are about."""
    return Prefetch("mentions", AspectMention.objects.select_related("aspect"))


def reviews_mentioning(rows: models.QuerySet, **mention: Any) -> models.QuerySet:
    """The reviews among `rows` with one mention that fits all of `mention`, such as aspect and
    polarity; all of them when nothing is asked.
    """
    if not mention:
        return rows
    return rows.filter(Exists(AspectMention.objects.filter(review=OuterRef("pk"), **mention)))
