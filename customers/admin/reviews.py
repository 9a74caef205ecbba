"""Reviews of products."""

from __future__ import annotations

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from customers.admin.base import (
    ANALYSIS,
    ANALYSIS_COLUMNS,
    EXTERNAL,
    FELT,
    FELT_COLUMNS,
    FeltAdmin,
)
from customers.admin.filters import AnalysisStateFilter
from customers.admin.search import IndexedSearch
from customers.models import Product, Review


@admin.register(Review)
class ReviewAdmin(IndexedSearch, FeltAdmin):
    """Reviews: the stars that customers gave beside the sentiment that a model felt."""

    list_display = (
        "__str__",
        "product",
        "customer",
        "rating",
        "written_at",
        "language",
        "sentiment",
        "feeling",
        "analysis_state",
    )
    list_filter = (AnalysisStateFilter, "rating", "sentiment", "written_at")
    list_select_related = ("product", "customer")
    deferred = ("product__search", "product__description", "customer__search")
    search_fields = ("product__search", "customer__search")
    search_help_text = _("Beginnings of words of the product, or of the customer.")
    ordering = ("-written_at", "-id")
    sortable_by = ("written_at",)
    autocomplete_fields = ("product", "customer")
    readonly_fields = (*FELT, *ANALYSIS, "created_at", "updated_at")
    fieldsets = (
        (None, {"fields": ("product", "customer", "rating", "title", "body", "written_at")}),
        (_("Read by models"), {"fields": FELT}),
        (_("Analysis"), {"fields": ANALYSIS, "classes": ("collapse",)}),
        (_("Origin"), {"fields": (*EXTERNAL, "created_at", "updated_at")}),
    )
    export_columns = (
        *EXTERNAL,
        *("product_id", "product__external_id", "product__name"),
        *("customer_id", "customer__external_id", "rating", "title", "body", "written_at"),
        *FELT_COLUMNS,
        *ANALYSIS_COLUMNS,
    )

    def view_on_site(self, review: Review) -> str:
        """The page of its product."""
        return reverse("product", args=[review.product_id])

    def delete_model(self, request: HttpRequest, obj: Review) -> None:
        """Delete; the product's sums follow."""
        super().delete_model(request, obj)
        Product.objects.filter(pk=obj.product_id).refresh_standing()

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet) -> None:
        """Delete; the sums of the products follow."""
        products = list(queryset.order_by().values_list("product", flat=True).distinct())
        super().delete_queryset(request, queryset)
        Product.objects.filter(pk__in=products).refresh_standing()
