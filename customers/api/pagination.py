"""Cursor paging: each row exactly once, whatever is added meanwhile."""

from __future__ import annotations

from typing import Any

from rest_framework.exceptions import ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request


def whole_number(request: Request, name: str, *, usual: int, most: int) -> int:
    """A number of the query, from 1 and at most `most`. Raises ValidationError for nonsense."""
    asked = request.query_params.get(name, str(usual))
    if not (asked.isascii() and asked.isdigit() and len(asked) < 10 and int(asked)):
        raise ValidationError({name: f"Give a whole number from 1 to {most}."})
    return min(int(asked), most)


class NewestFirstCursor(CursorPagination):
    """Newest first; `page_size` from 1 to 200."""

    ordering: tuple[str, ...] = ("-created_at", "-id")
    page_size_query_param = "page_size"
    max_page_size = 200

    def get_page_size(self, request: Request) -> int:
        """The size that was asked for, at most 200; raises ValidationError for nonsense."""
        usual: Any = self.page_size
        return whole_number(request, "page_size", usual=usual, most=self.max_page_size)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """As DRF's; says that `page_size` is at least 1."""
        parameters = super().get_schema_operation_parameters(view)
        for parameter in parameters:
            if parameter["name"] == "page_size":
                parameter["schema"] |= {"minimum": 1}
        return parameters


class LatestFirstCursor(NewestFirstCursor):
    """The latest decision first."""

    ordering = ("-said_at", "-id")


class LatestRaisedCursor(NewestFirstCursor):
    """The latest alarm first."""

    ordering = ("-raised_at", "-id")


class NewestFoundCursor(NewestFirstCursor):
    """The topic that was found last first."""

    ordering = ("-found_at", "-id")


class ByNameCursor(NewestFirstCursor):
    """In the order of the alphabet."""

    ordering = ("name", "id")


class LatestAddedCursor(NewestFirstCursor):
    """What was added last first."""

    ordering = ("-id",)


class ByRankCursor(NewestFirstCursor):
    """Customer after customer, the best recommendation first."""

    ordering = ("customer_id", "rank", "id")


class BySlugPages(NewestFirstCursor):
    """Taxonomies, in the order of their slugs."""

    ordering = ("slug",)
