"""Replies and notes, what is typed and not sent, who else is there, and files."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from customers.desk import presence, typed
from customers.desk.acting import Stale
from customers.desk.attachments import is_shown
from customers.desk.forms import ReplyForm
from customers.desk.replying import Answer, SaidSince, answer
from customers.desk.standing import stand_of
from customers.desk.wording import said_since, since
from customers.models import Attachment, Ticket
from customers.views.access import StaffRequest, get_attachment_for, get_ticket_for
from customers.views.inbox_context import Conflict, reply_context
from customers.views.tickets import ticket_context

# A file is never run where we are: not as a page, not in a frame of ours.
OF_FILES = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, max-age=3600",
}


@require_POST
def reply(request: StaffRequest, pk: int) -> HttpResponse:
    """Add an agent's answer or a note; a form with mistakes, or one that was overtaken by what
    others wrote, keeps what was typed.
    """
    ticket = get_ticket_for(request.user, pk)
    form = ReplyForm(request.POST, request.FILES)
    if not form.is_valid():
        context = ticket_context(ticket, request) | {"reply_form": form}
        return render(request, "tickets/page.html", context, status=422)
    said = form.cleaned_data
    written = Answer(
        body=said["body"],
        seen=said["seen"] or 0,
        version=said["version"] or 0,
        is_internal=said["kind"] == ReplyForm.NOTE,
        then="" if said["kind"] == ReplyForm.NOTE else said["then"],
        files=said["files"],
        draft=said["draft"],
        macro=said["used_macro"],
    )
    try:
        answer(ticket, written, by=request.user)
    except SaidSince as overtaking:
        return _overtaken(request, pk, Conflict(messages=overtaking.messages))
    except Stale:
        now = get_ticket_for(request.user, pk)
        return _overtaken(request, pk, Conflict(changes=since(now, written.version)))
    is_note = written.is_internal
    messages.success(request, _("Your note is added.") if is_note else _("Your reply is added."))
    return redirect("ticket", pk=pk)


@require_POST
def keep_typed(request: StaffRequest, pk: int) -> HttpResponse:
    """Keep what is typed, without a word: the page asks for it again and again."""
    ticket = get_ticket_for(request.user, pk)
    sent = request.POST
    typed.keep(
        ticket,
        request.user,
        sent.get("body", ""),
        is_internal=sent.get("kind") == ReplyForm.NOTE,
        draft=_number(sent.get("draft")),
        macro=_number(sent.get("used_macro")),
    )
    presence.beat(ticket, request.user, is_typing=bool(sent.get("body", "").strip()))
    return HttpResponse(status=204)


@require_POST
def drop_typed(request: StaffRequest, pk: int) -> HttpResponse:
    """Forget what was typed."""
    ticket = get_ticket_for(request.user, pk)
    typed.drop(ticket, request.user)
    presence.stopped_typing(ticket, request.user)
    return redirect(reverse("ticket", args=[pk]) + "#reply")


@require_POST
def be_present(request: StaffRequest, pk: int) -> HttpResponse:
    """Tell that the page is open; who else is there, and what happened since it was shown."""
    ticket = get_ticket_for(request.user, pk)
    presence.beat(ticket, request.user)
    seen, shown = _number(request.POST.get("seen")), _number(request.POST.get("version"))
    context = {
        "ticket": ticket,
        "others": presence.others_at(ticket, request.user),
        "stand": stand_of(ticket),
        "new_messages": said_since(ticket, seen) if seen is not None else [],
        "new_changes": since(ticket, shown) if shown and shown < ticket.version else [],
    }
    return render(request, "tickets/presence.html", context)


@require_GET
def download(request: StaffRequest, pk: int) -> HttpResponseBase:
    """A file of a message, to be saved."""
    attachment = get_attachment_for(request.user, pk)
    return _file(attachment, as_attachment=True)


@require_GET
def picture(request: StaffRequest, pk: int) -> HttpResponseBase:
    """A picture of a message, to be drawn on its page; other files are not."""
    attachment = get_attachment_for(request.user, pk)
    if not is_shown(attachment):
        raise Http404
    return _file(attachment, as_attachment=False)


def _file(attachment: Attachment, *, as_attachment: bool) -> FileResponse:
    try:
        opened = attachment.file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    return FileResponse(
        opened,
        as_attachment=as_attachment,
        filename=attachment.name,
        content_type=attachment.content_type,
        headers=OF_FILES,
    )


def _overtaken(request: StaffRequest, pk: int, conflict: Conflict) -> HttpResponse:
    """The ticket as it is now with what was typed in the composer; sending again sends it."""
    ticket: Ticket = get_ticket_for(request.user, pk)
    context: dict[str, Any] = ticket_context(ticket, request)
    context |= reply_context(ticket, request) | {"reply_conflict": conflict}
    return render(request, "tickets/page.html", context, status=409)


def _number(text: str | None) -> int | None:
    said = text or ""
    return int(said) if said.isascii() and said.isdigit() and len(said) < 19 else None
