"""Returns; made and moved on from tickets, where their money is checked."""

from __future__ import annotations

from django.contrib import admin

from customers.admin.base import ReadOnlyAdmin
from customers.models import OrderReturn


@admin.register(OrderReturn)
class OrderReturnAdmin(ReadOnlyAdmin):
    """Goods that come back, and how far that is."""

    list_display = ("number", "order", "reason", "state", "created_by", "created_at")
    list_filter = ("state", "reason")
    list_select_related = ("order", "created_by")
    search_fields = ("order__number",)
    date_hierarchy = "created_at"
