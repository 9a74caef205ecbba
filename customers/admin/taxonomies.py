"""The names that tickets and customers are given."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest

from customers.admin.base import ReadOnlyAdmin, RecordAdmin
from customers.models import Aspect, AspectMention, Intent, Segment


@admin.register(Intent, Segment)
class TaxonAdmin(RecordAdmin):
    """Intents and segments: renamed, described, added, and retired by `is_active`."""

    list_display = ("name", "slug", "description", "position", "is_active")
    list_editable = ("position", "is_active")
    list_filter = ("is_active",)
    search_fields: ClassVar[tuple[str, ...]] = ("slug", "name", "description")
    ordering = ("position", "slug")
    fields: ClassVar[tuple[str, ...]] = ("slug", "name", "description", "position", "is_active")
    export_columns: ClassVar[tuple[str, ...]] = (
        "slug",
        "name",
        "description",
        "position",
        "is_active",
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The slug of a name that stands: rows, models and partners know it by that."""
        return ("slug",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """None is deleted, for tickets and customers carry them; retire it instead."""
        return False


@admin.register(Aspect)
class AspectAdmin(TaxonAdmin):
    """Aspects also have keywords, which find their mentions."""

    search_fields = (*TaxonAdmin.search_fields, "keywords")
    fields = ("slug", "name", "description", "keywords", "position", "is_active")
    export_columns = (*TaxonAdmin.export_columns, "keywords")


@admin.register(AspectMention)
class AspectMentionAdmin(ReadOnlyAdmin):
    """Where reviews and messages speak of aspects; every reading of the text replaces them."""

    list_display = ("aspect", "polarity", "probability", "score", "review", "message")
    list_filter = ("polarity", "aspect")
    list_select_related = ("aspect", "review", "message")
    deferred = ("review__sentiment_detail", "message__sentiment_detail")
    ordering = ("-id",)
    sortable_by = ()
    export_columns = (
        *("aspect_id", "polarity", "probability", "score", "review_id", "message_id"),
        *("start", "end", "sentence_start", "sentence_end", "model_version"),
    )
