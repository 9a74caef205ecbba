"""Mailboxes and mail; they are set and retried on their own pages."""

from __future__ import annotations

from django.contrib import admin

from customers.admin.base import ReadOnlyAdmin
from customers.models import InboundMail, Mailbox, OutboundMail


@admin.register(Mailbox)
class MailboxAdmin(ReadOnlyAdmin):
    """Which mailboxes there are, and how they do."""

    list_display = (
        *("address", "name", "team", "is_active", "last_checked_at", "last_sent_at"),
        "sending_stopped_at",
    )
    list_select_related = ("team",)
    ordering = ("address",)
    sortable_by = ()
    export_columns = (
        *("address", "name", "team__name", "is_active", "imap_host", "smtp_host"),
        *("last_checked_at", "last_error", "last_sent_at", "sending_error"),
        *("sending_stopped_at", "stop_reason"),
    )


@admin.register(InboundMail)
class InboundMailAdmin(ReadOnlyAdmin):
    """Mail that came."""

    list_display = ("received_at", "sender", "subject", "status", "kind", "mailbox", "size_bytes")
    list_filter = ("status",)
    list_select_related = ("mailbox",)
    ordering = ("-received_at", "-id")
    sortable_by = ()
    export_columns = (
        *("received_at", "mailbox__address", "sender", "subject", "mail_id", "status", "kind"),
        *("error", "sha256", "size_bytes", "message__ticket_id"),
    )


@admin.register(OutboundMail)
class OutboundMailAdmin(ReadOnlyAdmin):
    """Mail that goes out."""

    list_display = ("queued_at", "to_address", "subject", "status", "mailbox", "sent_at")
    list_filter = ("status",)
    list_select_related = ("mailbox",)
    ordering = ("-queued_at", "-id")
    sortable_by = ()
    export_columns = (
        *("queued_at", "mailbox__address", "to_address", "subject", "mail_id", "status"),
        *("attempts", "error", "sent_at", "message__ticket_id", "rating__ticket_id"),
    )
