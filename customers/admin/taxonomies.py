"""The names that tickets and customers are given."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from customers.admin.base import RecordAdmin
from customers.models import Intent, Segment


@admin.register(Intent, Segment)
class TaxonAdmin(RecordAdmin):
    """Intents and segments: renamed, described, added, and retired by `is_active`."""

    list_display = ("name", "slug", "description", "position", "is_active")
    list_editable = ("position", "is_active")
    list_filter = ("is_active",)
    search_fields = ("slug", "name", "description")
    ordering = ("position", "slug")
    fields = ("slug", "name", "description", "position", "is_active")
    export_columns = ("slug", "name", "description", "position", "is_active")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The slug of a name that stands: rows, models and partners know it by that."""
        return ("slug",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """None is deleted, for tickets and customers carry them; retire it instead."""
        return False
