"""What the lists on screen can be searched, narrowed and sorted by."""

from __future__ import annotations

import django_filters as filters
from django.db import models
from django.db.models import F, Q
from django.forms import HiddenInput
from django.utils.translation import gettext_lazy as _

from customers.audiences.filtering import AudienceFilter
from customers.feelings import FEELING_RANGES, FEELING_STEPS, FEELINGS
from customers.indexed_values import indexed_values
from customers.models import (
    Aspect,
    AspectMention,
    Customer,
    Intent,
    Order,
    Product,
    Review,
    RfmClass,
    Segment,
    Ticket,
)
from customers.models.aspect import reviews_mentioning


class SearchBox(filters.CharFilter):
    """Words beginning so, by the rows' own `matching`."""

    def __init__(self) -> None:
        super().__init__(method=self._search, label=_("Search"))
        self.field.widget.input_type = "search"

    @staticmethod
    def _search(rows: models.QuerySet, _name: str, words: str) -> models.QuerySet:
        return rows.matching(words)  # type: ignore[attr-defined]


class FeelingFilter(filters.ChoiceFilter):
    """Negative, neutral or positive, by the sentiment step of a row."""

    def __init__(self, column: str = "sentiment") -> None:
        super().__init__(choices=FEELINGS, label=_("Sentiment"), method=self._narrow)
        self.column = column

    def _narrow(self, rows: models.QuerySet, _name: str, feeling: str) -> models.QuerySet:
        return rows.filter(**{f"{self.column}__in": FEELING_STEPS[feeling]})


class Sorting(filters.OrderingFilter):
    """Sorts by one column and then by id; rows without a value come last.

    An index in the same order serves each choice, so it needs no sorting of all rows.
    """

    def filter(self, qs: models.QuerySet, value: list[str] | None) -> models.QuerySet:
        """The rows in the chosen order, else as they were."""
        if not value:
            return qs
        name = self.param_map[value[0].lstrip("-")]
        last = qs.model._meta.get_field(name).null or None
        if value[0].startswith("-"):
            return qs.order_by(F(name).desc(nulls_last=last), "-id")
        return qs.order_by(F(name).asc(nulls_last=last), "id")


class ValueFilter(filters.ChoiceFilter):
    """One of the values that an indexed text column has."""

    def __init__(self, model: type[models.Model], column: str, label: object) -> None:
        super().__init__(
            field_name=column,
            label=label,
            choices=lambda: [(value, value) for value in indexed_values(model, column)],
        )


class CustomerFilter(filters.FilterSet):
    """The customer list."""

    q = SearchBox()
    segment = filters.ModelChoiceFilter(
        queryset=Segment.objects.filter(is_active=True), label=_("Segment"), method="in_segment"
    )
    rfm_class = filters.ChoiceFilter(choices=RfmClass.choices, label=_("RFM class"))
    feeling = filters.ChoiceFilter(choices=FEELINGS, label=_("Sentiment"), method="feels")
    country = ValueFilter(Customer, "country", _("Country"))
    audience = AudienceFilter()
    sort = Sorting(
        label=_("Sort"),
        empty_label=_("newest first"),
        fields=(
            ("last_order_at", "last_order"),
            ("spent_total", "spent"),
            ("expected_value", "value"),
            ("alive_probability", "alive"),
        ),
        choices=(
            ("-last_order", _("latest order first")),
            ("last_order", _("longest without order first")),
            ("-spent", _("highest spend first")),
            ("-value", _("highest expected value first")),
            ("alive", _("most likely lost first")),
        ),
    )

    class Meta:
        model = Customer
        fields = ()

    def filter_queryset(self, queryset: models.QuerySet) -> models.QuerySet:
        """As all filters say; an audience that there is not has nobody in it."""
        return (
            super().filter_queryset(queryset) if "audience" not in self.errors else queryset.none()
        )

    def in_segment(self, rows: models.QuerySet, name: str, segment: Segment) -> models.QuerySet:
        """The decision of staff counts, and the model's opinion where there is none."""
        suggested = Q(segment__isnull=True, suggested_segment=segment)
        return rows.filter(Q(segment=segment) | suggested)

    def feels(self, rows: models.QuerySet, name: str, feeling: str) -> models.QuerySet:
        """By the mean score of the latest texts."""
        return rows.filter(FEELING_RANGES[feeling])


class TicketFilter(filters.FilterSet):
    """The ticket list."""

    q = SearchBox()
    intent = filters.ModelChoiceFilter(
        queryset=Intent.objects.filter(is_active=True), label=_("Intent"), method="with_intent"
    )
    feeling = FeelingFilter()
    trend = filters.ChoiceFilter(
        choices=[("worse", _("getting worse")), ("better", _("getting better"))],
        label=_("Trend"),
        method="moving",
    )

    class Meta:
        model = Ticket
        fields = ("status", "channel", "priority", "suggested_priority")

    def with_intent(self, rows: models.QuerySet, name: str, intent: Intent) -> models.QuerySet:
        """The decision of staff counts, and the model's opinion where there is none."""
        return rows.filter(Q(intent=intent) | Q(intent__isnull=True, suggested_intent=intent))

    def moving(self, rows: models.QuerySet, name: str, trend: str) -> models.QuerySet:
        """By how the customer sounds now beside how they sounded in the beginning."""
        return rows.getting_worse() if trend == "worse" else rows.getting_better()  # type: ignore[attr-defined]


class ProductFilter(filters.FilterSet):
    """The product list."""

    q = SearchBox()
    category = ValueFilter(Product, "category", _("Category"))
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


class OrderFilter(filters.FilterSet):
    """The order list."""

    q = filters.CharFilter(field_name="number", lookup_expr="startswith", label=_("Number"))

    class Meta:
        model = Order
        fields = ("kind", "status", "payment", "fulfilment")


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
    product = filters.ModelChoiceFilter(queryset=Product.objects.all(), widget=HiddenInput)

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
