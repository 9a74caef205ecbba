"""Questions with their answers, and the passages that answers are read from."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from customers.admin.base import ReadOnlyAdmin
from customers.models import Passage, Question


@admin.register(Question)
class QuestionAdmin(ReadOnlyAdmin):
    """Everything that was asked; staff look it over on the pages of questions."""

    list_display = ("__str__", "status", "kind", "channel", "probability", "created_at")
    list_filter = ("status", "kind", "channel", "feedback", "verdict")
    ordering = ("-created_at", "-id")
    sortable_by = ()
    fields = (
        *("text", "language", "channel", "by_staff", "customer", "user", "ticket", "status"),
        *("kind", "answer", "probability", "evidence", "closest", "detail", "error"),
        *("created_at", "answered_at", "latency_ms", "feedback", "feedback_reason", "verdict"),
        *("correct_answer", "correct_article", "reviewed_by", "reviewed_at", "handed_over_to"),
    )
    export_columns = (
        *("text", "language", "channel", "status", "kind", "answer", "probability"),
        *("created_at", "answered_at", "latency_ms", "feedback", "verdict"),
    )


@admin.register(Passage)
class PassageAdmin(ReadOnlyAdmin):
    """What articles, products and solved tickets were cut into."""

    list_display = ("__str__", "source_kind", "language", "visibility", "analysed_at")
    list_filter = ("language", "visibility")
    ordering = ("-id",)
    sortable_by = ()
    fields = (
        *("article", "product", "ticket", "position", "heading", "body", "language"),
        *("visibility", "expires_on", "requested_at", "analysed_at", "attempts"),
        "analysis_error",
    )
    export_columns = (
        *("article_id", "product_id", "ticket_id", "position", "heading", "body", "language"),
        *("visibility", "expires_on"),
    )

    @admin.display(description=_("source"))
    def source_kind(self, passage: Passage) -> str:
        """What kind of record it was cut out of."""
        if passage.article_id:
            return str(_("article"))
        return str(_("product") if passage.product_id else _("ticket"))
