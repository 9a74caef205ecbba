"""Articles of the help centre."""

from django.contrib import admin
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from customers.admin.base import EXTERNAL, RecordAdmin
from customers.models import Article


@admin.register(Article)
class ArticleAdmin(RecordAdmin):
    """Help articles; a few hundred at most, so their text may be searched as it stands."""

    list_display = ("title", "category", "language", "status", "expires_on", "updated_at")
    list_filter = ("status", "language", "category", "expires_on")
    search_fields = ("title", "category", "body")
    ordering = ("category", "title")
    readonly_fields = ("created_at", "updated_at")
    fieldsets = (
        (None, {"fields": ("title", "body", "category", "language")}),
        (_("State"), {"fields": ("status", "expires_on")}),
        (_("Origin"), {"fields": (*EXTERNAL, "created_at", "updated_at")}),
    )
    export_columns = (
        *EXTERNAL,
        *("title", "body", "category", "language", "status", "expires_on", "updated_at"),
    )

    def view_on_site(self, article: Article) -> str:
        """The article's page."""
        return reverse("article", args=[article.pk])
