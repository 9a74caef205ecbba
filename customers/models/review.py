"""Reviews of products."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any, ClassVar, Self

from django.db import models, transaction
from django.db.models import Q
from django.db.models.signals import post_delete
from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models.analysable import Analysable, AnalysableQuerySet, pending_index
from customers.models.base import ExternalRecord, Reached, unique_in_source
from customers.models.customer import Customer, sentiment_followed
from customers.models.product import Product
from customers.models.sentiment import Sentiment, SentimentRead
from customers.models.topic import Topic

FEW_STARS = 2  # so many at most are a complaint about the product
NEGATIVE = (Sentiment.VERY_NEGATIVE, Sentiment.NEGATIVE)


class Review(ExternalRecord, Analysable, SentimentRead):
    """What a customer wrote about a product, with 1 to 5 stars when they gave any.

    The sentiment is read from title and body alone, never from the stars.
    """

    REACHED: ClassVar = Reached(customers=("customer",), strays=True)

    ANALYSED_FIELDS = ("title", "body")

    product = models.ForeignKey(
        Product, models.CASCADE, related_name="reviews", verbose_name=_("product")
    )
    customer = models.ForeignKey(
        Customer,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="reviews",
        verbose_name=_("customer"),
    )
    rating = models.PositiveSmallIntegerField(_("stars"), null=True, blank=True)
    title = models.CharField(_("title"), max_length=300, blank=True)
    body = models.TextField(_("text"), blank=True)
    written_at = models.DateTimeField(_("written at"), default=timezone.now)

    topic = models.ForeignKey(
        Topic,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="reviews",
        verbose_name=_("topic"),
        db_index=False,
    )

    objects = AnalysableQuerySet.as_manager()

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        constraints = [
            unique_in_source("review_unique_in_source"),
            models.CheckConstraint(
                condition=Q(rating__isnull=True) | Q(rating__range=(1, 5)),
                name="review_rating_1_to_5",
            ),
        ]
        indexes = [
            pending_index("review_pending"),
            # reviews of a product, of a customer, and all of them
            models.Index(fields=["product", "-written_at"], name="review_by_product"),
            models.Index(fields=["customer", "-written_at"], name="review_by_customer"),
            models.Index(fields=["-written_at", "-id"], name="review_by_written"),
            models.Index(fields=["-created_at", "-id"], name="review_by_created"),
            # the review list narrowed to how they sound or to stars
            models.Index(fields=["effective_sentiment", "-written_at"], name="review_by_sentiment"),
            models.Index(fields=["rating", "-written_at"], name="review_by_rating"),
            # the list narrowed to a topic, and how many of each topic a period has
            models.Index(fields=["topic", "-written_at"], name="review_by_topic"),
            models.Index(
                fields=["written_at"], include=["topic", "effective_score"], name="review_of_period"
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.body[:80]

    @classmethod
    def from_db(cls, db: str | None, field_names: Any, values: Any, **options: Any) -> Self:
        """As Django's; remembers whose review it is, of what, and with how many stars."""
        review = super().from_db(db, field_names, values, **options)
        review._as_loaded = review._complaint_columns()
        return review

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; the customer follows, to whom nothing is recommended that they disliked."""
        before, after = getattr(self, "_as_loaded", (None, None, None)), self._complaint_columns()
        with transaction.atomic():
            super().save(*args, **kwargs)
            if before != after:
                self._have_read({before[0], after[0]})
        self._as_loaded = after

    @classmethod
    def undoing(cls, pks: Sequence[int]) -> AbstractContextManager[None]:
        """For a change of these reviews: how their customers sound follows it."""
        return sentiment_followed(cls.objects.filter(pk__in=pks))

    @property
    def is_complaint(self) -> bool:
        """Whether the customer disliked the product, by the stars or by what was read."""
        few = self.rating is not None and self.rating <= FEW_STARS
        return few or self.__dict__.get("effective_sentiment") in NEGATIVE

    def _complaint_columns(self) -> tuple[Any, Any, Any]:
        columns = self.__dict__
        return columns.get("customer_id"), columns.get("product_id"), columns.get("rating")

    def _have_read(self, customers: set[int | None]) -> None:
        known = {pk for pk in customers if pk is not None}
        Customer.objects.filter(pk__in=known).request_analysis()

    @property
    def read_text(self) -> str:
        """What models read of it: title and body, a line each."""
        return "\n".join(part for part in (self.title, self.body) if part.strip())

    @property
    def body_offset(self) -> int:
        """How many characters the models read before the body: the title and a line end."""
        return len(self.title) + 1 if self.title.strip() else 0

    def sentiment_changed(self) -> None:
        """The product's standing and the customer's mean follow."""
        Product.objects.filter(pk=self.product_id).refresh_standing()
        Customer.objects.refresh_sentiment([self.customer_id])
        self._have_read({self.customer_id})


@receiver(post_delete, sender=Review)
def end_dislike(instance: Review, **_: Any) -> None:
    """A review that is deleted keeps its product from nobody any more."""
    if instance.is_complaint:
        instance._have_read({instance.customer_id})
