"""The radar: what in the shop's own texts contradicts, is out of date, or is missing."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from customers.forms import DismissForm
from customers.models import ArticleDraft, Finding
from customers.paging import page_of
from customers.radar.sides import against, sides_of
from customers.views.access import StaffRequest, get_finding_for, own_page

TABS = {
    Finding.Kind.CONTRADICTION: gettext_lazy("Contradictions"),
    Finding.Kind.STALE: gettext_lazy("Out of date"),
    Finding.Kind.UNANSWERED: gettext_lazy("To write"),
}


@require_GET
def finding_list(request: StaffRequest) -> HttpResponse:
    """The findings of one kind and status, the most severe first; open contradictions unless
    `?kind=` and `?status=` say otherwise.
    """
    kind = request.GET.get("kind", "")
    kind = kind if kind in TABS else Finding.Kind.CONTRADICTION.value
    status = request.GET.get("status", "")
    status = status if status in Finding.Status.values else Finding.Status.OPEN.value
    visible = Finding.objects.visible_to(request.user)
    rows = visible.filter(kind=kind, status=status).select_related("dismissed_by")
    counts = visible.open().aggregate(**{name: Count("pk", Q(kind=name)) for name in TABS})
    page = page_of(rows, request)
    _dress(page.object_list)
    context = {
        "page": page,
        "kind": kind,
        "status": status,
        "tabs": [(name, label, counts[name]) for name, label in TABS.items()],
        "statuses": Finding.Status.choices,
    }
    return render(request, "radar/list.html", context)


@require_GET
def row(request: StaffRequest, pk: int) -> HttpResponse:
    """One finding alone; it polls itself while an article is drafted from it."""
    return _row(request, get_finding_for(request.user, pk))


@require_POST
def dismiss(request: StaffRequest, pk: int) -> HttpResponse:
    """Put a finding aside, with a reason where one is given."""
    finding = get_finding_for(request.user, pk)
    form = DismissForm(request.POST)
    if form.is_valid():
        finding.dismiss(by=request.user, reason=form.cleaned_data["reason"])
    else:
        messages.error(request, _("The reason is too long; use at most 200 characters."))
    return _answer(request, finding)


@require_POST
def undo(request: StaffRequest, pk: int) -> HttpResponse:
    """Take a dismissal back."""
    finding = get_finding_for(request.user, pk)
    finding.bring_back()
    return _answer(request, finding)


@require_POST
def draft(request: StaffRequest, pk: int) -> HttpResponse:
    """Have an article drafted from solved tickets; nothing while one is being drafted."""
    finding = get_finding_for(request.user, pk)
    is_to_write = finding.kind == Finding.Kind.UNANSWERED
    if is_to_write and not finding.drafts.filter(status=ArticleDraft.Status.PENDING).exists():
        ArticleDraft.objects.ask(finding=finding, requested_by=request.user)
    return _answer(request, finding)


def _answer(request: StaffRequest, finding: Finding) -> HttpResponse:
    """The finding's row for htmx, else the page that it was sent from."""
    if request.htmx:  # type: ignore[attr-defined]
        return _row(request, finding)
    return redirect(own_page(request) or f"{reverse('radar')}?kind={finding.kind}")


def _row(request: StaffRequest, finding: Finding) -> HttpResponse:
    _dress([finding])
    return render(request, "radar/row.html", {"finding": finding, "next": ""})


def _dress(findings: Any) -> None:
    """Give each finding its places and its latest draft, for all of them at once."""
    places = sides_of(findings)
    drafts = ArticleDraft.objects.filter(finding__in=[one.pk for one in findings])
    latest = {one.finding_id: one for one in drafts.select_related("article").order_by("pk")}
    for finding in findings:
        finding.places = places[finding.pk]
        finding.against = against(finding.places)
        finding.draft = latest.get(finding.pk)
