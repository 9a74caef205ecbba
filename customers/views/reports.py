"""The report of the desk: figures and plots of a period, and who gets the digest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from customers.insight import rows as behind
from customers.insight.paragraphs import paragraph
from customers.insight.scope import scope_of
from customers.insight.units import Unit, shown
from customers.models import DigestSubscription
from customers.period_picker import period_context
from customers.periods import Period
from customers.plots.desk import breakdown_names
from customers.reports.sums import (
    REPLIED,
    SOLVED,
    Rated,
    Times,
    kept_of,
    rated_of,
    standing_before,
    times_of,
    volume_of,
)
from customers.views.access import StaffRequest
from customers.views.insight import PlotCard


@dataclass(frozen=True, slots=True)
class Told:
    """A figure, what it was in the period before, and where it leads to."""

    label: str
    value: str
    before: str
    url: str


@require_GET
def desk_report(request: StaffRequest) -> HttpResponse:
    """What the desk did in a period."""
    scope = scope_of(request.GET)
    by = request.GET.get("by", "")
    by = by if by in breakdown_names() else "team"
    cards = [
        PlotCard("desk-volume", _("Tickets"), is_wide=True),
        PlotCard("desk-first-reply", _("Hours to the first reply")),
        PlotCard("desk-resolution", _("Hours to the solution")),
        PlotCard("desk-backlog", _("Open tickets")),
        PlotCard("desk-satisfaction", _("Satisfied customers")),
    ]
    context: dict[str, Any] = {
        "figures": list(figures_of(scope.period)),
        "cards": cards,
        "by": by,
        "breakdowns": breakdown_names(),
        "breakdown": PlotCard("desk-by", _("Tickets")),
        "sentences": paragraph("desk", scope),
        "query": urlencode(scope.period.query | {"by": by}),
        **period_context(request.GET, scope.period),
    }
    return render(request, "reports/desk.html", context)


@require_POST
def subscribe(request: StaffRequest) -> HttpResponse:
    """Get the weekly digest by mail, or no more."""
    if request.POST.get("on") == "1":
        if not request.user.email:
            messages.error(request, _("Your login has no e-mail address; an admin can add it."))
            return redirect("insight-digests")
        DigestSubscription.objects.get_or_create(user=request.user)
        messages.success(request, _("You get the weekly digest by mail."))
    else:
        DigestSubscription.objects.filter(user=request.user).delete()
        messages.success(request, _("You do not get the weekly digest by mail any more."))
    return redirect("insight-digests")


def figures_of(period: Period) -> list[Told]:
    """The figures of a period beside those of the period before."""
    now, before = _values(period), _values(period.before())
    addresses = {
        "opened": behind.tickets(period),
        "reply": behind.first_replies(period),
        "reply_p90": behind.first_replies(period),
        "solve": behind.solved(period),
        "satisfied": behind.rated(period),
        "kept": behind.tickets(period),
        "standing": behind.address("tickets", standing_on=period.last.isoformat()),
    }
    return [
        Told(label, shown(now[key], unit), shown(before[key], unit), addresses[key])
        for key, (label, unit) in _labels().items()
    ]


def _labels() -> dict[str, tuple[str, Unit]]:
    return {
        "opened": (_("tickets came in"), Unit.COUNT),
        "reply": (_("to the first reply (median, working time)"), Unit.MINUTES),
        "reply_p90": (_("to nine of ten first replies"), Unit.MINUTES),
        "solve": (_("to the solution (median)"), Unit.MINUTES),
        "kept": (_("first replies within the service level"), Unit.SHARE),
        "satisfied": (_("of those who rated are satisfied"), Unit.SHARE),
        "standing": (_("open at the end"), Unit.COUNT),
    }


def _values(period: Period) -> dict[str, Any]:
    reply = times_of(period, REPLIED).get(True, Times())
    opened = volume_of(period).get(True, 0)
    solved = volume_of(period, SOLVED).get(True, 0)
    decided, kept = kept_of(period)
    return {
        "opened": opened,
        "reply": reply.median,
        "reply_p90": reply.p90,
        "solve": times_of(period, SOLVED).get(True, Times()).median,
        "kept": kept / decided if decided else None,
        "satisfied": rated_of(period).get(True, Rated()).share,
        "standing": standing_before(period) + opened - solved,
    }
