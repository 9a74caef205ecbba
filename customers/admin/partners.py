"""Keys of partner systems; they are made and revoked on their own pages."""

from __future__ import annotations

from django.contrib import admin

from customers.admin.base import ReadOnlyAdmin
from customers.models import ApiKey, Proposal


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


@admin.register(Proposal)
class ProposalAdmin(ReadOnlyAdmin):
    """What agents proposed, and who decided; that is done on the page of proposals."""

    list_display = (
        *("id", "kind", "status", "key", "owner", "ticket", "customer"),
        *("created_at", "expires_at", "decided_by", "decided_at"),
    )
    list_filter = ("status", "kind")
    list_select_related = ("key", "owner", "ticket", "customer", "decided_by")
    search_fields = ("=id", "key__name", "owner__username")
    ordering = ("-created_at", "-id")
    sortable_by = ()
    exclude = ("fingerprint",)
    export_columns = (
        *("id", "kind", "status", "key__prefix", "owner__username", "ticket_id", "customer_id"),
        *("order_id", "created_at", "expires_at", "decided_by__username", "decided_at"),
    )
