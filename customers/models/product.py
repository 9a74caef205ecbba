"""Products of the catalogue."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import connection, models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from customers.models.analysable import Analysable, AnalysableQuerySet, pending_index
from customers.models.base import ExternalRecord, unique_in_source
from customers.models.custom_field import CustomValues
from customers.models.knowledge_source import KnowledgeQuerySet, KnowledgeSource
from customers.models.search import SearchedText, matching_prefixes

# Rows are locked in the order of their keys, so that two writers never deadlock.
PRODUCT_STANDING_SQL = """
WITH locked AS (
    SELECT id FROM customers_product WHERE id = ANY(%(pks)s) ORDER BY id FOR NO KEY UPDATE
)
UPDATE customers_product p SET
    review_count = said.n, rating_average = said.stars, sentiment_score = said.score
FROM locked JOIN LATERAL (
    SELECT count(*) AS n, avg(rating) AS stars, avg(effective_score) AS score
    FROM customers_review WHERE product_id = locked.id
) said ON true
WHERE p.id = locked.id
"""


class ProductQuerySet(KnowledgeQuerySet, AnalysableQuerySet):  # type: ignore[override]
    """Many products at once."""

    def matching(self, words: str) -> ProductQuerySet:
        """Products whose name, SKU, brand or category has words beginning so."""
        return matching_prefixes(self, words)

    def refresh_standing(self) -> None:
        """Recompute the review columns of these products, in one statement."""
        pks = list(self.order_by().values_list("pk", flat=True))
        with connection.cursor() as cursor:
            cursor.execute(PRODUCT_STANDING_SQL, {"pks": pks})

    def on_sale(self) -> ProductQuerySet:
        """Active products that are in stock, or whose stock is not counted."""
        return self.filter(Q(stock__isnull=True) | Q(stock__gt=0), is_active=True)


class Product(CustomValues, KnowledgeSource, ExternalRecord, Analysable):
    """Something the shop sells. `stock` counts units; null means it is not counted.

    The review columns are kept current when reviews are analysed.
    """

    ANALYSED_FIELDS = ("name", "description", "category", "brand")
    KNOWLEDGE_FIELDS = frozenset({*ANALYSED_FIELDS, "is_active"})

    sku = models.CharField(_("SKU"), max_length=60, blank=True)
    name = models.CharField(_("name"), max_length=300)
    description = models.TextField(_("description"), blank=True)
    category = models.CharField(_("category"), max_length=120, blank=True)
    brand = models.CharField(_("brand"), max_length=120, blank=True)
    price = models.DecimalField(_("price"), max_digits=14, decimal_places=4, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    stock = models.IntegerField(_("stock"), null=True, blank=True)
    is_active = models.BooleanField(_("active"), default=True)

    review_count = models.PositiveIntegerField(_("reviews"), default=0, editable=False)
    rating_average = models.FloatField(_("average rating"), null=True, editable=False)
    sentiment_score = models.FloatField(_("review sentiment"), null=True, editable=False)

    search = models.GeneratedField(
        expression=SearchVector(
            SearchedText("name"),
            "sku",
            SearchedText("brand"),
            SearchedText("category"),
            "external_id",
            config="simple",
        ),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = ProductQuerySet.as_manager()

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        constraints = [
            unique_in_source("product_unique_in_source"),
            models.CheckConstraint(
                condition=Q(price__isnull=True) | Q(price__gte=0), name="product_price_not_negative"
            ),
        ]
        indexes = [
            GinIndex(fields=["custom"], name="product_custom", opclasses=["jsonb_path_ops"]),
            pending_index("product_pending"),
            GinIndex(fields=["search"], name="product_search"),
            # the product list and its filters
            models.Index(fields=["name", "id"], name="product_by_name"),
            # products that a complaint names
            models.Index(Lower("name"), name="product_by_spoken_name"),
            models.Index(Lower("sku"), name="product_by_spoken_sku"),
            models.Index(fields=["-created_at", "-id"], name="product_by_created"),
            models.Index(fields=["category", "name"], name="product_by_category"),
            models.Index(fields=["brand", "name"], name="product_by_brand"),
            models.Index(fields=["sentiment_score", "id"], name="product_by_sentiment"),
            models.Index(fields=["-review_count", "-id"], name="product_by_reviews"),
        ]

    def __str__(self) -> str:
        return self.name
