"""Reviews of products."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models.analysable import Analysable, AnalysableQuerySet, pending_index
from customers.models.base import ExternalRecord, unique_in_source
from customers.models.customer import Customer
from customers.models.product import Product
from customers.models.sentiment import SentimentRead
from customers.models.topic import Topic


class Review(ExternalRecord, Analysable, SentimentRead):
    """What a customer wrote about a product, with 1 to 5 stars when they gave any.

    The sentiment is read from title and body alone, never from the stars.
    """

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
