"""What machines know and said, to be looked at and never to be changed."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from customers.admin import results
from customers.admin.base import ReadOnlyAdmin
from customers.admin.search import IndexedSearch
from customers.models import Analysable
from intelligence.models import Prediction, ProductVector

SHORT = 12  # so many characters tell one sha256 from another


class KindFilter(admin.SimpleListFilter):
    """The ledger of one kind of rows."""

    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """The records that models read."""
        return _kinds()

    def queryset(self, request: HttpRequest, queryset: models.QuerySet) -> models.QuerySet:
        """The lines of the chosen kind."""
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(Prediction)
class PredictionAdmin(ReadOnlyAdmin):
    """The ledger: what was said about which row, by which model, of which input."""

    list_display = ("id", "kind", "row", "task", "said", "model_version", "created_at")
    list_filter = (KindFilter, "model_version__task")
    list_select_related = ("model_version",)
    deferred = ("model_version__card",)
    search_fields = ("object_id",)
    search_help_text = _("The number of a row, or a kind and a number: review 42.")
    ordering = ("-id",)
    sortable_by = ()
    fields = ("kind", "row", "task", "model_version", "input_sha256", "reading", "created_at")
    readonly_fields = ("row", "reading")
    export_columns = (
        *("id", "kind", "object_id", "task", "model_version__sha256"),
        *("input_sha256", "output", "created_at"),
    )

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet, search_term: str
    ) -> tuple[models.QuerySet, bool]:
        """The lines of a row, by the index over kind and row."""
        *kind, number = search_term.lower().split() or [""]
        if not number:
            return queryset, False
        if not (number.isdecimal() and len(number) <= 18 and len(kind) <= 1):
            return queryset.none(), False
        kinds = kind or [name for name, _label in _kinds()]
        return queryset.filter(kind__in=kinds, object_id=int(number)), False

    @admin.display(description=_("row"))
    def row(self, line: Prediction) -> str:
        """The row, with the way to it."""
        try:
            address = reverse(f"admin:customers_{line.kind}_change", args=[line.object_id])
        except NoReverseMatch:
            return str(line.object_id)
        return format_html('<a href="{}">{}</a>', address, line.object_id)

    @admin.display(description=_("said"))
    def said(self, line: Prediction) -> str:
        """The label, or that the model was not sure."""
        return str(_("not sure")) if line.output.get("abstained") else line.output.get("label", "")

    @admin.display(description=_("output"))
    def reading(self, line: Prediction) -> str:
        """What was said, as on the row itself."""
        return results.prediction(line.output)


@admin.register(ProductVector)
class ProductVectorAdmin(IndexedSearch, ReadOnlyAdmin):
    """Which products have vectors, and of which models; the numbers are for machines."""

    list_display = ("product", "version", "recommender")
    list_select_related = ("product", "recommender")
    deferred = (
        *("embedding", "target", "context", "recommender__card"),
        *("product__search", "product__description"),
    )
    search_fields = ("product__search",)
    search_help_text = _("Beginnings of words of the product.")
    ordering = ("-product_id",)
    sortable_by = ()
    fields = ("product", "embedding_version", "dimensions", "recommender")
    readonly_fields = ("dimensions",)
    export_columns = ("product_id", "product__name", "embedding_version", "recommender__sha256")

    @admin.display(description=_("read by"))
    def version(self, vector: ProductVector) -> str:
        """The beginning of the backbone's sha256."""
        return vector.embedding_version[:SHORT]

    @admin.display(description=_("dimensions"))
    def dimensions(self, vector: ProductVector) -> str:
        """How many numbers the text embedding has."""
        return str(len(vector.embedding))


def _kinds() -> list[tuple[str, Any]]:
    read = [model for model in apps.get_models() if issubclass(model, Analysable)]
    return [(str(model._meta.model_name), model._meta.verbose_name) for model in read]
