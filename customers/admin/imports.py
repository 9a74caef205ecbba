"""Runs of the importer."""

from __future__ import annotations

from django.contrib import admin
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from customers.admin.base import ReadOnlyAdmin
from customers.models import Import, ImportMapping, RefusedRow

COUNTS = ("rows_total", "read", "created", "updated", "unchanged", "rejected")


@admin.register(Import)
class ImportAdmin(ReadOnlyAdmin):
    """What was taken in, and how it ended. Files are handed in on the screen of imports."""

    list_display = ("file_name", "format", "source", "status", *COUNTS[1:], "created_at")
    list_filter = ("status", "format", "source")
    list_select_related = ("created_by",)
    search_fields = ("file_name", "source")
    date_hierarchy = "created_at"
    ordering = ("-created_at", "-id")
    sortable_by = ("created_at",)
    fieldsets = (
        (None, {"fields": ("format", "source", "file_name", "status", "error")}),
        (_("Rows"), {"fields": COUNTS}),
        (_("When"), {"fields": ("created_by", "created_at", "started_at", "finished_at")}),
    )
    export_columns = (
        *("format", "source", "file_name", "status", *COUNTS, "error"),
        *("created_by__username", "created_at", "started_at", "finished_at"),
    )

    def view_on_site(self, run: Import) -> str:
        """The import's page, with the rows that were refused."""
        return reverse("import", args=[run.pk])


@admin.register(RefusedRow)
class RefusedRowAdmin(ReadOnlyAdmin):
    """Rows that could not be taken in."""

    list_display = ("shop_import", "number", "column", "reason")
    list_select_related = ("shop_import",)
    ordering = ("-pk",)
    sortable_by = ()
    export_columns = ("shop_import__file_name", "number", "column", "reason", "cells")


@admin.register(ImportMapping)
class ImportMappingAdmin(ReadOnlyAdmin):
    """Mappings of columns that are kept for the next file."""

    list_display = ("name", "format", "updated_at")
    list_filter = ("format",)
    search_fields = ("name",)
    export_columns = ("name", "format", "mapping", "updated_at")
