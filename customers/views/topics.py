"""Topics: what tickets and reviews are about, how that grows, and what staff call it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from customers.forms import MergeForm, TopicNameForm
from customers.models import Topic
from customers.period_picker import period_context
from customers.periods import asked_period
from customers.topic_trends import TopicTrend, topic_trends, with_examples
from customers.views.access import StaffRequest, get_topic_for, managers_only

TOPICS_A_PAGE = 20
SORTS = ("size", "growth")


@require_GET
def topic_list(request: StaffRequest) -> HttpResponse:
    """Topics of tickets, or of reviews by `?kind=review`: how much is written about each in
    the period, beside the period before. `?sort=growth` has the surest growth first.
    """
    kind = request.GET.get("kind", "")
    kind = kind if kind in Topic.Kind.values else Topic.Kind.TICKET.value
    period = asked_period(request.GET)
    trends = topic_trends(kind, request.user, period, period.before())
    sort = request.GET.get("sort", "")
    pages = Paginator(_sorted(trends, sort), TOPICS_A_PAGE)
    page = pages.get_page(request.GET.get("page"))
    page.object_list = with_examples(list(page.object_list), request.user)
    context = {
        "page": page,
        "kind": kind,
        "kinds": Topic.Kind.choices,
        **period_context(request.GET, period),
        "query": urlencode(period.query),
        "plot_query": urlencode({"kind": kind, **period.query}),
        "sort": sort if sort in SORTS else "size",
        "rows": trends[0].of_all if trends else 0,
        "in_topics": sum(one.n for one in trends),
    }
    return render(request, "topics/list.html", context)


@require_GET
def topic_page(request: StaffRequest, pk: int) -> HttpResponse:
    """One topic: its words, its rows over time, examples, and what staff may do with it."""
    topic = get_topic_for(request.user, pk)
    return render(request, "topics/page.html", _context(request, topic, TopicNameForm(topic)))


@require_POST
@managers_only
def rename(request: StaffRequest, pk: int) -> HttpResponse:
    """Call a topic something else; an empty name gives it the machine's again."""
    topic = get_topic_for(request.user, pk)
    form = TopicNameForm(topic, request.POST)
    if not form.is_valid():
        return render(request, "topics/page.html", _context(request, topic, form), status=422)
    topic.rename(form.cleaned_data["name"], by=request.user)
    messages.success(request, _("The name is saved."))
    return redirect("topic", pk=pk)


@require_POST
@managers_only
def merge(request: StaffRequest, pk: int) -> HttpResponse:
    """Let another topic take this one in."""
    topic = get_topic_for(request.user, pk)
    form = MergeForm(topic, request.POST)
    if not form.is_valid():
        messages.error(request, _("There is no such topic to merge it into."))
        return redirect("topic", pk=pk)
    other = form.cleaned_data["into"]
    topic.merge_into(other)
    messages.success(request, _("“%(topic)s” is part of this topic now.") % {"topic": topic})
    return redirect("topic", pk=other.pk)


@require_POST
@managers_only
def split(request: StaffRequest, pk: int) -> HttpResponse:
    """Take a merging back."""
    topic = get_topic_for(request.user, pk)
    topic.split_again()
    messages.success(
        request, _("The topic stands for itself again; its texts follow within minutes.")
    )
    return redirect("topic", pk=pk)


def _sorted(trends: list[TopicTrend], sort: str) -> list[TopicTrend]:
    if sort == "growth":
        return sorted(trends, key=lambda one: (not one.grows, one.p if one.grows else -one.p))
    return trends


def _context(request: StaffRequest, topic: Topic, form: TopicNameForm) -> dict[str, Any]:
    period = asked_period(request.GET)
    trends = topic_trends(topic.kind, request.user, period, period.before())
    own = [one for one in trends if one.topic.pk == topic.pk]
    return {
        "topic": topic,
        "trend": with_examples(own, request.user)[0] if own else None,
        "merged": topic.merged.order_by("pk"),
        "name_form": form,
        "merge_form": MergeForm(topic),
        "may_change": request.user.is_manager,
        **period_context(request.GET, period),
        "query": urlencode(period.query),
    }
