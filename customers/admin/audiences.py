"""Audiences: customers chosen by rules."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.forms import ModelForm
from django.http import HttpRequest

from customers.admin.base import RecordAdmin
from customers.audiences.reading import checked
from customers.audiences.tree import BadRules
from customers.models import Audience


class AudienceAdminForm(ModelForm):
    """Rules are checked as everywhere; each problem is told with its place."""

    def clean_rules(self) -> Any:
        """The rules as they are stored."""
        try:
            return checked(self.cleaned_data["rules"], of=self.instance.pk)
        except BadRules as error:
            told = [f"{one.pointer or '/'}: {one.detail}" for one in error.problems]
            raise ValidationError(told) from error


@admin.register(Audience)
class AudienceAdmin(RecordAdmin):
    """Audiences; the builder on screen is kinder."""

    form = AudienceAdminForm
    list_display = ("name", "description", "is_archived", "created_by", "updated_at")
    list_filter = ("is_archived",)
    list_select_related = ("created_by",)
    search_fields = ("name",)
    ordering = ("name", "id")
    sortable_by = ()
    fields = (
        "name",
        "description",
        "rules",
        "is_archived",
        "created_by",
        *("created_at", "updated_at"),
    )
    readonly_fields = ("created_by", "created_at", "updated_at")
    export_columns = (
        *("name", "description", "rules", "is_archived"),
        *("created_by__username", "created_at", "updated_at"),
    )

    def view_on_site(self, audience: Audience) -> str:
        """The page of it."""
        return audience.get_absolute_url()

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        """Save; a new one is by whoever adds it."""
        if not change:
            obj.created_by = request.user
        super().save_model(request, obj, form, change)
