"""Pages of a list, without counting a million rows to show fifty."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator
from django.db import models
from django.http import HttpRequest

PAGE_ROWS = 50
MOST_COUNTED = 10_000


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

    @cached_property
    def _counted(self) -> int:
        return capped_count(self.object_list)


def page_of(rows: models.QuerySet, request: HttpRequest, size: int = PAGE_ROWS) -> Page:
    """The page that `?page=` asks for; the first or last one when that makes no sense."""
    return CappedPaginator(rows, size).get_page(request.GET.get("page"))
