"""Products."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from customers.admin.base import ANALYSIS, ANALYSIS_COLUMNS, EXTERNAL, AnalysableAdmin
from customers.admin.filters import AnalysisStateFilter, FeelingFilter, IndexedValuesFilter
from customers.admin.search import IndexedSearch
from customers.models import Product
from customers.templatetags.records import money, signed

STANDING = ("review_count", "rating_average", "sentiment_score")


@admin.register(Product)
class ProductAdmin(IndexedSearch, AnalysableAdmin):
    """Products, with what their reviews say in sum."""

    list_display = (
        "name",
        "sku",
        "category",
        "priced",
        "stock",
        "is_active",
        "review_count",
        "feeling",
        "analysis_state",
    )
    list_filter = (
        AnalysisStateFilter,
        "is_active",
        FeelingFilter,
        ("category", IndexedValuesFilter),
    )
    deferred = ("search",)
    search_fields = ("search",)
    search_help_text = _("Beginnings of words of name, SKU, brand, category or external id.")
    ordering = ("name", "id")
    sortable_by = ("name", "category", "review_count", "feeling")
    readonly_fields = (*STANDING, *ANALYSIS, "created_at", "updated_at")
    fieldsets = (
        (None, {"fields": ("name", "sku", "description", "category", "brand")}),
        (_("Sale"), {"fields": ("price", "currency", "stock", "is_active")}),
        (_("Reviews in sum"), {"fields": STANDING}),
        (_("Analysis"), {"fields": ANALYSIS, "classes": ("collapse",)}),
        (_("Origin"), {"fields": (*EXTERNAL, "created_at", "updated_at")}),
    )
    export_columns = (
        *EXTERNAL,
        *("name", "sku", "description", "category", "brand"),
        *("price", "currency", "stock", "is_active"),
        *STANDING,
        *ANALYSIS_COLUMNS,
    )

    def view_on_site(self, product: Product) -> str:
        """The product's page."""
        return reverse("product", args=[product.pk])

    def has_delete_permission(self, request: HttpRequest, obj: Product | None = None) -> bool:
        """A product that was ordered stays, for its orders name it; it can be made inactive."""
        if obj and obj.order_lines.exists():
            return False
        return super().has_delete_permission(request, obj)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Without deleting in bulk: one would have to look through the orders of all."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    @admin.display(description=_("price"))
    def priced(self, product: Product) -> str:
        """The price in its currency."""
        return money(product.price, product.currency)

    @admin.display(description=_("review sentiment"), ordering="sentiment_score")
    def feeling(self, product: Product) -> str:
        """The mean score of its reviews."""
        return signed(product.sentiment_score)
