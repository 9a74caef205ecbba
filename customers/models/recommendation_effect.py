"""What was really shown to customers, and what that did to their orders."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models.base import RecordQuerySet
from customers.models.customer import Customer
from customers.models.product import Product
from customers.models.recommendation import Recommendation


class Arm(models.TextChoices):
    """Which list a customer gets: the model's, or as a comparison what sells in the shop."""

    MODEL = "model", _("recommended by the model")
    HOLDOUT = "holdout", _("comparison group: what sells")


class RecommendationShown(models.Model):
    """A product that was shown to a customer on a day, in a list of recommendations.

    Written when a list is served to a shop's own systems, or when they tell that they
    showed it; never when staff look at a page. `propensity` is the probability with which
    the customer came into `arm`, as the settings were then; `rank` the place in the first
    list of the day.
    """

    customer = models.ForeignKey(
        Customer, models.CASCADE, related_name="shown", verbose_name=_("customer")
    )
    product = models.ForeignKey(
        Product, models.CASCADE, related_name="shown", verbose_name=_("product")
    )
    rank = models.PositiveSmallIntegerField(_("rank"))
    arm = models.CharField(_("group"), max_length=8, choices=Arm.choices)
    propensity = models.FloatField(_("probability of the group"))
    method = models.CharField(
        _("method"), max_length=12, choices=Recommendation.Method.choices, blank=True
    )
    model_version = models.CharField(_("model version"), max_length=64, blank=True)
    shown_at = models.DateTimeField(_("shown at"), default=timezone.now)
    shown_on = models.DateField(_("shown on"))

    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("shown recommendation")
        verbose_name_plural = _("shown recommendations")
        ordering = ["-shown_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "product", "shown_on"], name="recommendationshown_once_a_day"
            ),
        ]
        indexes = [
            # each customer's first showing, and the admin's list
            models.Index(fields=["customer", "shown_at"], name="shown_by_customer"),
            models.Index(fields=["-shown_at", "-id"], name="shown_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.customer} ← {self.product}"


class RecommendationLift(models.Model):
    """The effect of the model's lists on orders, measured on one day against the holdout.

    Counted are customers whose first list was served at least `outcome_days` before; the
    outcome is what they ordered in the `outcome_days` after it. `orders_effect` is the mean
    number of orders more (or less) per customer than with what sells, `revenue_effect` the
    same in `currency`; `_low` and `_high` bound the 95 % intervals; all null while a group
    has too few customers. `orders_needed` is about how many more orders must come in before a
    difference of `detectable` (a share of the holdout's orders) could be told; 0 when enough.
    """

    measured_at = models.DateTimeField(_("measured at"), default=timezone.now)
    outcome_days = models.PositiveSmallIntegerField(_("days counted after a list"))
    detectable = models.FloatField(_("difference worth telling"))
    customers = models.PositiveIntegerField(_("customers with the model's list"))
    holdout_customers = models.PositiveIntegerField(_("customers of the comparison group"))
    orders = models.PositiveIntegerField(_("orders of both groups"))
    model_mean = models.FloatField(_("orders per customer"), null=True)
    holdout_mean = models.FloatField(_("orders per customer of the comparison group"), null=True)
    orders_effect = models.FloatField(_("more orders per customer"), null=True)
    orders_low = models.FloatField(_("at least"), null=True)
    orders_high = models.FloatField(_("at most"), null=True)
    naive_effect = models.FloatField(_("plain difference"), null=True)
    naive_low = models.FloatField(_("plain difference, at least"), null=True)
    naive_high = models.FloatField(_("plain difference, at most"), null=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    revenue_effect = models.FloatField(_("more revenue per customer"), null=True)
    revenue_low = models.FloatField(_("revenue, at least"), null=True)
    revenue_high = models.FloatField(_("revenue, at most"), null=True)
    orders_needed = models.PositiveBigIntegerField(_("more orders needed"), null=True)

    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("lift of recommendations")
        verbose_name_plural = _("lifts of recommendations")
        ordering = ["-measured_at", "-id"]
        indexes = [models.Index(fields=["-measured_at", "-id"], name="lift_by_measured")]

    def __str__(self) -> str:
        return f"{self.measured_at:%Y-%m-%d}"

    @property
    def is_significant(self) -> bool:
        """Whether the interval of the orders lies on one side of zero."""
        if self.orders_low is None or self.orders_high is None:
            return False
        return self.orders_low > 0 or self.orders_high < 0

    @property
    def share(self) -> float | None:
        """The effect as a share of what the comparison group orders; None without orders."""
        if self.orders_effect is None or not self.holdout_mean:
            return None
        return self.orders_effect / self.holdout_mean
