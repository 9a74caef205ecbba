"""Pages of a list, without counting a million rows to show fifty."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator
from django.db import models
from django.http import HttpRequest

from customers.audit.middleware import note_listed

PAGE_ROWS = 50
MOST_COUNTED = 10_000
DEEP = 200  # rows before a page from which on it costs more to pass over whole rows than keys


def capped_count(rows: Any) -> int:
    """How many rows there are; `MOST_COUNTED` + 1 stands for any number above it."""
    return rows.order_by()[: MOST_COUNTED + 1].count()


class CappedPaginator(Paginator):
    """Counts up to `MOST_COUNTED` rows; what lies beyond is reached by narrower filters."""

    @cached_property
    def count(self) -> int:
        """How many rows there are, at most `MOST_COUNTED`."""
        return min(self._counted, MOST_COUNTED)

    @property
    def is_capped(self) -> bool:
        """Whether there are more rows than were counted."""
        return self._counted > MOST_COUNTED

    def page(self, number: int | str) -> Page:
        """A page. Of rows that others are joined to, and of one that lies deep, the keys are
        found first: whoever sorts rows, or passes over them, does so with all they are joined to.
        """
        number = self.validate_number(number)
        first, rows = (number - 1) * self.per_page, self.object_list
        if not isinstance(rows, models.QuerySet) or rows.query.combinator:
            return super().page(number)
        if first < DEEP and not rows.query.select_related:
            return super().page(number)
        keys = rows.select_related(None).values_list("pk", flat=True)
        shown = rows.filter(pk__in=list(keys[first : min(first + self.per_page, self.count)]))
        return self._get_page(shown, number, self)  # type: ignore[attr-defined]

    @cached_property
    def _counted(self) -> int:
        return capped_count(self.object_list)


def page_of(rows: models.QuerySet, request: HttpRequest, size: int = PAGE_ROWS) -> Page:
    """The page that `?page=` asks for; the first or last one when that makes no sense."""
    page = CappedPaginator(rows, size).get_page(request.GET.get("page"))
    note_listed(request, str(rows.model._meta.model_name), _keys(page))
    return page


def _keys(page: Page) -> list[int]:
    """The keys of the rows of a page, which are read now and not again when it is shown."""
    return [row.pk for row in page.object_list if isinstance(getattr(row, "pk", None), int)]
