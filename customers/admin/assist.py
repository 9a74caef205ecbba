"""Drafts, summaries, and the log of assistance; all written by the screens and workers."""

from __future__ import annotations

from django.contrib import admin

from customers.admin.base import ReadOnlyAdmin
from customers.models import AssistEvent, Draft, Summary


@admin.register(Draft)
class DraftAdmin(ReadOnlyAdmin):
    """Suggested replies, and what became of each."""

    list_display = (
        *("ticket", "origin", "generator", "status", "score", "edit_distance", "asked_by"),
        "created_at",
    )
    list_filter = ("status", "origin", "language", "created_at")
    list_select_related = ("ticket", "asked_by")
    deferred = ("ticket__search", "ticket__intent_detail")
    ordering = ("-created_at", "-id")
    sortable_by = ()
    export_columns = (
        *("ticket_id", "rank", "origin", "generator", "status", "tone", "length", "language"),
        *("text", "sources", "score", "probability", "model_version", "error"),
        *("asked_by__username", "created_at", "offered_at", "inserted_at", "sent_at"),
        *("sent_message_id", "edit_distance"),
    )


@admin.register(AssistEvent)
class AssistEventAdmin(ReadOnlyAdmin):
    """Who had what suggested, took it over, sent it or took it back."""

    list_display = ("kind", "ticket", "customer", "by", "happened_at")
    list_filter = ("kind", "happened_at")
    list_select_related = ("ticket", "customer", "by")
    deferred = ("ticket__search", "ticket__intent_detail", "customer__search")
    ordering = ("-happened_at", "-id")
    sortable_by = ()
    export_columns = (
        *("kind", "ticket_id", "customer_id", "draft_id", "undoes_id", "by__username"),
        *("happened_at", "detail"),
    )


@admin.register(Summary)
class SummaryAdmin(ReadOnlyAdmin):
    """Summaries of tickets and customers."""

    list_display = ("ticket", "customer", "status", "generator", "asked_by", "made_at")
    list_filter = ("status",)
    list_select_related = ("ticket", "customer", "asked_by")
    deferred = ("ticket__search", "ticket__intent_detail", "customer__search")
    ordering = ("-created_at", "-id")
    sortable_by = ()
    export_columns = (
        *("ticket_id", "customer_id", "status", "items", "generator", "model_version", "error"),
        *("asked_by__username", "created_at", "made_at"),
    )
