"""Weekly digests; the sums of days are no records, and have no pages."""

from __future__ import annotations

from django.contrib import admin

from customers.admin.base import ReadOnlyAdmin
from customers.models import WeeklyDigest


@admin.register(WeeklyDigest)
class WeeklyDigestAdmin(ReadOnlyAdmin):
    """What was told of each week; it is read on its own page."""

    list_display = ("week_on", "made_at")
    ordering = ("-week_on",)
    sortable_by = ()
    export_columns = ("week_on", "made_at", "statements")
