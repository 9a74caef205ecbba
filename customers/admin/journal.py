"""The journal; written by what staff and rules do, undone from its page."""

from __future__ import annotations

from django.contrib import admin

from customers.admin.base import ReadOnlyAdmin
from customers.models import JournalEntry


@admin.register(JournalEntry)
class JournalEntryAdmin(ReadOnlyAdmin):
    """Who did what to how many rows, and what was undone."""

    list_display = ("kind", "by", "note", "row_count", "happened_at", "undone_at", "left_count")
    list_filter = ("kind",)
    list_select_related = ("by",)
    date_hierarchy = "happened_at"
