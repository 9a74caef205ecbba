"""The gatekeepers: each fetches one record that the user may see, or answers 404."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from customers.models import Article, Customer, Import, Order, Product, Ticket, User


class StaffRequest(HttpRequest):
    """A request that passed the login: its `user` is never anonymous."""

    user: User


def get_customer_for(user: Any, pk: int) -> Customer:
    """The customer with what their page shows of them."""
    rows = Customer.objects.visible_to(user)
    related = ("segment", "suggested_segment", "segment_set_by")
    return get_object_or_404(rows.select_related(*related).defer("search"), pk=pk)


def get_ticket_for(user: Any, pk: int) -> Ticket:
    """The ticket with its customer and intents."""
    rows = Ticket.objects.visible_to(user).defer("search", "customer__search")
    related = ("customer", "order", "intent", "suggested_intent", "intent_set_by", "assignee")
    return get_object_or_404(rows.select_related(*related), pk=pk)


def get_product_for(user: Any, pk: int) -> Product:
    """The product."""
    return get_object_or_404(Product.objects.visible_to(user).defer("search"), pk=pk)


def get_order_for(user: Any, pk: int) -> Order:
    """The order with its customer."""
    rows = Order.objects.visible_to(user).select_related("customer", "returned_order")
    return get_object_or_404(rows.defer("customer__search"), pk=pk)


def get_article_for(user: Any, pk: int) -> Article:
    """The help article."""
    return get_object_or_404(Article.objects.visible_to(user), pk=pk)


def get_import_for(user: Any, pk: int) -> Import:
    """The import."""
    return get_object_or_404(Import.objects.visible_to(user), pk=pk)
