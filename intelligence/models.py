"""What only the machine needs: the ledger of predictions, vectors."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from pgvector.django import VectorField

from customers.models import ModelVersion, Product


class Prediction(models.Model):
    """The append-only ledger: one line for each result that was stored on a record.

    `input_sha256` is of what the model read, so that a prediction can be replayed and a
    text that changed since is told apart.
    """

    kind = models.CharField(_("kind"), max_length=20)
    object_id = models.BigIntegerField(_("row"))
    task = models.CharField(_("task"), max_length=40)
    model_version = models.ForeignKey(
        ModelVersion, models.PROTECT, related_name="predictions", verbose_name=_("model version")
    )
    input_sha256 = models.CharField(_("input sha256"), max_length=64)
    output = models.JSONField(_("output"))
    created_at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("prediction")
        verbose_name_plural = _("predictions")
        indexes = [models.Index(fields=["kind", "object_id", "-id"], name="prediction_by_row")]

    def __str__(self) -> str:
        return f"{self.task} of {self.kind} {self.object_id}"


class ProductVector(models.Model):
    """What the machines know of a product.

    `embedding` is the backbone's reading of the product's text, of unit length. `target`
    and `context` are the vectors of the recommender that was fitted last (q_i with b_i as
    its last entry, and c_j); null for products that are newer than it. Their dimensions
    are those of the models that made them. `bias` is b_i once more, for lists of what sells.
    An index over `target` is made by each fit: `intelligence.recommending.index`.
    """

    product = models.OneToOneField(
        Product, models.CASCADE, primary_key=True, related_name="vector", verbose_name=_("product")
    )
    embedding = VectorField(_("text embedding"))
    embedding_version = models.CharField(max_length=64, verbose_name=_("embedding version"))
    target = VectorField(_("target factors"), null=True)
    context = VectorField(_("context factors"), null=True)
    bias = models.FloatField(_("popularity"), null=True)
    recommender = models.ForeignKey(
        ModelVersion,
        models.SET_NULL,
        null=True,
        related_name="product_vectors",
        verbose_name=_("recommender"),
    )

    class Meta:
        verbose_name = _("product vector")
        verbose_name_plural = _("product vectors")
        # what sells best, of the fit in service
        indexes = [models.Index(fields=["recommender", "-bias"], name="productvector_by_bias")]

    def __str__(self) -> str:
        return str(self.product)
