"""Privacy: consents, erasures and what keeps the erased away; set and done on their own pages."""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from customers.admin.base import ReadOnlyAdmin, RecordAdmin
from customers.models import (
    AccessExport,
    Consent,
    ErasureRequest,
    LegalHold,
    PrivacySettings,
    RetentionRule,
    RetentionRun,
    Tombstone,
)
from customers.privacy.detecting import KINDS


@admin.register(Consent)
class ConsentAdmin(ReadOnlyAdmin):
    """What customers allowed and refused, with the proof."""

    list_display = ("customer", "purpose", "channel", "is_allowed", "method", "given_at", "by")
    list_filter = ("purpose", "channel", "is_allowed", "method")
    list_select_related = ("customer", "by")
    date_hierarchy = "given_at"


@admin.register(ErasureRequest)
class ErasureRequestAdmin(ReadOnlyAdmin):
    """Erasures, with their receipts."""

    list_display = ("number", "reason", "status", "requested_by", "created_at", "finished_at")
    list_filter = ("status", "reason")
    list_select_related = ("requested_by",)
    exclude = ("row_keys",)


@admin.register(Tombstone)
class TombstoneAdmin(ReadOnlyAdmin):
    """Keyed hashes of what erased people were known by."""

    list_display = ("digest", "kind", "erasure", "erased_at", "lifted_at", "lifted_by")
    list_filter = ("kind",)
    list_select_related = ("lifted_by",)


@admin.register(LegalHold)
class LegalHoldAdmin(ReadOnlyAdmin):
    """Who is under a legal hold, and why."""

    list_display = ("customer", "reason", "set_by", "set_at")
    list_select_related = ("customer", "set_by")


@admin.register(AccessExport)
class AccessExportAdmin(ReadOnlyAdmin):
    """Who had what is known of whom written down, and how often it was fetched."""

    list_display = (
        *("customer", "status", "created_by", "created_at", "expires_at", "download_count"),
    )
    list_filter = ("status",)
    list_select_related = ("customer", "created_by")


@admin.register(RetentionRule)
class RetentionRuleAdmin(RecordAdmin):
    """For how many days what is kept."""

    list_display = ("kept", "days")


@admin.register(RetentionRun)
class RetentionRunAdmin(ReadOnlyAdmin):
    """What aged out, and when."""

    list_display = ("until_at", "is_dry", "finished_at")
    list_filter = ("is_dry",)
    exclude = ("row_keys",)


class PrivacySettingsForm(forms.ModelForm):
    """Kinds of personal data are chosen from those that are known."""

    detected_kinds = forms.MultipleChoiceField(
        label=_("Personal data looked for in texts"),
        choices=KINDS.items(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: what is usual."),
    )


@admin.register(PrivacySettings)
class PrivacySettingsAdmin(RecordAdmin):
    """What the shop decided about personal data; one row."""

    list_display = ("accounting_years", "retrain_days")
    form = PrivacySettingsForm

    def has_add_permission(self, request: HttpRequest) -> bool:
        """One row is all there is."""
        return super().has_add_permission(request) and not PrivacySettings.objects.exists()
