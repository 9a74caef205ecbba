"""Topics, and the alarms that rules raised."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from customers.admin.base import ReadOnlyAdmin
from customers.alarms import wording
from customers.models import Alarm, Topic
from customers.templatetags.records import percent


@admin.register(Topic)
class TopicAdmin(ReadOnlyAdmin):
    """What tickets and reviews are about; names are given on the topic's own page."""

    list_display = ("called", "kind", "language", "size", "alike", "is_active", "found_at")
    list_filter = ("kind", "is_active", "language")
    list_select_related = ("merged_into",)
    ordering = ("-id",)
    sortable_by = ()
    fields = (
        *("kind", "language", "name", "suggested_name", "said", "size", "alike"),
        *("first_seen_at", "found_at", "is_active", "merged_into", "name_set_by", "name_set_at"),
    )
    readonly_fields = ("said", "alike")
    export_columns = (
        *("kind", "language", "name", "suggested_name", "words", "size", "coherence"),
        *("first_seen_at", "found_at", "is_active", "merged_into_id"),
    )

    @admin.display(description=_("topic"))
    def called(self, topic: Topic) -> str:
        """What staff call it, else the machine."""
        return str(topic)

    @admin.display(description=_("words"))
    def said(self, topic: Topic) -> str:
        """The words that tell it from other topics."""
        return ", ".join(topic.terms)

    @admin.display(description=_("coherence"))
    def alike(self, topic: Topic) -> str:
        """How alike its texts are."""
        return percent(topic.coherence)


@admin.register(Alarm)
class AlarmAdmin(ReadOnlyAdmin):
    """Alarms of all times; staff dismiss them on their own page."""

    list_display = ("told", "kind", "severity", "raised_at", "ended_at", "dismissed_at")
    list_filter = ("kind", "severity")
    ordering = ("-raised_at", "-id")
    sortable_by = ()
    fields = (
        *("told", "explained", "kind", "severity", "key", "subject_name", "evidence"),
        *("product", "customer", "topic", "rows_of", "row_pks", "raised_at", "last_seen_at"),
        *("ended_at", "dismissed_at", "dismissed_by", "dismiss_reason"),
    )
    readonly_fields = ("told", "explained")
    export_columns = (
        *("kind", "severity", "subject_name", "evidence", "rows_of", "row_pks"),
        *("raised_at", "last_seen_at", "ended_at", "dismissed_at", "dismissed_by__username"),
        "dismiss_reason",
    )

    @admin.display(description=_("alarm"))
    def told(self, alarm: Alarm) -> str:
        """What happened, in one line."""
        return wording.title(alarm)

    @admin.display(description=_("explanation"))
    def explained(self, alarm: Alarm) -> str:
        """The figures that tell it."""
        return wording.explanation(alarm)
