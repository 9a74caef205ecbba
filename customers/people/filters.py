"""What the lists of customers and companies can be searched, narrowed and sorted by."""

from __future__ import annotations

import django_filters as filters
from django.db import models
from django.db.models import Q
from django.forms import HiddenInput
from django.utils.translation import gettext_lazy as _

from customers.audiences.filtering import AudienceFilter
from customers.custom_fields.filters import CustomFieldsFilter
from customers.feelings import FEELING_RANGES, FEELINGS
from customers.filters import AlarmFilter, DayFilter, SearchBox, Sorting, ValueFilter
from customers.models import Company, Customer, RfmClass, Segment


class CustomerFilter(CustomFieldsFilter):
    """The customer list."""

    q = SearchBox()
    segment = filters.ModelChoiceFilter(
        queryset=Segment.objects.filter(is_active=True), label=_("Segment"), method="in_segment"
    )
    rfm_class = filters.ChoiceFilter(choices=RfmClass.choices, label=_("RFM class"))
    feeling = filters.ChoiceFilter(choices=FEELINGS, label=_("Sentiment"), method="feels")
    country = ValueFilter(Customer, "country", _("Country"))
    tag = filters.CharFilter(label=_("Tag"), method="tagged")
    language = ValueFilter(Customer, "language", _("Language"))
    city = filters.CharFilter(field_name="city", lookup_expr="istartswith", label=_("City"))
    company = filters.CharFilter(field_name="company", lookup_expr="iexact", label=_("Company"))
    source = ValueFilter(Customer, "source", _("Source"))
    consent = filters.ChoiceFilter(
        choices=[("true", _("agreed")), ("false", _("refused")), ("none", _("not asked"))],
        label=_("Marketing"),
        method="that_consent",
    )
    orders_min = filters.NumberFilter("order_count", "gte", label=_("Orders, at least"))
    last_order_since = DayFilter(
        "last_order_at", _("Latest order since"), until=False, hidden=False
    )
    last_order_until = DayFilter("last_order_at", _("Latest order until"), until=True, hidden=False)
    created_since = DayFilter("created_at", _("Customer since, from"), until=False, hidden=False)
    created_until = DayFilter("created_at", _("Customer since, until"), until=True, hidden=False)
    audience = AudienceFilter()
    first_order_since = DayFilter("first_order_at", _("First order since"), until=False)
    first_order_until = DayFilter("first_order_at", _("First order until"), until=True)
    spent_min = filters.NumberFilter(
        "spent_total", "gte", label=_("Spent at least"), widget=HiddenInput
    )
    spent_below = filters.NumberFilter(
        "spent_total", "lt", label=_("Spent less than"), widget=HiddenInput
    )
    currency = filters.CharFilter(label=_("Currency"), widget=HiddenInput)
    alarm = AlarmFilter("customers")
    sort = Sorting(
        label=_("Sort"),
        empty_label=_("newest first"),
        fields=(
            ("last_order_at", "last_order"),
            ("spent_total", "spent"),
            ("name", "name"),
            ("expected_value", "value"),
            ("alive_probability", "alive"),
        ),
        choices=(
            ("-last_order", _("latest order first")),
            ("last_order", _("longest without order first")),
            ("-spent", _("highest spend first")),
            ("name", _("by name")),
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

    def tagged(self, rows: models.QuerySet, name: str, tag: str) -> models.QuerySet:
        """Those with this tag."""
        return rows.filter(tags__contains=[tag.strip()])

    def that_consent(self, rows: models.QuerySet, name: str, said: str) -> models.QuerySet:
        """By what they said to marketing."""
        return rows.filter(marketing_consent={"true": True, "false": False}.get(said))

    def feels(self, rows: models.QuerySet, name: str, feeling: str) -> models.QuerySet:
        """By the mean score of the latest texts."""
        return rows.filter(FEELING_RANGES[feeling])


class CompanyFilter(filters.FilterSet):
    """The list of companies."""

    q = SearchBox()

    class Meta:
        model = Company
        fields = ()
