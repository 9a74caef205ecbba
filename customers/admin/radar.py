"""What the radar found and read, and the drafts that were made of it."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from customers.admin.base import ReadOnlyAdmin
from customers.models import ArticleDraft, Finding, RadarText
from customers.radar import wording


@admin.register(Finding)
class FindingAdmin(ReadOnlyAdmin):
    """Findings of all times; staff dismiss them on their own page."""

    list_display = ("told", "kind", "severity", "status", "language", "found_at")
    list_filter = ("kind", "status", "severity")
    ordering = ("-found_at", "-id")
    sortable_by = ()
    fields = (
        *("told", "explained", "kind", "severity", "status", "language", "title", "sides"),
        *("sources", "fingerprint", "found_at", "last_seen_at", "resolved_at"),
        *("dismissed_at", "dismissed_by", "dismiss_reason"),
    )
    readonly_fields = ("told", "explained")
    export_columns = (
        *("kind", "severity", "status", "language", "title", "sources", "found_at"),
        *("last_seen_at", "resolved_at", "dismissed_at", "dismissed_by__username"),
        "dismiss_reason",
    )

    @admin.display(description=_("finding"))
    def told(self, finding: Finding) -> str:
        """What was found, in one line."""
        return wording.title(finding)

    @admin.display(description=_("explanation"))
    def explained(self, finding: Finding) -> str:
        """What to do about it."""
        return wording.explanation(finding)


@admin.register(ArticleDraft)
class ArticleDraftAdmin(ReadOnlyAdmin):
    """Drafts of articles, each with the tickets that its sentences come from."""

    list_display = ("article", "status", "tickets_read", "generator", "created_at", "finished_at")
    list_filter = ("status",)
    list_select_related = ("article", "finding")
    ordering = ("-created_at", "-id")
    sortable_by = ()
    fields = (
        *("finding", "status", "article", "sentences", "tickets_read", "generator", "error"),
        *("requested_by", "created_at", "finished_at"),
    )
    export_columns = (
        *("finding_id", "status", "article_id", "tickets_read", "generator", "error"),
        *("requested_by__username", "created_at", "finished_at"),
    )


@admin.register(RadarText)
class RadarTextAdmin(ReadOnlyAdmin):
    """Which state of each text the radar read last."""

    list_display = ("key", "sha256")
    ordering = ("key",)
    sortable_by = ()
    fields = ("key", "sha256")
    export_columns = ("key", "sha256")
