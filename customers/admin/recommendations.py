"""What the recommender wrote: products for customers, and products like others."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from customers.admin import results
from customers.admin.base import ReadOnlyAdmin
from customers.admin.search import IndexedSearch
from customers.models import (
    BoughtTogether,
    Prospect,
    ProspectSearch,
    Recommendation,
    RecommendationLift,
    RecommendationShown,
    SimilarProduct,
)
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


@admin.register(BoughtTogether)
class BoughtTogetherAdmin(IndexedSearch, ReadOnlyAdmin):
    """Products that are bought in the same orders."""

    list_display = ("product", "rank", "other", "orders", "lift", "lift_low", "confidence")
    list_select_related = ("product", "other")
    deferred = (
        *("product__search", "product__description"),
        *("other__search", "other__description"),
    )
    search_fields = ("product__search",)
    search_help_text = _("Beginnings of words of the product.")
    ordering = ("product_id", "rank")
    sortable_by = ()
    export_columns = (
        *("product_id", "product__external_id", "product__name"),
        *("other_id", "other__external_id", "other__name"),
        *("rank", "orders", "support", "confidence", "lift", "lift_low"),
    )


@admin.register(ProspectSearch)
class ProspectSearchAdmin(IndexedSearch, ReadOnlyAdmin):
    """Searches for the customers to tell about a product."""

    list_display = ("product", "status", "considered", "created_at", "finished_at")
    list_filter = ("status",)
    list_select_related = ("product",)
    deferred = ("product__search", "product__description")
    search_fields = ("product__search",)
    search_help_text = _("Beginnings of words of the product.")
    ordering = ("-created_at", "-id")
    sortable_by = ()
    export_columns = (
        *("product_id", "product__name", "status", "considered", "without_consent"),
        *("bought_it", "complained", "model_version", "error", "created_at", "finished_at"),
    )


@admin.register(Prospect)
class ProspectAdmin(IndexedSearch, ReadOnlyAdmin):
    """The customers to tell about a product, as the latest search found them."""

    list_display = ("product", "rank", "customer", "scored", "because_of")
    list_select_related = ("product", "customer", "because_of")
    deferred = (
        *("customer__search", "product__search", "product__description"),
        *("because_of__search", "because_of__description"),
    )
    search_fields = ("product__search",)
    search_help_text = _("Beginnings of words of the product.")
    ordering = ("product_id", "rank")
    sortable_by = ()
    export_columns = (
        *("product_id", "product__name", "rank"),
        *("customer_id", "customer__external_id", "customer__email", "score"),
    )

    @admin.display(description=_("score"))
    def scored(self, prospect: Prospect) -> str:
        """The model's r_ui."""
        return signed(prospect.score)


@admin.register(RecommendationShown)
class RecommendationShownAdmin(IndexedSearch, ReadOnlyAdmin):
    """What was really shown to customers, by which group."""

    list_display = ("customer", "product", "rank", "arm", "propensity", "shown_at")
    list_filter = ("arm", "method")
    list_select_related = ("customer", "product")
    deferred = ("customer__search", "product__search", "product__description")
    search_fields = ("customer__search",)
    search_help_text = _("Beginnings of words of the customer.")
    ordering = ("-shown_at", "-id")
    sortable_by = ()
    export_columns = (
        *("customer_id", "customer__external_id", "product_id", "product__external_id"),
        *("rank", "arm", "propensity", "method", "model_version", "shown_at"),
    )


@admin.register(RecommendationLift)
class RecommendationLiftAdmin(ReadOnlyAdmin):
    """What recommendations did to orders, day by day."""

    list_display = (
        *("measured_at", "customers", "holdout_customers", "orders_effect"),
        *("orders_low", "orders_high", "orders_needed"),
    )
    ordering = ("-measured_at", "-id")
    sortable_by = ()
    export_columns = (
        *("measured_at", "outcome_days", "customers", "holdout_customers", "orders"),
        *("model_mean", "holdout_mean", "orders_effect", "orders_low", "orders_high"),
        *("naive_effect", "naive_low", "naive_high", "currency"),
        *("revenue_effect", "revenue_low", "revenue_high", "orders_needed"),
    )
