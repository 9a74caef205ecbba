"""Alarms: what changed, with the rows behind it, put aside by one click."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from customers.filters import AlarmListFilter
from customers.forms import DismissForm
from customers.models import Alarm
from customers.paging import page_of
from customers.views.access import StaffRequest, get_alarm_for, own_page

STATES = {
    "open": gettext_lazy("open"),
    "dismissed": gettext_lazy("dismissed"),
    "ended": gettext_lazy("ended"),
}


@require_GET
def alarm_list(request: StaffRequest) -> HttpResponse:
    """The alarms of one state, the most severe first; open ones unless `?state=` says so."""
    state = request.GET.get("state", "open")
    state = state if state in STATES else "open"
    alarms = Alarm.objects.visible_to(request.user)
    of_state = {
        "open": alarms.standing(),
        "dismissed": alarms.dismissed().order_by("-dismissed_at", "-id"),
        "ended": alarms.ended().order_by("-ended_at", "-id"),
    }
    narrowed = AlarmListFilter(request.GET, of_state[state].select_related("dismissed_by"))
    context = {
        "filter": narrowed,
        "page": page_of(narrowed.qs, request),
        "state": state,
        "states": STATES,
        "open_count": alarms.standing().count(),
    }
    return render(request, "alarms/list.html", context)


@require_POST
def dismiss(request: StaffRequest, pk: int) -> HttpResponse:
    """Put an alarm aside, with a reason where one is given."""
    alarm = get_alarm_for(request.user, pk)
    form = DismissForm(request.POST)
    if form.is_valid():
        alarm.dismiss(by=request.user, reason=form.cleaned_data["reason"])
    else:
        messages.error(request, _("The reason is too long; use at most 200 characters."))
    return _answer(request, alarm)


@require_POST
def undo(request: StaffRequest, pk: int) -> HttpResponse:
    """Take a dismissal back."""
    alarm = get_alarm_for(request.user, pk)
    alarm.bring_back()
    return _answer(request, alarm)


def _answer(request: StaffRequest, alarm: Alarm) -> HttpResponse:
    """The alarm's row for htmx, else the page that it was sent from."""
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "alarms/row.html", {"alarm": alarm})
    return redirect(own_page(request) or reverse("alarms"))
