"""What all admin pages over records share."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db import models
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from customers.admin.actions import analyse_again, export_csv
from customers.admin.results import SENTIMENTS, prediction, state_shown
from customers.models import Analysable, RecordQuerySet
from customers.paging import PAGE_ROWS, CappedPaginator
from customers.templatetags.records import signed

EXTERNAL = ("source", "external_id")
ANALYSIS_COLUMNS = ("requested_at", "analysed_at", "attempts", "analysis_error")
ANALYSIS = ("analysis_state", *ANALYSIS_COLUMNS)
FELT_DECISION = ("sentiment_decision", "sentiment_set_by", "sentiment_set_at")
FELT_COLUMNS = (
    *("language", "sentiment", "sentiment_score", "sentiment_probability"),
    *("sentiment_decision", "sentiment_set_by__username", "sentiment_set_at"),
)
FELT = ("language", "sentiment", "feeling", "reading", *FELT_DECISION)


class RecordAdmin(admin.ModelAdmin):
    """Lists that stay quick over a million rows, and forms that write what was changed.

    `export_columns` are the paths that "Export CSV" writes; `deferred` are wide columns
    that no page shows.
    """

    paginator = CappedPaginator
    list_per_page = PAGE_ROWS
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    actions: Any = (export_csv,)
    export_columns: ClassVar[tuple[str, ...]] = ()
    deferred: ClassVar[tuple[str, ...]] = ()

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        """The rows that this user may see."""
        rows = super().get_queryset(request)
        if isinstance(rows, RecordQuerySet):
            rows = rows.visible_to(request.user)
        return rows.defer(*self.deferred)

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        """Save a new row whole, and of a present one the columns that were changed.

        Whatever a worker stored while the form was open stays.
        """
        columns = _changed_columns(obj, form)
        if not change:
            obj.save()
        elif columns:
            obj.save(update_fields=columns)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """As Django's; rows that machines alone write go with the row they are about."""
        shown, counts, refused, protected = super().get_deleted_objects(objs, request)
        return shown, counts, refused - _machine_written(self.admin_site), protected


class AnalysableAdmin(RecordAdmin):
    """Records that models read."""

    actions = (analyse_again, export_csv)

    def read_rows(self, rows: Any) -> Any:
        """The rows that "Analyse again" makes pending: these themselves."""
        return rows

    @admin.display(description=_("analysis"))
    def analysis_state(self, row: Analysable) -> str:
        """Whether the row waits, was read, or was set aside."""
        return state_shown(row)


class FeltAdmin(AnalysableAdmin):
    """Records whose text was read for its sentiment."""

    @admin.display(description=_("score"))
    def feeling(self, row: Any) -> str:
        """The sentiment score, from -1 to 1."""
        return signed(row.sentiment_score)

    @admin.display(description=_("sentiment detail"))
    def reading(self, row: Any) -> str:
        """Why the model says so."""
        return prediction(row.sentiment_detail, SENTIMENTS)


class DecisionAdmin(RecordAdmin):
    """Records on which staff decide what a model also has an opinion about."""

    decision: ClassVar[str]

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        """Save; a decision also records who took it and when."""
        super().save_model(request, obj, form, change)
        if self.decision in form.changed_data:
            decide = getattr(obj, f"set_{self.decision}")
            decide(getattr(obj, self.decision), by=request.user)


class ReadOnlyAdmin(RecordAdmin):
    """Rows that only machines write."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds one by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody changes one by hand."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes one by hand."""
        return False


def _changed_columns(row: models.Model, form: ModelForm) -> list[str]:
    known = {field.name for field in row._meta.concrete_fields}
    changed = known.intersection(form.changed_data)
    return sorted(changed | ({"updated_at"} & known)) if changed else []


def _machine_written(site: admin.AdminSite) -> set[str]:
    return {
        str(model._meta.verbose_name)
        for model, pages in site._registry.items()
        if isinstance(pages, ReadOnlyAdmin)
    }
