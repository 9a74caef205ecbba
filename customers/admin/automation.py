"""Error budgets and the labels that were set by them; managers set budgets on their page."""

from __future__ import annotations

from django.contrib import admin

from customers.admin.base import ReadOnlyAdmin
from customers.models import AutomaticLabel, ErrorBudget


@admin.register(ErrorBudget)
class ErrorBudgetAdmin(ReadOnlyAdmin):
    """What was derived for each task."""

    list_display = ("task", "max_error", "is_on", "threshold", "share", "rows", "derived_at")
    list_select_related = ("set_by",)
    ordering = ("task",)
    sortable_by = ()
    exclude = ("curve",)
    export_columns = (
        *("task", "max_error", "is_on", "set_by__username", "set_at", "model_version"),
        *("threshold", "share", "expected_error", "error_bound", "rows", "own_rows", "derived_at"),
    )


@admin.register(AutomaticLabel)
class AutomaticLabelAdmin(ReadOnlyAdmin):
    """Each label that was set without a person."""

    list_display = (
        *("task", "ticket", "customer", "label", "probability", "outcome"),
        *("set_at", "settled_by"),
    )
    list_filter = ("task", "outcome")
    list_select_related = ("ticket", "customer", "settled_by")
    deferred = ("ticket__search", "ticket__intent_detail", "customer__search")
    ordering = ("-set_at", "-id")
    sortable_by = ()
    export_columns = (
        *("task", "ticket_id", "ticket__subject", "customer_id"),
        *("label", "probability", "threshold", "model_version"),
        *("set_at", "outcome", "settled_by__username", "settled_at"),
    )
