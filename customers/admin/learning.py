"""Models that read the records: versions, corrections to learn from, trainings, promotions."""

from __future__ import annotations

from django.contrib import admin
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from customers.admin import results
from customers.admin.base import ReadOnlyAdmin
from customers.models import Correction, ModelVersion, Promotion, Training
from customers.models.correction import ROWS


@admin.register(ModelVersion)
class ModelVersionAdmin(ReadOnlyAdmin):
    """Every set of weights that made predictions, with its card."""

    list_display = ("task", "called", "version", "source", "is_serving", "created_at")
    list_filter = ("task", "source", "is_serving")
    search_fields = ("task", "sha256__startswith")
    ordering = ("-id",)
    sortable_by = ()
    fields = ("task", "sha256", "source", "is_serving", "base", "created_at", "card_entries")
    readonly_fields = ("card_entries",)
    export_columns = ("task", "name", "sha256", "source", "is_serving", "card", "created_at")

    def view_on_site(self, version: ModelVersion) -> str:
        """The page with its figures and plots."""
        return reverse("model", args=[version.pk])

    @admin.display(description=_("model"))
    def called(self, version: ModelVersion) -> str:
        """The name on its card."""
        return version.card.get("name", "")

    @admin.display(description=_("version"))
    def version(self, version: ModelVersion) -> str:
        """The beginning of its sha256."""
        return version.short

    @admin.display(description=_("card"))
    def card_entries(self, version: ModelVersion) -> str:
        """What the model is, what it was trained on and how well it did."""
        return results.card(version.card)


@admin.register(Correction)
class CorrectionAdmin(ReadOnlyAdmin):
    """What staff said is right, beside what a model had said; written with the decision."""

    list_display = ("task", "row", "label", "said_label", "said_probability", "by", "said_at")
    list_filter = ("task", "said_at")
    list_select_related = (*ROWS, "by")
    deferred = ("ticket__search", "customer__search", "ticket__intent_detail")
    search_fields = ("=label",)
    ordering = ("-said_at", "-id")
    sortable_by = ()
    export_columns = (
        *("task", "ticket_id", "message_id", "review_id", "customer_id", "label"),
        *("said_label", "said_probability", "model_version", "by__username", "said_at"),
    )


@admin.register(Training)
class TrainingAdmin(ReadOnlyAdmin):
    """Trainings from corrections; they are asked for on the page of models."""

    list_display = ("task", "status", "rows_used", "rows_held_out", "requested_by", "created_at")
    list_filter = ("task", "status")
    list_select_related = ("requested_by",)
    ordering = ("-created_at", "-id")
    sortable_by = ()
    export_columns = (
        *("task", "status", "rows_used", "rows_held_out", "before", "after", "verdict", "error"),
        *("requested_by__username", "created_at", "started_at", "finished_at"),
    )

    def view_on_site(self, training: Training) -> str:
        """The page with figures before and after."""
        return reverse("training", args=[training.pk])


@admin.register(Promotion)
class PromotionAdmin(ReadOnlyAdmin):
    """Which version served since when, and who asked for it."""

    list_display = ("model", "status", "replaced", "rows_asked", "requested_by", "created_at")
    list_filter = ("model__task", "status")
    list_select_related = ("model", "replaced", "requested_by")
    deferred = ("model__card", "replaced__card")
    ordering = ("-created_at", "-id")
    sortable_by = ()
    export_columns = (
        *("model__task", "model__sha256", "replaced__sha256", "status", "rows_asked", "error"),
        *("requested_by__username", "created_at", "finished_at"),
    )
