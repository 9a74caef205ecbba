"""What the pages of the inbox share: queues, the composer, what was done in between."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from customers import macros
from customers.desk import presence, typed
from customers.desk.forms import ReplyForm
from customers.desk.queues import DEFAULT, queue_groups
from customers.desk.standing import stand_of
from customers.desk.wording import Told, since
from customers.languages import text_language
from customers.models import JournalEntry, Macro, Message, Ticket
from customers.views.access import StaffRequest, own_page
from customers.views.asking import inserted_answer

# What a form that is asked to go on anyway does not carry over: it gets these anew.
NOT_CARRIED = ("csrfmiddlewaretoken", "version", "seen")


@dataclass(frozen=True, slots=True)
class Conflict:
    """Why something was not done at once: what happened since it was shown. `fields` is what
    was asked for, so that it can be asked for again.
    """

    changes: list[Told] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    fields: list[tuple[str, str]] = field(default_factory=list)
    chosen: list[tuple[str, str]] = field(default_factory=list)
    address: str = ""
    is_unversioned: bool = False


def conflict_over(
    request: StaffRequest, ticket: Ticket, shown: int, chosen: list[tuple[str, str]]
) -> Conflict:
    """The conflict of a form with what was done to the ticket since it was at `shown`."""
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        if name not in NOT_CARRIED
        for value in values
    ]
    return Conflict(
        changes=since(ticket, shown),
        fields=fields,
        chosen=chosen,
        address=request.path,
        is_unversioned=not shown,
    )


def queue_context(request: StaffRequest) -> dict[str, Any]:
    """The queues with their numbers, and the one that the page is in."""
    asked = request.GET.get("queue", "")
    return {"queue_groups": queue_groups(request.user), "queue": asked, "default_queue": DEFAULT}


def say_done(request: StaffRequest, text: str, entry: JournalEntry | None = None) -> None:
    """Tell what was done; the page offers to undo the entry beside it."""
    undo = f"undo-{entry.pk}" if entry is not None and entry.pk else ""
    messages.success(request, text, extra_tags=undo)


def back_to(request: StaffRequest, ticket: Ticket | int, place: str = "") -> HttpResponse:
    """To the page that a form came from, else to the ticket."""
    pk = ticket if isinstance(ticket, int) else ticket.pk
    return redirect(own_page(request) or reverse("ticket", args=[pk]) + place)


def reply_context(
    ticket: Ticket, request: StaffRequest, *, body: str | None = None, **initial: Any
) -> dict[str, Any]:
    """The composer, with the macro that was asked for after what is typed already. `body` is
    the text to be in it, and `initial` what else stands there; else what was typed before.
    """
    known = macros_for(ticket, request)
    asked = request.POST.get("macro") or request.GET.get("macro")
    chosen = next((macro for macro in known if str(macro.pk) == asked), None)
    filled = macros.render(chosen, ticket, request.user) if chosen else None
    start = _start(ticket, request)
    typed_so_far = start.pop("body") if body is None else body
    texts = [typed_so_far, filled.text if filled else ""]
    last = last_seen(ticket)
    start |= {
        "body": "\n\n".join(text for text in texts if text),
        "version": ticket.version,
        "seen": last,
        **({"used_macro": chosen.pk} if chosen else {}),
        **initial,
    }
    return {
        "macros": known,
        "missing": filled.missing if filled else (),
        "reply_form": ReplyForm(initial=start),
        "used_macro": next((one for one in known if one.pk == start.get("used_macro")), None),
        "others": presence.others_at(ticket, request.user),
        "stand": stand_of(ticket),
        "last_seen": last,
    }


def last_seen(ticket: Ticket) -> int:
    """The key of the latest message, 0 where there is none."""
    return ticket.messages.order_by("-pk").values_list("pk", flat=True).first() or 0


def macros_for(ticket: Ticket, request: StaffRequest) -> list[Macro]:
    """The macros on offer for a reply, those in the customer's language first."""
    language = ticket.customer.language if ticket.customer else ""
    rows = Macro.objects.active().for_teams_of(request.user)
    rows = rows.select_related("sets_team", "sets_assignee")
    return list(rows.nearest(language or text_language()))


def _start(ticket: Ticket, request: StaffRequest) -> dict[str, Any]:
    """What stands in the composer before anything is inserted: what was sent, else kept."""
    if request.method == "POST" and "body" in request.POST:
        sent = request.POST
        return {
            "body": sent.get("body", "").rstrip(),
            "kind": sent.get("kind") or ReplyForm.REPLY,
            "draft": sent.get("draft"),
            "used_macro": _number(sent.get("used_macro", "")),
        }
    inserted = inserted_answer(request, ticket)
    kept = typed.kept(ticket, request.user)
    if kept is None:
        return {"body": inserted, "kind": ReplyForm.REPLY}
    return {
        "body": "\n\n".join(text for text in (kept.body, inserted) if text),
        "kind": ReplyForm.NOTE if kept.is_internal else ReplyForm.REPLY,
        "draft": kept.draft_id,
        "used_macro": kept.macro_id,
    }


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
