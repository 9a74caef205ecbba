"""Cursor paging: each row exactly once, whatever is added meanwhile."""

from rest_framework.pagination import CursorPagination


class NewestFirstCursor(CursorPagination):
    """Newest first; `page_size` from 1 to 200."""

    ordering: tuple[str, ...] = ("-created_at", "-id")
    page_size_query_param = "page_size"
    max_page_size = 200


class ByRankCursor(NewestFirstCursor):
    """Customer after customer, the best recommendation first."""

    ordering = ("customer_id", "rank", "id")


class BySlugPages(NewestFirstCursor):
    """Taxonomies, in the order of their slugs."""

    ordering = ("slug",)
