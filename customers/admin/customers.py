"""Customers."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import admin
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from customers.admin.base import (
    ANALYSIS,
    ANALYSIS_COLUMNS,
    EXTERNAL,
    AnalysableAdmin,
    DecisionAdmin,
)
from customers.admin.filters import AnalysisStateFilter, FeelingFilter, IndexedValuesFilter
from customers.admin.results import prediction
from customers.admin.search import IndexedSearch
from customers.models import Customer, Segment
from customers.templatetags.records import money, percent, signed

SUMS = (
    "order_count",
    "return_count",
    "spent_total",
    "average_order_value",
    "currency",
    "first_order_at",
    "last_order_at",
)
MEASURES = (
    *("return_rate", "typical_gap_days"),
    *("rfm_class", "recency_score", "frequency_score", "monetary_score"),
    *("alive_probability", "alive_probability_low", "alive_probability_high"),
    *("expected_orders", "expected_orders_low", "expected_orders_high", "likely_orders"),
    *("expected_value", "expected_value_low", "expected_value_high"),
    *("expected_next_order_at", "value_model_version", "value_reason", "valued_at"),
)
DECIDED = ("segment_set_by", "segment_set_at", "segment_set_automatically")
SUMS_SHOWN = ("order_count", "return_count", "spent", "average", "first_order_at", "last_order_at")
OPINION = ("suggested_segment", "segment_reading", "feeling")


@admin.register(Customer)
class CustomerAdmin(IndexedSearch, DecisionAdmin, AnalysableAdmin):
    """Customers: what they bought in sum, and the segment that staff or a model gave them."""

    decision = "segment"
    list_display = (
        "__str__",
        "email",
        "order_count",
        "spent",
        "last_order_on",
        "rfm_class",
        "alive",
        "value_ahead",
        "segment",
        "suggestion",
        "feeling",
        "analysis_state",
    )
    list_filter = (
        AnalysisStateFilter,
        "segment",
        "suggested_segment",
        "rfm_class",
        FeelingFilter,
        ("country", IndexedValuesFilter),
        "last_order_at",
    )
    list_select_related = ("segment", "suggested_segment")
    deferred = ("search",)
    search_fields = ("search",)
    search_help_text = _("Beginnings of words of name, e-mail, phone, company or external id.")
    ordering = ("-created_at", "-id")
    sortable_by = ("spent", "last_order_on", "alive", "value_ahead", "feeling")
    readonly_fields = (
        *SUMS_SHOWN,
        *MEASURES,
        *DECIDED,
        *OPINION,
        "recommended",
        *ANALYSIS,
        "created_at",
        "updated_at",
    )
    fieldsets = (
        (None, {"fields": ("name", "company", "email", "phone", "language", "country", "city")}),
        (_("Notes"), {"fields": ("tags", "notes", "marketing_consent")}),
        (_("Segment, decided by staff"), {"fields": ("segment", *DECIDED)}),
        (_("Read by models"), {"fields": (*OPINION, "recommended")}),
        (_("Orders in sum"), {"fields": SUMS_SHOWN}),
        (_("Value and habits"), {"fields": MEASURES, "classes": ("collapse",)}),
        (_("Analysis"), {"fields": ANALYSIS, "classes": ("collapse",)}),
        (_("Origin"), {"fields": (*EXTERNAL, "created_at", "updated_at")}),
    )
    export_columns = (
        *EXTERNAL,
        *("name", "email", "phone", "company", "language", "country", "city", "tags", "notes"),
        "marketing_consent",
        *SUMS,
        *MEASURES,
        *("segment_id", "segment_set_by__username", "segment_set_at"),
        *("suggested_segment_id", "segment_probability", "sentiment_score"),
        *ANALYSIS_COLUMNS,
    )

    def view_on_site(self, customer: Customer) -> str:
        """The customer's page."""
        return reverse("customer", args=[customer.pk])

    @admin.display(description=_("spent"), ordering="spent_total")
    def spent(self, customer: Customer) -> str:
        """What they spent, in their currency."""
        return money(customer.spent_total, customer.currency)

    @admin.display(description=_("average order value"))
    def average(self, customer: Customer) -> str:
        """What an order of theirs is worth, in their currency."""
        return money(customer.average_order_value, customer.currency)

    @admin.display(description=_("last order"), ordering="last_order_at")
    def last_order_on(self, customer: Customer) -> dt.date | None:
        """The day of their last order."""
        at = customer.last_order_at
        return timezone.localdate(at) if at else None

    @admin.display(description=_("still a customer"), ordering="alive_probability")
    def alive(self, customer: Customer) -> str:
        """The chance that they buy again."""
        return percent(customer.alive_probability)

    @admin.display(description=_("next 90 days"), ordering="expected_value")
    def value_ahead(self, customer: Customer) -> str:
        """What their orders are expected to bring in, in their currency."""
        return money(customer.expected_value, customer.currency)

    @admin.display(description=_("suggested segment"))
    def suggestion(self, customer: Customer) -> str:
        """The model's opinion and how sure it is."""
        suggested = customer.suggested_segment
        return f"{suggested} {percent(customer.segment_probability)}" if suggested else ""

    @admin.display(description=_("sentiment"), ordering="sentiment_score")
    def feeling(self, customer: Customer) -> str:
        """The mean score of their latest texts."""
        return signed(customer.sentiment_score)

    @admin.display(description=_("segment detail"))
    def segment_reading(self, customer: Customer) -> str:
        """Why the model says so."""
        return prediction(customer.segment_detail, names=_segment_names())

    @admin.display(description=_("recommendations"))
    def recommended(self, customer: Customer) -> str:
        """The way to the recommended products."""
        address = reverse("admin:customers_recommendation_changelist")
        query = f"?customer__id__exact={customer.pk}"
        return format_html('<a href="{}{}">{}</a>', address, query, _("Recommended products"))


def _segment_names() -> dict[str, Any]:
    return {segment.slug: str(segment) for segment in Segment.objects.all()}
