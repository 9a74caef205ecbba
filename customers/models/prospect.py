"""Who to tell about a product: the customers whom the recommender expects to like it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models.base import Reached, RecordQuerySet
from customers.models.customer import Customer
from customers.models.order import Order, OrderLine
from customers.models.product import Product
from customers.models.review import FEW_STARS, NEGATIVE, Review
from customers.models.ticket import Ticket
from customers.models.user import User
from customers.signals import job_requested, send_after_commit


class ProspectSearchQuerySet(RecordQuerySet):
    """Many searches at once."""

    def pending(self) -> Self:
        """The queue: searches that no worker has finished."""
        return self.filter(status=ProspectSearch.Status.PENDING)

    def ask(self, product: Product, *, by: User | None) -> Any:
        """Have the prospects of a product searched anew; one that is waiting is not doubled."""
        asked = {
            "status": ProspectSearch.Status.PENDING,
            "requested_by": by,
            "created_at": timezone.now(),
            "error": "",
        }
        search: Any
        search, _made = self.update_or_create(product=product, defaults=asked)
        send_after_commit(job_requested, sender=self.model, pk=search.pk)
        return search


class ProspectSearch(models.Model):
    """A search for the customers to tell about a product, which a worker carries out.

    Considered are customers who agreed to marketing (`Customer.marketing_consent`), have
    bought something, and neither bought the product nor complained about it or its kind.
    The counts say how many were left out, each for the first reason that holds.
    """

    class Status(models.TextChoices):
        PENDING = "pending", _("waiting for a worker")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    product = models.OneToOneField(
        Product, models.CASCADE, related_name="prospect_search", verbose_name=_("product")
    )
    status = models.CharField(
        _("status"), max_length=8, choices=Status.choices, default=Status.PENDING
    )
    considered = models.PositiveIntegerField(_("customers considered"), default=0)
    without_consent = models.PositiveIntegerField(_("without consent"), default=0)
    bought_it = models.PositiveIntegerField(_("bought it"), default=0)
    complained = models.PositiveIntegerField(_("complained"), default=0)
    model_version = models.CharField(_("model version"), max_length=64, blank=True)
    error = models.TextField(_("error"), blank=True)
    requested_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", verbose_name=_("requested by")
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished at"), null=True)

    objects = ProspectSearchQuerySet.as_manager()

    class Meta:
        verbose_name = _("search for prospects")
        verbose_name_plural = _("searches for prospects")
        ordering: ClassVar = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="prospectsearch_by_created"),
            models.Index(fields=["status", "created_at"], name="prospectsearch_by_status"),
        ]

    def __str__(self) -> str:
        return str(self.product)

    @property
    def is_finished(self) -> bool:
        """Whether a worker is done with it."""
        return self.status != self.Status.PENDING


class ProspectQuerySet(RecordQuerySet):
    """Many prospects at once."""

    def to_tell(self) -> Self:
        """Those who may still be told: consent given, not bought since, no complaint since.

        A search is as old as it is; these three are asked of the records of now.
        """
        lines = OrderLine.objects.filter(
            order__customer=OuterRef("customer"), product=OuterRef("product")
        ).exclude(order__status=Order.Status.CANCELLED)
        bought = lines.filter(order__kind=Order.Kind.SALE, order__placed_at__lte=timezone.now())
        returned = lines.filter(order__kind=Order.Kind.RETURN)
        reviews = Review.objects.filter(customer=OuterRef("customer"), product=OuterRef("product"))
        disliked = reviews.filter(
            models.Q(rating__lte=FEW_STARS) | models.Q(effective_sentiment__in=NEGATIVE)
        )
        tickets = Ticket.objects.complaints().filter(
            customer=OuterRef("customer"), order__lines__product=OuterRef("product")
        )
        if settings.RECOMMENDATION_BUY_AGAIN_DAYS:
            since = timezone.now() - timedelta(days=settings.RECOMMENDATION_BUY_AGAIN_DAYS)
            bought = bought.filter(order__placed_at__gte=since)
        against = (bought, returned, disliked, tickets)
        rows = self.filter(customer__marketing_consent=True)
        for reason in against:
            rows = rows.filter(~Exists(reason))
        return rows


class Prospect(models.Model):
    """A customer to tell about a product; rank 1 is the likeliest. `score` is r_ui."""

    REACHED: ClassVar = Reached(customers=("customer",))

    SOURCE_PATH: ClassVar = "customer__source"

    product = models.ForeignKey(
        Product, models.CASCADE, related_name="prospects", verbose_name=_("product")
    )
    customer = models.ForeignKey(
        Customer, models.CASCADE, related_name="+", verbose_name=_("customer")
    )
    rank = models.PositiveIntegerField(_("rank"))
    score = models.FloatField(_("score"))
    because_of = models.ForeignKey(
        Product,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("because of"),
    )

    objects: Any = ProspectQuerySet.as_manager()

    class Meta:
        verbose_name = _("prospect")
        verbose_name_plural = _("prospects")
        ordering: ClassVar = ["product", "rank"]
        constraints = [
            models.UniqueConstraint(fields=["product", "rank"], name="prospect_rank"),
        ]

    def __str__(self) -> str:
        return f"{self.product} → {self.customer}"
