"""What the lists of the API can be narrowed by; each filter has an index behind it."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field

from customers.audiences.compiling import condition_of
from customers.audiences.filtering import offered
from customers.models import (
    Alarm,
    Article,
    AspectMention,
    Audience,
    Company,
    ContactPoint,
    Correction,
    Customer,
    Finding,
    Macro,
    Order,
    Product,
    Proposal,
    Question,
    Recommendation,
    Review,
    RfmClass,
    SatisfactionRating,
    Sentiment,
    Ticket,
    TicketSla,
    Topic,
)
from customers.models.aspect import reviews_mentioning


class RecordFilter(filters.FilterSet):
    """Filters of every record that may come from another system."""

    source = filters.CharFilter()
    external_id = filters.CharFilter()
    created_since = filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="gte")
    updated_since = filters.IsoDateTimeFilter(field_name="updated_at", lookup_expr="gte")


class SearchableFilter(RecordFilter):
    """Filters of records with a full-text `search`."""

    q = filters.CharFilter(method="search", label="Words beginning so.")

    def search(self, rows: models.QuerySet, name: str, words: str) -> models.QuerySet:
        """Rows that have words beginning so."""
        return rows.matching(words)  # type: ignore[attr-defined]


class CustomerFilter(SearchableFilter):
    """Filters of customers."""

    segment = filters.CharFilter(field_name="segment_id", label="What staff decided.")
    suggested_segment = filters.CharFilter(
        field_name="suggested_segment_id", label="What the model says."
    )
    audience = filters.ModelChoiceFilter(
        queryset=offered, method="in_audience", label="The id of an audience."
    )

    @extend_schema_field(int)
    def in_audience(self, rows: models.QuerySet, name: str, audience: Audience) -> models.QuerySet:
        """Customers who meet its rules now."""
        return rows.filter(condition_of(audience))

    company = filters.CharFilter(lookup_expr="iexact", label="The name of their company.")
    rfm_class = filters.ChoiceFilter(choices=RfmClass.choices)
    alive_below = filters.NumberFilter(
        field_name="alive_probability", lookup_expr="lte", label="At most so likely to buy again."
    )
    expected_value_from = filters.NumberFilter(
        field_name="expected_value", lookup_expr="gte", label="At least so much in 90 days."
    )

    class Meta:
        model = Customer
        fields = ("email", "country", "language")


class CompanyFilter(filters.FilterSet):
    """Filters of companies."""

    q = filters.CharFilter(method="search", label="Words beginning so.")
    name = filters.CharFilter(lookup_expr="iexact")
    source = filters.CharFilter()
    external_id = filters.CharFilter()

    class Meta:
        model = Company
        fields = ()

    def search(self, rows: models.QuerySet, name: str, words: str) -> models.QuerySet:
        """Rows that have words beginning so."""
        return rows.matching(words)  # type: ignore[attr-defined]


class ContactPointFilter(filters.FilterSet):
    """Filters of further addresses and numbers."""

    customer = filters.NumberFilter(field_name="customer_id")
    email = filters.CharFilter(method="reaching", label="However it is written.")
    phone = filters.CharFilter(method="reaching", label="In E.164, such as +442079460000.")

    class Meta:
        model = ContactPoint
        fields = ()

    def reaching(self, rows: models.QuerySet, name: str, value: str) -> models.QuerySet:
        """Those that are this address or number."""
        return rows.reaching(name, value)  # type: ignore[attr-defined]


class ProductFilter(SearchableFilter):
    """Filters of products."""

    class Meta:
        model = Product
        fields = ("sku", "category", "brand", "is_active")


class OrderFilter(RecordFilter):
    """Filters of orders."""

    placed_since = filters.IsoDateTimeFilter(field_name="placed_at", lookup_expr="gte")
    placed_before = filters.IsoDateTimeFilter(field_name="placed_at", lookup_expr="lt")
    customer = filters.NumberFilter(field_name="customer_id")

    class Meta:
        model = Order
        fields = ("number", "kind", "status", "payment", "fulfilment", "currency", "country")


class TicketFilter(SearchableFilter):
    """Filters of tickets."""

    trend_below = filters.NumberFilter(
        field_name="sentiment_trend", lookup_expr="lte", label="Got so much worse, such as -0.5."
    )
    customer = filters.NumberFilter(field_name="customer_id")
    intent = filters.CharFilter(field_name="intent_id", label="What staff decided.")
    suggested_intent = filters.CharFilter(
        field_name="suggested_intent_id", label="What the model says."
    )
    sentiment = filters.ChoiceFilter(choices=Sentiment.choices)
    topic = filters.NumberFilter(field_name="topic_id")
    due_before = filters.IsoDateTimeFilter(
        field_name="sla__next_due_at",
        lookup_expr="lt",
        label="Something is due before, by the service level; now gives what is late.",
    )
    breached = filters.BooleanFilter(
        method="missed", label="Whether the first reply or the solution was late."
    )
    rating = filters.ChoiceFilter(
        field_name="rating__score", choices=SatisfactionRating.SCORES, label="What they rated."
    )

    def missed(self, rows: models.QuerySet, name: str, is_breached: bool) -> models.QuerySet:
        """Tickets whose service level was missed, or not."""
        missed = TicketSla.objects.breached().values("ticket")
        return rows.filter(pk__in=missed) if is_breached else rows.exclude(pk__in=missed)

    class Meta:
        model = Ticket
        fields = ("status", "priority", "suggested_priority", "channel")


class ReviewFilter(RecordFilter):
    """Filters of reviews."""

    customer = filters.NumberFilter(field_name="customer_id")
    product = filters.NumberFilter(field_name="product_id")
    topic = filters.NumberFilter(field_name="topic_id")
    aspect = filters.CharFilter(method="unchanged", label="The slug of an aspect it mentions.")
    polarity = filters.ChoiceFilter(
        choices=AspectMention.Polarity.choices,
        method="unchanged",
        label="How the aspect sounds, or any aspect.",
    )
    sentiment = filters.ChoiceFilter(
        field_name="effective_sentiment",
        choices=Sentiment.choices,
        label="What staff decided, else what the model says.",
    )

    class Meta:
        model = Review
        fields = ("rating",)

    def unchanged(self, rows: models.QuerySet, name: str, value: object) -> models.QuerySet:
        """Aspect and polarity narrow together: see `filter_queryset`."""
        return rows

    def filter_queryset(self, queryset: models.QuerySet) -> models.QuerySet:
        """As all filters say; aspect and polarity are of one and the same mention."""
        chosen = {name: self.form.cleaned_data.get(name) for name in ("aspect", "polarity")}
        narrowed = super().filter_queryset(queryset)
        return reviews_mentioning(narrowed, **{name: said for name, said in chosen.items() if said})


class RecommendationFilter(filters.FilterSet):
    """Filters of recommendations."""

    customer = filters.NumberFilter(field_name="customer_id")
    product = filters.NumberFilter(field_name="product_id")

    class Meta:
        model = Recommendation
        fields = ("method",)


class ArticleFilter(SearchableFilter):
    """Filters of help articles."""

    expired = filters.BooleanFilter(method="out_of_date", label="Whether its day has come.")

    class Meta:
        model = Article
        fields = ("category", "language", "status", "visibility")

    def out_of_date(self, rows: models.QuerySet, name: str, asked: bool) -> models.QuerySet:
        """Articles from whose day on nobody but staff reads them; else all others."""
        expired = Article.objects.expired(on=timezone.localdate()).values("pk")
        return rows.filter(pk__in=expired) if asked else rows.exclude(pk__in=expired)


class MacroFilter(filters.FilterSet):
    """Filters of macros."""

    class Meta:
        model = Macro
        fields = ("category", "language", "is_active")


class AudienceFilter(filters.FilterSet):
    """Filters of audiences."""

    class Meta:
        model = Audience
        fields = ("is_archived",)


class CorrectionFilter(filters.FilterSet):
    """Filters of corrections."""

    since = filters.IsoDateTimeFilter(field_name="said_at", lookup_expr="gte")

    class Meta:
        model = Correction
        fields = ("task", "model_version")


class AlarmFilter(filters.FilterSet):
    """Filters of alarms."""

    state = filters.ChoiceFilter(
        choices=[(name, name) for name in ("open", "dismissed", "ended")], method="in_state"
    )
    raised_since = filters.IsoDateTimeFilter(field_name="raised_at", lookup_expr="gte")
    product = filters.NumberFilter(field_name="product_id")
    customer = filters.NumberFilter(field_name="customer_id")

    class Meta:
        model = Alarm
        fields = ("kind", "severity")

    def in_state(self, rows: models.QuerySet, name: str, state: str) -> models.QuerySet:
        """Those that someone should look at, were put aside, or went away."""
        alarms: Any = rows
        return {"open": alarms.standing, "dismissed": alarms.dismissed, "ended": alarms.ended}[
            state
        ]()


class FindingFilter(filters.FilterSet):
    """Filters of findings."""

    found_since = filters.IsoDateTimeFilter(field_name="found_at", lookup_expr="gte")

    class Meta:
        model = Finding
        fields = ("kind", "status", "severity", "language")


class TopicFilter(filters.FilterSet):
    """Filters of topics."""

    class Meta:
        model = Topic
        fields = ("kind", "is_active", "language")


class ProposalFilter(filters.FilterSet):
    """Filters of proposals."""

    ticket = filters.NumberFilter(field_name="ticket_id")
    customer = filters.NumberFilter(field_name="customer_id")
    created_since = filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="gte")

    class Meta:
        model = Proposal
        fields = ("status", "kind")


class QuestionFilter(filters.FilterSet):
    """Filters of questions."""

    created_since = filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="gte")

    class Meta:
        model = Question
        fields = ("status", "customer", "ticket")
