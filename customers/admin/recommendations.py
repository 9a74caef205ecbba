"""What the recommender wrote: products for customers, and products like others."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from customers.admin import results
from customers.admin.base import ReadOnlyAdmin
from customers.admin.search import IndexedSearch
from customers.models import Recommendation, SimilarProduct
from customers.templatetags.records import signed


@admin.register(Recommendation)
class RecommendationAdmin(IndexedSearch, ReadOnlyAdmin):
    """Products for customers, each with what spoke for it."""

    list_display = ("customer", "rank", "product", "scored", "method", "created_at")
    list_filter = ("method",)
    list_select_related = ("customer", "product")
    deferred = ("customer__search", "product__search", "product__description")
    search_fields = ("customer__search", "product__search")
    search_help_text = _("Beginnings of words of the customer, or of the product.")
    ordering = ("customer_id", "rank")
    sortable_by = ()
    fields = (
        *("customer", "product", "rank", "score", "base_score", "method"),
        *("reasons_given", "model_version", "created_at"),
    )
    readonly_fields = ("reasons_given",)
    export_columns = (
        *("customer_id", "customer__external_id", "customer__email"),
        *("product_id", "product__external_id", "product__name"),
        *("rank", "score", "base_score", "method", "model_version", "created_at"),
    )

    @admin.display(description=_("score"))
    def scored(self, recommendation: Recommendation) -> str:
        """The model's r_ui."""
        return signed(recommendation.score)

    @admin.display(description=_("reasons"))
    def reasons_given(self, recommendation: Recommendation) -> str:
        """Past purchases or popularity, by weight."""
        return results.reasons(recommendation.reasons)


@admin.register(SimilarProduct)
class SimilarProductAdmin(IndexedSearch, ReadOnlyAdmin):
    """The products most like another."""

    list_display = ("product", "rank", "similar", "scored")
    list_select_related = ("product", "similar")
    deferred = (
        *("product__search", "product__description"),
        *("similar__search", "similar__description"),
    )
    search_fields = ("product__search",)
    search_help_text = _("Beginnings of words of the product.")
    ordering = ("product_id", "rank")
    sortable_by = ()
    export_columns = (
        *("product_id", "product__external_id", "product__name"),
        *("similar_id", "similar__external_id", "similar__name", "rank", "score"),
    )

    @admin.display(description=_("score"))
    def scored(self, pair: SimilarProduct) -> str:
        """The cosine of the two."""
        return signed(pair.score)
