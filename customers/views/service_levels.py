"""Service levels, business hours, and who is given tickets."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, OuterRef, ProtectedError, Subquery
from django.db.models.functions import Coalesce
from django.forms import ModelForm
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from customers.audiences.words import in_words
from customers.models import AgentProfile, BusinessHours, SlaPolicy, Ticket, TicketSla, User
from customers.paging import capped_count, page_of
from customers.rule_forms import AgentForm, BusinessHoursForm, SlaPolicyForm
from customers.rules.building import Building
from customers.rules.dry_run import dry_run
from customers.rules.matching import reading_of, says_nothing, ticket_vocabulary
from customers.views.access import StaffRequest, managers_only


@require_GET
def service_levels(request: StaffRequest) -> HttpResponse:
    """What is promised, in the order that counts, and by which hours."""
    vocabulary = ticket_vocabulary()
    policies = SlaPolicy.objects.visible_to(request.user).select_related("hours")
    page = page_of(policies, request)
    told = [
        {
            "policy": policy,
            "asks": None
            if says_nothing(policy.conditions)
            else in_words(reading_of(policy.conditions, vocabulary).root, vocabulary),
        }
        for policy in page
    ]
    context = {
        "told": told,
        "page": page,
        "all_hours": BusinessHours.objects.prefetch_related("holidays"),
        "running": capped_count(TicketSla.objects.running()),
    }
    return render(request, "rules/service_levels.html", context)


@require_http_methods(["GET", "POST"])
@managers_only
def new_policy(request: StaffRequest) -> HttpResponse:
    """Promise something."""
    return _build(request, SlaPolicy(position=SlaPolicy.objects.count() + 1))


@require_http_methods(["GET", "POST"])
@managers_only
def edit_policy(request: StaffRequest, pk: int) -> HttpResponse:
    """Change what is promised."""
    return _build(request, get_object_or_404(SlaPolicy, pk=pk))


@require_POST
@managers_only
def delete_policy(request: StaffRequest, pk: int) -> HttpResponse:
    """Promise it no longer; its clocks go with it."""
    policy = get_object_or_404(SlaPolicy, pk=pk)
    policy.delete()
    messages.success(request, _("%(name)s is deleted.") % {"name": policy.name})
    return redirect("service-levels")


@require_http_methods(["GET", "POST"])
@managers_only
def new_hours(request: StaffRequest) -> HttpResponse:
    """Hours of work that are not there yet."""
    return _edit(request, BusinessHoursForm(request.POST or None), _("Business hours"))


@require_http_methods(["GET", "POST"])
@managers_only
def edit_hours(request: StaffRequest, pk: int) -> HttpResponse:
    """Change hours of work."""
    hours = get_object_or_404(BusinessHours, pk=pk)
    form = BusinessHoursForm(request.POST or None, instance=hours)
    return _edit(request, form, _("Business hours"), delete="hours-delete")


@require_POST
@managers_only
def delete_hours(request: StaffRequest, pk: int) -> HttpResponse:
    """Delete hours that no service level counts by."""
    hours = get_object_or_404(BusinessHours, pk=pk)
    try:
        hours.delete()
    except ProtectedError:
        said = _("A service level counts by %(name)s, so it stays.") % {"name": hours.name}
        messages.error(request, said)
    return redirect("service-levels")


@require_GET
def assignment(request: StaffRequest) -> HttpResponse:
    """Who is there, what they can do, and how much they have."""
    users = User.objects.filter(is_active=True).exclude(groups__name="partner")
    mine: Any = Ticket.objects.open().filter(assignee=OuterRef("pk")).order_by()
    counted = Subquery(mine.values("assignee").annotate(n=Count("pk")).values("n"))
    rows = (
        users.annotate(open_count=Coalesce(counted, 0)).select_related("agent").order_by("username")
    )
    page = page_of(rows.prefetch_related("agent__intents", "teams"), request)
    return render(request, "rules/assignment.html", {"page": page})


@require_POST
def set_away(request: StaffRequest) -> HttpResponse:
    """Say that one is away, or back."""
    is_away = request.POST.get("away") == "1"
    AgentProfile.objects.update_or_create(user=request.user, defaults={"is_away": is_away})
    said = _("You are away: no tickets are given to you.") if is_away else _("You are back.")
    messages.success(request, said)
    return redirect("assignment")


@require_http_methods(["GET", "POST"])
@managers_only
def edit_agent(request: StaffRequest, pk: int) -> HttpResponse:
    """What an agent can do and take."""
    user = get_object_or_404(User, pk=pk, is_active=True)
    profile = AgentProfile.objects.filter(user=user).first() or AgentProfile(user=user)
    form = AgentForm(request.POST or None, instance=profile)
    return _edit(request, form, str(user.get_full_name() or user.username), then="assignment")


def _edit(
    request: StaffRequest,
    form: ModelForm,
    title: str,
    then: str = "service-levels",
    delete: str = "",
) -> HttpResponse:
    if form.is_bound and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect(then)
    context = {"form": form, "title": title, "back": then, "delete": delete}
    return render(request, "rules/edit.html", context, status=422 if form.errors else 200)


def _build(request: StaffRequest, policy: SlaPolicy) -> HttpResponse:
    is_saving = request.POST.get("do") == "save"
    if request.method == "POST":
        building = Building.typed(request.POST, has_actions=False)
    else:
        building = Building(policy.conditions)
    form = _policy_form(request, policy, is_saving)
    if is_saving and form.is_valid() and building.is_complete:
        form.instance.conditions = building.conditions
        form.save()
        messages.success(request, _("The service level is saved."))
        return redirect("service-levels")
    context: dict[str, Any] = {"policy": policy, "form": form, "is_saving": is_saving}
    context |= building.context()
    if context["is_complete"]:
        context["dry_run"] = dry_run(building.conditions, request.user)
    return render(request, "rules/build.html", context, status=422 if is_saving else 200)


def _policy_form(request: StaffRequest, policy: SlaPolicy, is_saving: bool) -> SlaPolicyForm:
    if is_saving or request.method == "GET":
        return SlaPolicyForm(request.POST or None, instance=policy)
    typed = {name: request.POST.get(name, "") for name in SlaPolicyForm.Meta.fields}
    return SlaPolicyForm(initial=typed, instance=policy)
