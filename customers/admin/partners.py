"""Keys of partner systems; they are made and revoked on their own pages."""

from __future__ import annotations

from django.contrib import admin

from customers.admin.base import ReadOnlyAdmin
from customers.models import ApiKey


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnlyAdmin):
    """Which keys there are; what would help to guess one is not shown."""

    list_display = (
        *("prefix", "name", "owner", "source", "requests_per_minute", "created_at"),
        *("last_used_at", "expires_at", "revoked_at"),
    )
    list_select_related = ("owner",)
    search_fields = ("name", "prefix", "owner__username")
    ordering = ("-created_at", "-id")
    sortable_by = ()
    exclude = ("digest",)
    export_columns = (
        *("prefix", "name", "owner__username", "source", "scopes", "requests_per_minute"),
        *("created_at", "last_used_at", "expires_at", "revoked_at"),
    )
