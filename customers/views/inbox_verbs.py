"""What is done to one ticket: its columns, merging, splitting, reading marks, undo."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from customers.desk import merging, presence, verbs
from customers.desk.acting import Stale
from customers.desk.forms import ChangeForm, MergeForm, SplitForm
from customers.journal.undo import undo
from customers.models import JournalEntry, Ticket
from customers.views.access import StaffRequest, get_ticket_for, own_page
from customers.views.inbox_context import back_to, conflict_over, say_done
from customers.views.tickets import ticket_context

AT_ONCE = 1000  # rows that a request undoes itself; what is larger is left to a worker


@require_POST
def change_ticket(request: StaffRequest, pk: int) -> HttpResponse:
    """Change columns of a ticket; from the list it leads back there."""
    ticket = get_ticket_for(request.user, pk)
    form = ChangeForm(request.POST, ticket=ticket)
    if not form.is_valid():
        for problem in dict.fromkeys(error for errors in form.errors.values() for error in errors):
            messages.error(request, str(problem))
        return back_to(request, ticket)
    shown = form.shown_version
    try:
        entry = verbs.change([pk], form.wanted(), by=request.user, versions={pk: shown})
    except Stale:
        now = get_ticket_for(request.user, pk)
        return overtaken(request, pk, shown, form.chosen_in_words(now))
    names = ", ".join(str(form.fields[name].label) for name in form.fields if name != "version")
    say_done(request, _("Saved: %(what)s.") % {"what": names}, entry)
    return back_to(request, ticket)


@require_POST
def merge_ticket(request: StaffRequest, pk: int) -> HttpResponse:
    """Move the ticket's messages to another one, which goes on."""
    ticket = get_ticket_for(request.user, pk)
    form = MergeForm(request.POST)
    target = None
    if form.is_valid():
        rows = Ticket.objects.visible_to(request.user).defer("search")
        target = rows.filter(pk=form.cleaned_data["into"]).first()
    if target is None:
        problem = _("There is no ticket with this number; give one such as 123.")
        messages.error(request, problem)
        return back_to(request, ticket)
    shown = form.cleaned_data["version"] or 0
    try:
        entry = merging.merge(ticket, target, by=request.user, versions={pk: shown})
    except Stale:
        return overtaken(request, pk, shown)
    except merging.CannotMerge as problem:
        messages.error(request, str(problem))
        return back_to(request, ticket)
    done = _("#%(pk)s is merged into this ticket.") % {"pk": pk}
    say_done(request, done, entry)
    return redirect("ticket", pk=target.pk)


@require_POST
def split_ticket(request: StaffRequest, pk: int) -> HttpResponse:
    """Move the ticked messages to a new ticket."""
    ticket = get_ticket_for(request.user, pk)
    form = SplitForm(request.POST, ticket=ticket)
    if not form.is_valid():
        messages.error(request, _("Choose the messages that move to the new ticket."))
        return redirect(reverse("ticket", args=[pk]) + "?split=1")
    said, shown = form.cleaned_data, form.cleaned_data["version"] or 0
    try:
        new, entry = merging.split(
            ticket,
            said["message"],
            subject=said["subject"],
            by=request.user,
            versions={pk: shown},
        )
    except Stale:
        return overtaken(request, pk, shown)
    except merging.CannotMerge as problem:
        messages.error(request, str(problem))
        return redirect(reverse("ticket", args=[pk]) + "?split=1")
    say_done(request, _("Split off from #%(pk)s.") % {"pk": pk}, entry)
    return redirect("ticket", pk=new.pk)


@require_POST
def mark_unread(request: StaffRequest, pk: int) -> HttpResponse:
    """Have the ticket stand out in one's own lists again."""
    ticket = get_ticket_for(request.user, pk)
    presence.mark_unread(ticket, request.user)
    messages.info(request, _("#%(pk)s is marked as unread.") % {"pk": pk})
    return redirect(own_page(request) or reverse("tickets"))


@require_POST
def undo_act(request: StaffRequest, pk: int) -> HttpResponse:
    """Undo what one did oneself; leads what their teams did, managers what anybody did."""
    entry = get_object_or_404(JournalEntry.objects.visible_to(request.user), pk=pk)
    if not request.user.may_undo_acts_of(entry.by_id):
        raise PermissionDenied
    if not entry.request_undo(by=request.user):
        messages.warning(request, _("This was undone already."))
    elif entry.row_count > AT_ONCE:
        messages.info(request, _("It is being undone."))
    else:
        undo(entry.pk)
        _tell_undone(request, entry)
    return redirect(_standing_page(request) or reverse("tickets"))


def overtaken(
    request: StaffRequest, pk: int, shown: int, chosen: list[tuple[str, str]] | None = None
) -> HttpResponse:
    """The ticket as it is now, what was done since, and what was asked for: it is not lost."""
    ticket = get_ticket_for(request.user, pk)
    context = ticket_context(ticket, request)
    context["conflict"] = conflict_over(request, ticket, shown, chosen or [])
    return render(request, "tickets/page.html", context, status=409)


def _tell_undone(request: StaffRequest, entry: JournalEntry) -> None:
    entry.refresh_from_db()
    if entry.undo_error:
        messages.error(request, _("It could not be undone: %(why)s") % {"why": entry.undo_error})
    elif entry.left_count:
        left = _("Undone, but for what was changed since: %(n)s.") % {"n": entry.left_count}
        messages.warning(request, left)
    else:
        messages.success(request, _("It is as it was."))


def _standing_page(request: StaffRequest) -> str:
    """The page that a form came from, unless it was of a ticket that is gone with the undo."""
    page = own_page(request)
    pk = page.removeprefix("/tickets/").partition("/")[0]
    if page.startswith("/tickets/") and pk.isdecimal():
        return page if Ticket.objects.filter(pk=int(pk)).exists() else ""
    return page
