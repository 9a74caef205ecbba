"""Searches for duplicates and what they found."""

from __future__ import annotations

from django.contrib import admin

from customers.admin.base import ReadOnlyAdmin
from customers.models import DuplicatePair, DuplicateScan, MergedKey


@admin.register(DuplicateScan)
class DuplicateScanAdmin(ReadOnlyAdmin):
    """Searches of all customers."""

    list_display = ("created_at", "status", "rows_total", "pair_count", "found_count")
    list_filter = ("status",)
    export_columns = ("created_at", "status", "rows_total", "pair_count", "found_count", "error")


@admin.register(DuplicatePair)
class DuplicatePairAdmin(ReadOnlyAdmin):
    """Pairs of customers; they are decided on their own page."""

    list_display = ("first", "second", "score", "state", "decided_by", "decided_at")
    list_filter = ("state",)
    list_select_related = ("first", "second", "decided_by")
    export_columns = ("first_id", "second_id", "score", "state", "decided_at", "reasons")


@admin.register(MergedKey)
class MergedKeyAdmin(ReadOnlyAdmin):
    """The keys of merged customers."""

    list_display = ("source", "external_id", "customer")
    list_select_related = ("customer",)
    export_columns = ("source", "external_id", "customer_id")
