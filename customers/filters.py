"""What the lists on screen can be searched, narrowed and sorted by."""

from __future__ import annotations

from datetime import date

import django_filters as filters
from django.db import models
from django.db.models import F, Q
from django.forms import DateInput, HiddenInput
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.custom_fields.filters import CustomFieldsFilter
from customers.feelings import FEELING_STEPS, FEELINGS
from customers.indexed_values import indexed_values
from customers.models import (
    Alarm,
    Article,
    Aspect,
    AspectMention,
    Customer,
    EgressRecord,
    Intent,
    Message,
    Order,
    OrderLine,
    Product,
    Question,
    Review,
    Team,
    Ticket,
    Topic,
    User,
    Visibility,
)
from customers.models.aspect import reviews_mentioning
from customers.models.generator import PURPOSES
from customers.periods import EARLIEST, LATEST, Period

OWN = "own"  # how an address names the source "", which means all where it is left out
UNKNOWN = "none"  # how it names tickets without an intent
BUYERS = [
    ("new", _("first order of a customer")),
    ("returning", _("later order of a customer")),
    ("guest", _("order of a guest")),
]
OF_MESSAGES = ("said_since", "said_until", "aspect")


class KeptInput(HiddenInput):
    """A value that a form keeps, and that the page tells elsewhere than among its filters."""


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


class DayFilter(filters.DateFilter):
    """Rows since the beginning, or until the end, of a day of the current time zone."""

    def __init__(self, column: str, label: object, *, until: bool, hidden: bool = True) -> None:
        # browsers know this one format, whatever the language
        shown = DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(
            field_name=column,
            label=label,
            widget=HiddenInput() if hidden else shown,
            input_formats=["%Y-%m-%d"],
        )
        self.until = until

    def filter(self, qs: models.QuerySet, value: date | None) -> models.QuerySet:
        """The rows of these days."""
        if not value or not EARLIEST <= value <= LATEST:
            return qs
        day = Period(value, value)
        bound = {"lt": day.end} if self.until else {"gte": day.start}
        return qs.filter(**{f"{self.field_name}__{how}": at for how, at in bound.items()})


class SourceFilter(filters.CharFilter):
    """The records that came from one system; "own" are those that were made here."""

    def __init__(self) -> None:
        super().__init__(field_name="source", label=_("Source"), widget=HiddenInput)

    def filter(self, qs: models.QuerySet, value: str) -> models.QuerySet:
        """The rows of the source."""
        return super().filter(qs, value) if value != OWN else qs.filter(source="")


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


class TicketFilter(CustomFieldsFilter):
    """The ticket list."""

    q = SearchBox()
    intent = filters.ModelChoiceFilter(
        queryset=Intent.objects.filter(is_active=True),
        label=_("Intent"),
        null_label=_("not known"),
        null_value=UNKNOWN,
        method="with_intent",
    )
    feeling = FeelingFilter()
    trend = filters.ChoiceFilter(
        choices=[("worse", _("getting worse")), ("better", _("getting better"))],
        label=_("Trend"),
        method="moving",
    )
    opened_since = DayFilter("opened_at", _("Opened since"), until=False)
    opened_until = DayFilter("opened_at", _("Opened until"), until=True)
    solved_since = DayFilter("solved_at", _("Solved since"), until=False)
    solved_until = DayFilter("solved_at", _("Solved until"), until=True)
    replied_since = DayFilter("first_replied_at", _("First reply since"), until=False)
    replied_until = DayFilter("first_replied_at", _("First reply until"), until=True)
    rated_since = DayFilter("rating__rated_at", _("Rated since"), until=False)
    rated_until = DayFilter("rating__rated_at", _("Rated until"), until=True)
    standing_on = filters.DateFilter(
        label=_("Open at the end of"), method="stood_open", widget=HiddenInput
    )
    team = filters.ModelChoiceFilter(
        queryset=Team.objects.all(),
        label=_("Team"),
        null_label=_("no team"),
        null_value=UNKNOWN,
        widget=HiddenInput,
    )
    assignee = filters.ModelChoiceFilter(
        queryset=User.objects.all(),
        label=_("Assignee"),
        null_label=_("nobody"),
        null_value=UNKNOWN,
        widget=HiddenInput,
    )
    due = filters.ChoiceFilter(
        choices=[("late", _("late now")), ("running", _("clock is running"))],
        label=_("Service level"),
        method="by_clock",
        widget=HiddenInput,
    )
    said_since = DayFilter("sent_at", _("Message since"), until=False)
    said_until = DayFilter("sent_at", _("Message until"), until=True)
    aspect = filters.ModelChoiceFilter(
        "mentions__aspect",
        queryset=Aspect.objects.filter(is_active=True),
        label=_("Aspect"),
        widget=HiddenInput,
    )
    topic = TopicFilter("ticket")
    alarm = AlarmFilter("tickets")
    tag = filters.CharFilter(label=_("Tag"), method="tagged", widget=HiddenInput)
    queue = filters.CharFilter(method="unchanged", widget=KeptInput)

    class Meta:
        model = Ticket
        fields = ("status", "channel", "priority", "suggested_priority")

    def filter_queryset(self, queryset: models.QuerySet) -> models.QuerySet:
        """As all filters say; what is asked of messages is of one and the same message."""
        asked = {name: self.form.cleaned_data.pop(name, None) for name in OF_MESSAGES}
        narrowed = super().filter_queryset(queryset)
        self.form.cleaned_data |= asked
        if not any(asked.values()):
            return narrowed
        said = Message.objects.from_customers()
        for name, value in asked.items():
            said = self.filters[name].filter(said, value)
        return narrowed.filter(pk__in=said.values("ticket"))

    def with_intent(
        self, rows: models.QuerySet, name: str, intent: Intent | str
    ) -> models.QuerySet:
        """The decision of staff counts, and the model's opinion where there is none."""
        if intent == UNKNOWN:
            return rows.filter(intent__isnull=True, suggested_intent__isnull=True)
        return rows.filter(Q(intent=intent) | Q(intent__isnull=True, suggested_intent=intent))

    def tagged(self, rows: models.QuerySet, name: str, tag: str) -> models.QuerySet:
        """Those that have the tag."""
        return rows.filter(tags__contains=[tag])

    def unchanged(self, rows: models.QuerySet, name: str, value: object) -> models.QuerySet:
        """The queue narrows the rows before: see `customers.desk.queues`."""
        return rows

    def by_clock(self, rows: models.QuerySet, name: str, due: str) -> models.QuerySet:
        """What waits for us by a service level, what is due first in front."""
        waiting = rows.due().order_by("sla__next_due_at", "pk")  # type: ignore[attr-defined]
        late = waiting.filter(sla__next_due_at__lt=timezone.now())
        return late if due == "late" else waiting

    def stood_open(self, rows: models.QuerySet, name: str, day: date) -> models.QuerySet:
        """Tickets that were opened by the end of a day and not solved by then."""
        if not EARLIEST <= day <= LATEST:
            return rows
        end = Period(day, day).end
        still = Q(solved_at__isnull=True, status__in=[Ticket.Status.OPEN, Ticket.Status.PENDING])
        return rows.filter(still | Q(solved_at__gte=end), opened_at__lt=end)

    def moving(self, rows: models.QuerySet, name: str, trend: str) -> models.QuerySet:
        """By how the customer sounds now beside how they sounded in the beginning."""
        return rows.getting_worse() if trend == "worse" else rows.getting_better()  # type: ignore[attr-defined]


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

    q = filters.CharFilter(field_name="number", lookup_expr="startswith", label=_("Number"))
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

    def with_product(self, rows: models.QuerySet, name: str, product: Product) -> models.QuerySet:
        """Orders with a line of the product."""
        return rows.filter(pk__in=product.order_lines.values("order"))

    def of_category(self, rows: models.QuerySet, name: str, category: str) -> models.QuerySet:
        """Orders with a line of a product of the category."""
        lines = OrderLine.objects.filter(product__category=category)
        return rows.filter(pk__in=lines.values("order"))

    def bought_by(self, rows: models.QuerySet, name: str, buyer: str) -> models.QuerySet:
        """First orders, later ones, or those of guests."""
        if buyer == "guest":
            return rows.filter(customer__isnull=True)
        is_first = Q(placed_at=F("customer__first_order_at"))
        of_customers = rows.filter(customer__isnull=False)
        return of_customers.filter(is_first if buyer == "new" else ~is_first)

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


class AlarmListFilter(filters.FilterSet):
    """The list of alarms; the open ones unless another state is asked for."""

    kind = filters.ChoiceFilter(choices=Alarm.Kind.choices, label=_("Kind"))
    severity = filters.ChoiceFilter(choices=Alarm.Severity.choices, label=_("Severity"))

    class Meta:
        model = Alarm
        fields = ()


class ArticleFilter(filters.FilterSet):
    """The list of help articles."""

    q = SearchBox()
    status = filters.ChoiceFilter(choices=Article.Status.choices, label=_("Status"))
    language = ValueFilter(Article, "language", _("Language"))
    category = ValueFilter(Article, "category", _("Category"))
    visibility = filters.ChoiceFilter(choices=Visibility.choices, label=_("Visible to"))
    expired = filters.ChoiceFilter(
        choices=[("yes", _("out of date")), ("no", _("up to date"))],
        label=_("Expiry"),
        method="out_of_date",
    )

    class Meta:
        model = Article
        fields = ()

    def out_of_date(self, rows: models.QuerySet, name: str, asked: str) -> models.QuerySet:
        """By whether the article's day has come."""
        expired = Article.objects.expired(on=timezone.localdate())
        is_asked = Q(pk__in=expired.values("pk"))
        return rows.filter(is_asked if asked == "yes" else ~is_asked)


class QuestionFilter(filters.FilterSet):
    """Everything that was asked."""

    q = filters.CharFilter(field_name="text", lookup_expr="icontains", label=_("Search"))
    customer = filters.ModelChoiceFilter(
        queryset=Customer.objects.defer("search"), label=_("Customer"), widget=HiddenInput
    )
    ticket = filters.ModelChoiceFilter(
        queryset=Ticket.objects.defer("search"), label=_("Ticket"), widget=HiddenInput
    )

    class Meta:
        model = Question
        fields = ("status", "channel", "kind", "feedback")


class ReviewQueueFilter(filters.FilterSet):
    """What staff look over: the queue unless another part is asked for."""

    PARTS = [
        ("sample", _("sample that the error budget rests on")),
        ("reviewed", _("looked over")),
    ]

    part = filters.ChoiceFilter(
        choices=PARTS, label=_("Part"), empty_label=_("to look at"), method="unchanged"
    )

    class Meta:
        model = Question
        fields = ("status", "channel", "feedback")

    def unchanged(self, rows: models.QuerySet, name: str, value: str) -> models.QuerySet:
        """The part decides order and rows together: see `filter_queryset`."""
        return rows

    def filter_queryset(self, queryset: models.QuerySet) -> models.QuerySet:
        """The part that was asked for, its most urgent rows first."""
        rows = super().filter_queryset(queryset)
        part = self.form.cleaned_data.get("part")
        if part == "sample":
            waiting = rows.sampled().filter(reviewed_at__isnull=True)
            return waiting.order_by("-created_at", "-id")
        if part == "reviewed":
            return rows.exclude(reviewed_at=None).order_by("-reviewed_at", "-id")
        return rows.to_review().order_by("urgency", "-created_at", "-id")


class EgressFilter(filters.FilterSet):
    """The egress ledger, by what a request was for, where it went, how it ended, and when."""

    feature = filters.ChoiceFilter(choices=PURPOSES, label=_("Feature"))
    host = ValueFilter(EgressRecord, "host", _("Host"))
    outcome = filters.ChoiceFilter(choices=EgressRecord.Outcome.choices, label=_("Outcome"))
    since = DayFilter("sent_at", _("Since"), until=False, hidden=False)
    until = DayFilter("sent_at", _("Until"), until=True, hidden=False)

    class Meta:
        model = EgressRecord
        fields = ()
