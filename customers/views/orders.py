"""Orders."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from customers.filters import OrderFilter
from customers.models import Order
from customers.paging import page_of
from customers.views.access import get_order_for


@require_GET
def order_list(request: HttpRequest) -> HttpResponse:
    """All orders, the latest first."""
    rows = Order.objects.visible_to(request.user).select_related("customer")
    rows = rows.defer("customer__search").order_by("-placed_at", "-id")
    narrowed = OrderFilter(request.GET, rows)
    context = {"filter": narrowed, "page": page_of(narrowed.qs, request)}
    return render(request, "orders/list.html", context)


@require_GET
def order_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One order with its lines and returns."""
    order = get_order_for(request.user, pk)
    lines = order.lines.select_related("product").defer("product__search")
    tickets = order.tickets.select_related(
        "customer", "intent", "suggested_intent", "sla", "rating"
    )
    context = {
        "order": order,
        "lines": page_of(lines.order_by("position"), request, size=200),
        "returns": order.returns.order_by("placed_at"),
        "tickets": tickets.order_by("-last_message_at").defer("search", "customer__search"),
    }
    return render(request, "orders/page.html", context)
