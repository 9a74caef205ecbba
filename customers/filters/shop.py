"""What the lists of products, orders and reviews can be searched, narrowed and sorted by."""

from __future__ import annotations

import django_filters as filters
from django.db import models
from django.db.models import F, Q
from django.forms import HiddenInput
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.custom_fields.filters import CustomFieldsFilter
from customers.filters.parts import (
    AlarmFilter,
    DayFilter,
    FeelingFilter,
    SearchBox,
    Sorting,
    SourceFilter,
    TopicFilter,
    ValueFilter,
)
from customers.models import Aspect, AspectMention, Customer, Order, OrderLine, Product, Review
from customers.models.aspect import reviews_mentioning
from customers.paging import MOST_COUNTED
from customers.periods import Period

BUYERS = [
    ("new", _("first order of a customer")),
    ("returning", _("later order of a customer")),
    ("guest", _("order of a guest")),
]


class ProductFilter(CustomFieldsFilter):
    """The product list."""

    q = SearchBox()
    category = ValueFilter(Product, "category", _("Category"))
    is_active = filters.TypedChoiceFilter(
        label=_("On sale"),
        choices=[("", _("any")), ("true", _("yes")), ("false", _("no"))],
        coerce=lambda said: said == "true",
    )
    sort = Sorting(
        label=_("Sort"),
        empty_label=_("by name"),
        fields=(("name", "name"), ("sentiment_score", "sentiment"), ("review_count", "reviews")),
        choices=(
            ("sentiment", _("unhappiest reviews first")),
            ("-reviews", _("most reviewed first")),
        ),
    )

    class Meta:
        model = Product
        fields = ("is_active",)


class OrderFilter(CustomFieldsFilter):
    """The order list."""

    q = filters.CharFilter(method="numbered", label=_("Number"))
    placed_since = DayFilter("placed_at", _("From"), until=False, hidden=False)
    placed_until = DayFilter("placed_at", _("To"), until=True, hidden=False)
    currency = ValueFilter(Order, "currency", _("Currency"))
    country = ValueFilter(Order, "country", _("Country"))
    customer = filters.ModelChoiceFilter(
        queryset=Customer.objects.defer("search"), label=_("Customer"), widget=HiddenInput
    )
    product = filters.ModelChoiceFilter(
        queryset=Product.objects.defer("search"),
        label=_("Product"),
        method="with_product",
        widget=HiddenInput,
    )
    category = filters.CharFilter(label=_("Category"), method="of_category", widget=HiddenInput)
    source = SourceFilter()
    buyer = filters.ChoiceFilter(
        choices=BUYERS, label=_("Buyer"), method="bought_by", widget=HiddenInput
    )
    counts = filters.ChoiceFilter(
        choices=[("true", _("neither cancelled nor dated ahead"))],
        label=_("Only"),
        method="that_count",
        widget=HiddenInput,
    )
    alarm = AlarmFilter("orders")

    class Meta:
        model = Order
        fields = ("kind", "status", "payment", "fulfilment")

    def numbered(self, rows: models.QuerySet, name: str, number: str) -> models.QuerySet:
        """Orders whose number begins so. Of a beginning that very many share no more are looked
        at than a list can show: to sort them all would take a second.
        """
        begun = Order.objects.filter(number__startswith=number).order_by()
        return rows.filter(pk__in=begun.values("pk")[: MOST_COUNTED + 1])

    def with_product(self, rows: models.QuerySet, name: str, product: Product) -> models.QuerySet:
        """Orders with a line of the product."""
        return rows.filter(pk__in=product.order_lines.values("order"))

    def of_category(self, rows: models.QuerySet, name: str, category: str) -> models.QuerySet:
        """Orders with a line of a product of the category."""
        lines = OrderLine.objects.filter(product__category=category)
        return rows.filter(pk__in=lines.values("order"))

    def bought_by(self, rows: models.QuerySet, name: str, buyer: str) -> models.QuerySet:
        """First orders, later ones, or those of guests. First ones are found through customers,
        who have an index by them. That both times are equal is said by two comparisons: of equal
        ones PostgreSQL expects a single row, and reads all orders for it.
        """
        if buyer == "guest":
            return rows.filter(customer__isnull=True)
        first = F("customer__first_order_at")
        if buyer == "new":
            found = rows.filter(placed_at__gte=first, placed_at__lte=first)
            known = found.filter(customer__first_order_at__isnull=False)
            return known.order_by("-customer__first_order_at", "-pk")
        return rows.filter(~Q(placed_at=first), customer__isnull=False)

    def that_count(self, rows: models.QuerySet, name: str, value: str) -> models.QuerySet:
        """What the sums of insight are made of: see `DailySales`."""
        today = timezone.localdate()
        return rows.exclude(status=Order.Status.CANCELLED).filter(
            placed_at__lt=Period(today, today).end
        )


class ReviewFilter(filters.FilterSet):
    """The review list."""

    feeling = FeelingFilter("effective_sentiment")
    rating = filters.ChoiceFilter(choices=[(n, "★" * n) for n in range(5, 0, -1)], label=_("Stars"))
    aspect = filters.ModelChoiceFilter(
        queryset=Aspect.objects.filter(is_active=True), label=_("Aspect"), method="unchanged"
    )
    polarity = filters.ChoiceFilter(
        choices=AspectMention.Polarity.choices, label=_("Aspect sounds"), method="unchanged"
    )
    product = filters.ModelChoiceFilter(
        queryset=Product.objects.defer("search"), label=_("Product"), widget=HiddenInput
    )
    written_since = DayFilter("written_at", _("Written since"), until=False)
    written_until = DayFilter("written_at", _("Written until"), until=True)
    topic = TopicFilter("review")
    alarm = AlarmFilter("reviews")

    class Meta:
        model = Review
        fields = ()

    def unchanged(self, rows: models.QuerySet, name: str, value: object) -> models.QuerySet:
        """Aspect and polarity narrow together: see `filter_queryset`."""
        return rows

    def filter_queryset(self, queryset: models.QuerySet) -> models.QuerySet:
        """As all filters say; aspect and polarity are of one and the same mention."""
        chosen = {name: self.form.cleaned_data.get(name) for name in ("aspect", "polarity")}
        narrowed = super().filter_queryset(queryset)
        return reviews_mentioning(narrowed, **{name: said for name, said in chosen.items() if said})
