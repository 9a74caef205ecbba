"""What outside agents propose: the list, one proposal, and deciding about it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from customers.filters import ProposalListFilter
from customers.models import Proposal
from customers.paging import page_of
from customers.proposals import deciding
from customers.proposals.lines import Overtaken, Refused
from customers.proposals.showing import WITH_TEXT, differences, dress
from customers.unseen import visible
from customers.views.access import StaffRequest, own_page
from customers.views.inbox_context import say_done

WAITING = "waiting"


@require_GET
def proposal_list(request: StaffRequest) -> HttpResponse:
    """Those that wait, or those of the status that is asked for; the latest first."""
    status = request.GET.get("status", WAITING)
    decided = [one for one in Proposal.Status if one not in Proposal.OPEN]
    visible = Proposal.objects.visible_to(request.user)
    if status not in decided:
        status = WAITING
    chosen = visible.waiting() if status == WAITING else visible.filter(status=status)
    narrowed = ProposalListFilter(request.GET, chosen.for_rows())
    page = page_of(narrowed.qs, request)
    rows: Any = page.object_list
    dress(rows)
    context = {
        "page": page,
        "filter": narrowed,
        "status": status,
        "statuses": [(WAITING, _("waiting")), *((one.value, one.label) for one in decided)],
    }
    return render(request, "proposals/list.html", context)


@require_GET
def proposal_page(request: StaffRequest, pk: int) -> HttpResponse:
    """One proposal, with what changed since it was made."""
    return _page(request, get_proposal_for(request.user, pk))


@require_POST
def confirm(request: StaffRequest, pk: int) -> HttpResponse:
    """Have it done as it was shown; where the record changed since, it is shown anew."""
    proposal = get_proposal_for(request.user, pk)
    try:
        entry = deciding.confirm(proposal, by=request.user, token=request.POST.get("token", ""))
    except Overtaken:
        return _page(request, get_proposal_for(request.user, pk), is_refused=True)
    except Refused as error:
        messages.error(request, str(error))
        return redirect("proposal", pk=pk)
    say_done(request, _("Confirmed: %(what)s.") % {"what": proposal}, entry)
    return _back(request)


@require_POST
def decline(request: StaffRequest, pk: int) -> HttpResponse:
    """Say no."""
    proposal = get_proposal_for(request.user, pk)
    why = " ".join(visible(request.POST.get("why", "")).split())[:300]
    try:
        deciding.decline(proposal, by=request.user, why=why)
    except Refused as error:
        messages.error(request, str(error))
        return redirect("proposal", pk=pk)
    messages.success(request, _("Declined: %(what)s.") % {"what": proposal})
    return _back(request)


@require_POST
def take(request: StaffRequest, pk: int) -> HttpResponse:
    """Put a proposed text into one's own reply box, to be changed and sent from there."""
    proposal = get_proposal_for(request.user, pk)
    try:
        if proposal.kind not in WITH_TEXT:
            raise Refused(_("There is no text to take."))
        deciding.take(proposal, by=request.user)
    except Refused as error:
        messages.error(request, str(error))
        return redirect("proposal", pk=pk)
    messages.success(request, _("The text is in your reply box; nothing is sent yet."))
    return redirect("ticket", pk=proposal.ticket_id)


def get_proposal_for(user: Any, pk: int) -> Proposal:
    """The proposal with all that is shown of it."""
    return get_object_or_404(Proposal.objects.visible_to(user).for_rows(), pk=pk)


def _page(request: StaffRequest, proposal: Proposal, *, is_refused: bool = False) -> HttpResponse:
    dress([proposal])
    changed = differences(proposal) if proposal.overtaken else []
    context = {"proposal": proposal, "differences": changed, "is_refused": is_refused}
    return render(request, "proposals/page.html", context, status=409 if is_refused else 200)


def _back(request: StaffRequest) -> HttpResponse:
    return redirect(own_page(request) or "proposals")
