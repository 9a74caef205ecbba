"""Orders with their lines."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.forms import BaseInlineFormSet, ModelForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from customers.admin.base import EXTERNAL, RecordAdmin
from customers.admin.search import IndexedSearch
from customers.models import Customer, Order, OrderLine
from customers.templatetags.records import money

MOST_LINES = 100

TOTALS = ("goods_total", "charges_total", "total")
TOTALS_SHOWN = ("goods", "charges", "worth")


class FirstLines(BaseInlineFormSet):
    """The first `MOST_LINES` lines: a wholesale order has more than one form can hold."""

    queryset: Any

    def get_queryset(self) -> models.QuerySet:
        """The lines that are shown, in their order."""
        if not hasattr(self, "_queryset"):
            first = self.queryset.order_by("position").values("pk")[:MOST_LINES]
            self._queryset = self.queryset.filter(pk__in=first).order_by("position")
        return self._queryset


class LineForm(forms.ModelForm):
    """A line that stands: quantity and price can be set right."""

    def validate_unique(self) -> None:
        """As Django's, and what the database demands of columns that the form only shows."""
        super().validate_unique()
        if not self.errors:
            try:
                self.instance.validate_constraints(exclude={"order", "position", "amount"})
            except ValidationError as error:
                self.add_error(None, error)


class LineInline(admin.TabularInline):
    """The lines of an order. Another product is another line: delete this, add that."""

    model = OrderLine
    form = LineForm
    formset = FirstLines
    fields = ("kind", "product", "description", "quantity", "unit_price", "amount")
    readonly_fields = ("kind", "product", "amount")
    verbose_name_plural = format_lazy(_("lines (the first {n})"), n=MOST_LINES)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        """With the products, which every line names."""
        lines = super().get_queryset(request)
        return lines.select_related("product").defer("product__search", "product__description")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """New lines have a table of their own, where the product can be chosen."""
        return False


class NewLines(BaseInlineFormSet):
    """Lines to add; they are numbered after those that stand."""

    queryset: Any

    def get_queryset(self) -> models.QuerySet:
        """None of the lines that stand."""
        return self.queryset.none()

    def save_new(self, form: ModelForm, commit: bool = True) -> Any:
        """The line, at the end of the order."""
        last = self.instance.lines.aggregate(last=models.Max("position"))["last"] or 0
        form.instance.position = last + 1
        return super().save_new(form, commit)


class NewLineInline(admin.TabularInline):
    """Where lines are added."""

    model = OrderLine
    formset = NewLines
    fields = ("kind", "product", "description", "quantity", "unit_price")
    autocomplete_fields = ("product",)
    verbose_name = _("new line")
    verbose_name_plural = _("new lines")
    extra = 0


@admin.register(Order)
class OrderAdmin(IndexedSearch, RecordAdmin):
    """Orders and returns. Totals and the customer's sums follow the lines."""

    list_display = (
        "number",
        "customer",
        "kind",
        "placed_at",
        "worth",
        "status",
        "payment",
        "fulfilment",
    )
    list_filter = ("status", "kind", "payment", "fulfilment", "placed_at")
    list_select_related = ("customer",)
    deferred = ("customer__search",)
    search_fields = ("number__startswith", "customer__search")
    search_help_text = _("Beginning of the number, or of words of the customer.")
    ordering = ("-placed_at", "-id")
    sortable_by = ("number", "placed_at")
    autocomplete_fields = ("customer", "returned_order")
    readonly_fields = (*TOTALS_SHOWN, "created_at", "updated_at")
    inlines = (LineInline, NewLineInline)
    fieldsets = (
        (None, {"fields": ("number", "customer", "kind", "placed_at", "country", "currency")}),
        (_("State"), {"fields": ("status", "payment", "fulfilment", "returned_order")}),
        (_("Totals"), {"fields": TOTALS_SHOWN}),
        (_("Origin"), {"fields": (*EXTERNAL, "created_at", "updated_at")}),
    )
    export_columns = (
        *EXTERNAL,
        *("number", "kind", "status", "payment", "fulfilment", "placed_at", "country", "currency"),
        *TOTALS,
        *("customer_id", "customer__external_id", "customer__name", "customer__email"),
        "returned_order__number",
    )

    def view_on_site(self, order: Order) -> str:
        """The order's page."""
        return reverse("order", args=[order.pk])

    def save_related(
        self, request: HttpRequest, form: ModelForm, formsets: Any, change: bool
    ) -> None:
        """Save the lines, and bring totals and the customers' sums up to date with them."""
        super().save_related(request, form, formsets, change)
        if form.has_changed() or any(formset.has_changed() for formset in formsets):
            order: Any = form.instance
            Order.objects.filter(pk=order.pk).refresh_totals()
            order.recount_customers(former=_customer_before(form))

    def delete_model(self, request: HttpRequest, obj: Order) -> None:
        """Delete; the customer's sums follow."""
        customer = obj.customer
        super().delete_model(request, obj)
        if customer:
            customer.bought_something()

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet) -> None:
        """Delete; the sums of the customers follow."""
        pks = list(queryset.order_by().values_list("customer", flat=True).distinct())
        super().delete_queryset(request, queryset)
        customers: Any = Customer.objects.filter(pk__in=pks)
        customers.bought_something()

    @admin.display(description=_("goods"))
    def goods(self, order: Order) -> str:
        """The sum of its products, in its currency."""
        return money(order.goods_total, order.currency)

    @admin.display(description=_("charges"))
    def charges(self, order: Order) -> str:
        """The sum of postage and the like, in its currency."""
        return money(order.charges_total, order.currency)

    @admin.display(description=_("total"))
    def worth(self, order: Order) -> str:
        """The total in its currency."""
        return money(order.total, order.currency)


def _customer_before(form: ModelForm) -> Customer | None:
    pk: Any = form.initial.get("customer")
    return Customer.objects.filter(pk=pk or 0).first()
