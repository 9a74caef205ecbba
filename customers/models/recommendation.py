"""Products recommended to a customer, with the reason."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models.signals import pre_delete
from django.dispatch import receiver
from django.utils.translation import gettext_lazy as _

from customers.models.base import Reached, RecordQuerySet
from customers.models.customer import Customer
from customers.models.product import Product


class Recommendation(models.Model):
    """One product for one customer; rank 1 is the best.

    `score` is the model's r_ui = b_ui + q_i·p_u and `base_score` its b_ui. `reasons`
    lists what contributed: past purchases (`product` pk, `name`, `weight`), popularity, and
    the purchase that the product is most like (`similar`, with the `cosine` of the two).
    `method` names where the list comes from: the customer's own purchases, else what is
    recommended most to others of the segment, else what sells in the shop. Customers of the
    comparison group get what sells, whatever they bought (`customers.holdout`).
    """

    REACHED: ClassVar = Reached(customers=("customer",))

    SOURCE_PATH: ClassVar = "customer__source"

    class Method(models.TextChoices):
        PURCHASES = "purchases", _("from past purchases")
        SEGMENT = "segment", _("recommended to others of the segment")
        CATEGORY = "category", _("popular in the category")
        POPULARITY = "popularity", _("popular in the shop")

    customer = models.ForeignKey(
        Customer, models.CASCADE, related_name="recommendations", verbose_name=_("customer")
    )
    product = models.ForeignKey(
        Product, models.CASCADE, related_name="recommendations", verbose_name=_("product")
    )
    rank = models.PositiveSmallIntegerField(_("rank"))
    score = models.FloatField(_("score"))
    base_score = models.FloatField(_("base score"), default=0.0)
    method = models.CharField(_("method"), max_length=12, choices=Method.choices)
    reasons = models.JSONField(_("reasons"), default=list)
    model_version = models.CharField(_("model version"), max_length=64, blank=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("recommendation")
        verbose_name_plural = _("recommendations")
        ordering = ["customer", "rank"]
        constraints = [
            models.UniqueConstraint(fields=["customer", "product"], name="recommendation_once"),
            models.UniqueConstraint(fields=["customer", "rank"], name="recommendation_rank"),
        ]

    def __str__(self) -> str:
        return f"{self.customer} ← {self.product}"


@receiver(pre_delete, sender=Product)
def fill_the_gaps(instance: Product, **_: Any) -> None:
    """Whoever a product that is deleted was recommended to gets another one for it."""
    Customer.objects.filter(recommendations__product=instance).request_analysis()


class SimilarProduct(models.Model):
    """One of the products most like another; rank 1 is the most alike.

    `score` is the cosine of the two products in the space that recommendations are made
    in: what is bought by the same customers, and what reads alike.
    """

    product = models.ForeignKey(
        Product, models.CASCADE, related_name="similar", verbose_name=_("product")
    )
    similar = models.ForeignKey(
        Product, models.CASCADE, related_name="+", verbose_name=_("similar product")
    )
    rank = models.PositiveSmallIntegerField(_("rank"))
    score = models.FloatField(_("score"))

    class Meta:
        verbose_name = _("similar product")
        verbose_name_plural = _("similar products")
        ordering = ["product", "rank"]
        constraints = [
            models.UniqueConstraint(fields=["product", "rank"], name="similarproduct_rank")
        ]

    def __str__(self) -> str:
        return f"{self.product} ~ {self.similar}"
