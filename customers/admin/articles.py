"""Articles of the help centre with their versions, and macros."""

from typing import Any

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from customers.admin.base import EXTERNAL, ReadOnlyAdmin, RecordAdmin
from customers.help_forms import MacroForm
from customers.models import Article, ArticleVersion, Macro


@admin.register(Article)
class ArticleAdmin(RecordAdmin):
    """Help articles; a few hundred at most, so their text may be searched as it stands."""

    list_display = (
        *("title", "category", "language", "status", "visibility", "expires_on", "updated_at"),
    )
    list_filter = ("status", "visibility", "language", "category", "expires_on")
    search_fields = ("title", "category", "body")
    ordering = ("category", "title")
    readonly_fields = ("revision", "created_at", "updated_at")
    deferred = ("search", "searched_title", "searched_body")
    fieldsets = (
        (None, {"fields": ("title", "body", "category", "language", "slug")}),
        (_("State"), {"fields": ("status", "visibility", "expires_on", "revision")}),
        (_("Origin"), {"fields": (*EXTERNAL, "created_at", "updated_at")}),
    )
    export_columns = (
        *EXTERNAL,
        *("title", "body", "category", "language", "status", "visibility", "expires_on"),
        *("slug", "revision", "updated_at"),
    )

    def save_model(self, request: HttpRequest, obj: Article, form: ModelForm, change: bool) -> None:
        """As for all records; the version names who saved it."""
        columns = {*form.changed_data}
        if not change:
            obj.save(by=request.user)  # type: ignore[arg-type]
        elif columns:
            obj.save(by=request.user, update_fields=columns)  # type: ignore[arg-type]

    def view_on_site(self, article: Article) -> str:
        """The article's page."""
        return reverse("article", args=[article.pk])


@admin.register(ArticleVersion)
class ArticleVersionAdmin(ReadOnlyAdmin):
    """All versions that articles had."""

    list_display = ("title", "number", "status", "visibility", "by", "created_at")
    list_filter = ("status", "visibility", "language")
    list_select_related = ("by",)
    search_fields = ("title",)
    ordering = ("-created_at", "-id")
    export_columns = (
        *("article_id", "number", "title", "body", "category", "language", "status"),
        *("visibility", "expires_on", "by__username", "restored_from", "created_at"),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        """With their articles, for the page of a version."""
        rows = super().get_queryset(request).select_related("article")
        return rows.defer("article__search", "article__searched_body")


@admin.register(Macro)
class MacroAdmin(RecordAdmin):
    """Macros; unknown variables are refused as on their own screen."""

    form = MacroForm
    list_display = ("name", "category", "language", "team", "is_active", "use_count", "updated_at")
    list_select_related = ("team",)
    list_filter = ("is_active", "language", "category")
    search_fields = ("name", "body")
    ordering = ("category", "name")
    readonly_fields = ("use_count", "created_at", "updated_at")
    export_columns = ("name", "body", "language", "category", "is_active", "updated_at")
