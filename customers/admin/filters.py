"""What the lists can be narrowed by, beside their own columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import get_fields_from_path
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from customers.feelings import FEELING_RANGES, FEELINGS
from customers.indexed_values import indexed_values
from customers.models import Message


class AnalysisStateFilter(admin.SimpleListFilter):
    """Rows that wait to be read, were read, or were set aside after repeated failure."""

    title = _("analysis")
    parameter_name = "analysis"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Each is the name of a method of `AnalysableQuerySet`."""
        return [("pending", _("pending")), ("analysed", _("analysed")), ("failed", _("set aside"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """The rows in the chosen state."""
        state = self.value()
        return getattr(queryset, state)() if state else queryset

    def value(self) -> str | None:
        """The chosen state; None when there is none of that name."""
        chosen = super().value()
        return chosen if chosen in dict(self.lookup_choices) else None


class MessagesStateFilter(AnalysisStateFilter):
    """Tickets by the state of their messages: any that waits, any that was set aside."""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Each is the name of a method of `AnalysableQuerySet`."""
        return [("pending", _("pending")), ("failed", _("set aside"))]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet) -> models.QuerySet:
        """The tickets with a message in the chosen state."""
        state = self.value()
        if not state:
            return queryset
        messages = getattr(Message.objects, state)()
        return queryset.filter(pk__in=messages.values("ticket"))


class FeelingFilter(admin.SimpleListFilter):
    """Negative, neutral or positive, by an indexed mean score."""

    title = _("sentiment")
    parameter_name = "feeling"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """The three feelings."""
        return FEELINGS

    def queryset(self, request: HttpRequest, queryset: models.QuerySet) -> models.QuerySet:
        """The rows of the chosen feeling."""
        chosen = FEELING_RANGES.get(self.value() or "")
        return queryset if chosen is None else queryset.filter(chosen)


class IndexedValuesFilter(admin.FieldListFilter):
    """The values of a text column that leads an index, a limited number of them."""

    def __init__(
        self, field: Any, request: Any, params: Any, model: Any, model_admin: Any, field_path: str
    ) -> None:
        self.parameter = f"{field_path}__exact"
        super().__init__(field, request, params, model, model_admin, field_path)
        chosen: Any = self.used_parameters.get(self.parameter) or [None]
        self.chosen = chosen[-1]
        column = get_fields_from_path(model, field_path)[-1]
        self.values = indexed_values(column.model, column.name)

    def expected_parameters(self) -> list[str | None]:
        """The one parameter that narrows."""
        return [self.parameter]

    def has_output(self) -> bool:
        """Whether there is a choice to make."""
        return len(self.values) > 1

    def choices(self, changelist: Any) -> Iterator[Any]:
        """All, and then each value."""
        for value in [None, *self.values]:
            query = changelist.get_query_string(
                {} if value is None else {self.parameter: value}, [self.parameter]
            )
            yield {
                "selected": self.chosen == value,
                "query_string": query,
                "display": _("All") if value is None else value,
            }
