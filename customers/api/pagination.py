"""Cursor paging: each row exactly once, whatever is added meanwhile."""

from rest_framework.pagination import CursorPagination


class NewestFirstCursor(CursorPagination):
    """Newest first; `page_size` from 1 to 200."""

    ordering = ("-created_at", "-id")
    page_size_query_param = "page_size"
    max_page_size = 200
