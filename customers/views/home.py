"""Home: what needs me now; and the live panel of what the models are reading."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from customers.feelings import FEELING_STEPS
from customers.insight.paragraphs import paragraph
from customers.insight.scope import scope_of
from customers.models import Alarm, Customer, Finding, Review, Ticket
from customers.paging import capped_count
from customers.progress import analysis_progress
from customers.reports.needs import mark_read, mark_seen, needs_of
from customers.views.access import StaffRequest, own_page

TOP_ROWS = 6
TOP_ALARMS = 5
ANGRY = -0.25
HOME_SENTENCES = 4
HOME_PERIOD = {"period": "30d"}


@require_GET
def home(request: StaffRequest) -> HttpResponse:
    """The first page of the day."""
    tickets = Ticket.objects.visible_to(request.user).open()
    listed = tickets.select_related("customer", "intent", "suggested_intent", "sla", "rating")
    listed = listed.defer("search", "customer__search")
    customers = Customer.objects.visible_to(request.user).defer("search")
    reviews = Review.objects.visible_to(request.user)
    angry = customers.filter(sentiment_score__lte=ANGRY, order_count__gt=0)
    at_risk = customers.filter(suggested_segment="at_risk")
    alarms = Alarm.objects.visible_to(request.user).standing()
    context = {
        "alarms": alarms[:TOP_ALARMS],
        "alarm_count": alarms.count(),
        "finding_count": Finding.objects.visible_to(request.user).open().count(),
        "open_count": capped_count(tickets),
        "negative_count": capped_count(tickets.negative()),
        "at_risk_count": capped_count(at_risk),
        "bad_review_count": capped_count(
            reviews.filter(effective_sentiment__in=FEELING_STEPS["negative"])
        ),
        "urgent_tickets": listed.negative().order_by("sentiment_score")[:TOP_ROWS],
        "latest_tickets": listed.order_by("-last_message_at")[:TOP_ROWS],
        "angry_customers": angry.order_by("-spent_total")[:TOP_ROWS],
        "at_risk_customers": at_risk.order_by("-spent_total")[:TOP_ROWS],
        "sentences": paragraph("home", scope_of(HOME_PERIOD), HOME_SENTENCES),
        **needs_of(request.user),
        **panel_context(),
    }
    return render(request, "home.html", context)


@require_GET
def analysis_panel(request: HttpRequest) -> HttpResponse:
    """The panel alone; it polls itself while something is pending."""
    return render(request, "components/analysis_panel.html", panel_context())


@require_POST
def notices_seen(request: StaffRequest) -> HttpResponse:
    """The user has seen what they were told."""
    mark_seen(request.user)
    return redirect("home")


@require_POST
def mentions_read(request: StaffRequest) -> HttpResponse:
    """The user has read the mention that is posted; all of theirs without one."""
    said = request.POST.get("mention", "")
    if said and not (said.isascii() and said.isdecimal() and len(said) < 19):
        raise Http404
    mark_read(request.user, int(said) if said else None)
    return redirect(own_page(request) or reverse("home"))


def panel_context() -> dict[str, object]:
    """What the panel shows."""
    progress = analysis_progress()
    return {
        "progress": progress,
        "is_busy": any(row.pending for row in progress),
        "has_failed": any(row.failed for row in progress),
    }
