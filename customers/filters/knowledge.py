"""What the lists of articles and questions can be searched and narrowed by."""

from __future__ import annotations

import django_filters as filters
from django.db import models
from django.db.models import Q
from django.forms import HiddenInput
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.filters.parts import SearchBox, ValueFilter
from customers.models import Article, Customer, Question, Ticket, Visibility


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
