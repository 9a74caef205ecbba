"""What the lists on screen can be searched, narrowed and sorted by."""

from __future__ import annotations

import django_filters as filters
from django.db import models
from django.db.models import F, Q
from django.forms import HiddenInput
from django.utils.translation import gettext_lazy as _

from customers.indexed_values import indexed_values
from customers.models import (
    Alarm,
    Aspect,
    AspectMention,
    Customer,
    Intent,
    Order,
    Product,
    Review,
    Segment,
    Sentiment,
    Ticket,
    Topic,
)
from customers.models.aspect import reviews_mentioning

FEELINGS = [("negative", _("negative")), ("neutral", _("neutral")), ("positive", _("positive"))]
FEELING_STEPS = {
    "negative": [Sentiment.VERY_NEGATIVE, Sentiment.NEGATIVE],
    "neutral": [Sentiment.NEUTRAL],
    "positive": [Sentiment.POSITIVE, Sentiment.VERY_POSITIVE],
}
MILD = 0.25  # scores nearer to zero than this count as neutral
FEELING_RANGES = {
    "negative": Q(sentiment_score__lte=-MILD),
    "neutral": Q(sentiment_score__gt=-MILD, sentiment_score__lt=MILD),
    "positive": Q(sentiment_score__gte=MILD),
}


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


class AlarmFilter(filters.ModelChoiceFilter):
    """The very rows that an alarm named when it was last seen; none where they are of
    another list.
    """

    def __init__(self, rows_of: str) -> None:
        alarms = Alarm.objects.filter(rows_of=rows_of)
        super().__init__(queryset=alarms, label=_("Alarm"), widget=HiddenInput)

    def filter(self, qs: models.QuerySet, value: Alarm | None) -> models.QuerySet:
        """The rows of the alarm, else all."""
        return qs.filter(pk__in=value.row_pks) if value else qs


class TopicFilter(filters.ModelChoiceFilter):
    """Rows about one topic."""

    def __init__(self, kind: str) -> None:
        topics = Topic.objects.filter(kind=kind)
        super().__init__(queryset=topics, label=_("Topic"), widget=HiddenInput)


class CustomerFilter(filters.FilterSet):
    """The customer list."""

    q = SearchBox()
    segment = filters.ModelChoiceFilter(
        queryset=Segment.objects.filter(is_active=True), label=_("Segment"), method="in_segment"
    )
    feeling = filters.ChoiceFilter(choices=FEELINGS, label=_("Sentiment"), method="feels")
    country = ValueFilter(Customer, "country", _("Country"))
    alarm = AlarmFilter("customers")
    sort = Sorting(
        label=_("Sort"),
        empty_label=_("newest first"),
        fields=(("last_order_at", "last_order"), ("spent_total", "spent")),
        choices=(
            ("-last_order", _("latest order first")),
            ("last_order", _("longest without order first")),
            ("-spent", _("highest spend first")),
        ),
    )

    class Meta:
        model = Customer
        fields = ()

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
    topic = TopicFilter("ticket")
    alarm = AlarmFilter("tickets")

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
    alarm = AlarmFilter("orders")

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


class AlarmListFilter(filters.FilterSet):
    """The list of alarms; the open ones unless another state is asked for."""

    kind = filters.ChoiceFilter(choices=Alarm.Kind.choices, label=_("Kind"))
    severity = filters.ChoiceFilter(choices=Alarm.Severity.choices, label=_("Severity"))

    class Meta:
        model = Alarm
        fields = ()
