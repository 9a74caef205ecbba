"""The parts that filters of lists are made of."""

from __future__ import annotations

from datetime import date

import django_filters as filters
from django.db import models
from django.db.models import F
from django.forms import DateInput, HiddenInput
from django.utils.translation import gettext_lazy as _

from customers.feelings import FEELING_STEPS, FEELINGS
from customers.indexed_values import indexed_values
from customers.models import Alarm, Topic
from customers.periods import EARLIEST, LATEST, Period

OWN = "own"  # how an address names the source "", which means all where it is left out


class KeptInput(HiddenInput):
    """A value that a form keeps, and that the page tells elsewhere than among its filters."""


class SearchBox(filters.CharFilter):
    """Words beginning so, by the rows' own `matching`."""

    def __init__(self) -> None:
        super().__init__(method=self._search, label=_("Search"))
        self.field.widget.input_type = "search"

    @staticmethod
    def _search(rows: models.QuerySet, _name: str, words: str) -> models.QuerySet:
        return rows.matching(words)  # type: ignore[attr-defined]


class FeelingFilter(filters.ChoiceFilter):
    """Negative, neutral or positive, by the sentiment step of a row."""

    def __init__(self, column: str = "sentiment") -> None:
        super().__init__(choices=FEELINGS, label=_("Sentiment"), method=self._narrow)
        self.column = column

    def _narrow(self, rows: models.QuerySet, _name: str, feeling: str) -> models.QuerySet:
        return rows.filter(**{f"{self.column}__in": FEELING_STEPS[feeling]})


class Sorting(filters.OrderingFilter):
    """Sorts by one column and then by id; rows without a value come last.

    An index in the same order serves each choice, so it needs no sorting of all rows.
    """

    def filter(self, qs: models.QuerySet, value: list[str] | None) -> models.QuerySet:
        """The rows in the chosen order, else as they were."""
        if not value:
            return qs
        name = self.param_map[value[0].lstrip("-")]
        last = qs.model._meta.get_field(name).null or None
        if value[0].startswith("-"):
            return qs.order_by(F(name).desc(nulls_last=last), "-id")
        return qs.order_by(F(name).asc(nulls_last=last), "id")


class ValueFilter(filters.ChoiceFilter):
    """One of the values that an indexed text column has."""

    def __init__(self, model: type[models.Model], column: str, label: object) -> None:
        super().__init__(
            field_name=column,
            label=label,
            choices=lambda: [(value, value) for value in indexed_values(model, column)],
        )


class DayFilter(filters.DateFilter):
    """Rows since the beginning, or until the end, of a day of the current time zone."""

    def __init__(self, column: str, label: object, *, until: bool, hidden: bool = True) -> None:
        # browsers know this one format, whatever the language
        shown = DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(
            field_name=column,
            label=label,
            widget=HiddenInput() if hidden else shown,
            input_formats=["%Y-%m-%d"],
        )
        self.until = until

    def filter(self, qs: models.QuerySet, value: date | None) -> models.QuerySet:
        """The rows of these days."""
        if not value or not EARLIEST <= value <= LATEST:
            return qs
        day = Period(value, value)
        bound = {"lt": day.end} if self.until else {"gte": day.start}
        return qs.filter(**{f"{self.field_name}__{how}": at for how, at in bound.items()})


class SourceFilter(filters.CharFilter):
    """The records that came from one system; "own" are those that were made here."""

    def __init__(self) -> None:
        super().__init__(field_name="source", label=_("Source"), widget=HiddenInput)

    def filter(self, qs: models.QuerySet, value: str) -> models.QuerySet:
        """The rows of the source."""
        return super().filter(qs, value) if value != OWN else qs.filter(source="")


class AlarmFilter(filters.ModelChoiceFilter):
    """The very rows that an alarm named when it was last seen; none where they are of
    another list.
    """

    def __init__(self, rows_of: str) -> None:
        alarms = Alarm.objects.filter(rows_of=rows_of)
        super().__init__(queryset=alarms, label=_("Alarm"), widget=HiddenInput)

    def filter(self, qs: models.QuerySet, value: Alarm | None) -> models.QuerySet:
        """The rows of the alarm, else all."""
        return qs.filter(pk__in=value.row_pks) if value else qs


class TopicFilter(filters.ModelChoiceFilter):
    """Rows about one topic."""

    def __init__(self, kind: str) -> None:
        topics = Topic.objects.filter(kind=kind)
        super().__init__(queryset=topics, label=_("Topic"), widget=HiddenInput)
