"""Teams, and the files of messages."""

from __future__ import annotations

from django.contrib import admin

from customers.admin.base import ReadOnlyAdmin, RecordAdmin
from customers.models import Attachment, Team


@admin.register(Team)
class TeamAdmin(RecordAdmin):
    """Who shares which queue."""

    list_display = ("name",)
    search_fields = ("name",)
    filter_horizontal = ("members",)


@admin.register(Attachment)
class AttachmentAdmin(ReadOnlyAdmin):
    """Files as they came or went."""

    list_display = ("name", "content_type", "size_bytes", "created_at")
    list_select_related = ("message",)
