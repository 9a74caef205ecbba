"""Redaction of a message: what was found, and taking it out."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from customers.models import Message
from customers.privacy.detecting import KINDS, chosen_kinds, redacted
from customers.privacy.redacting import found_in, redact
from customers.views.access import StaffRequest, get_ticket_for


@require_http_methods(["GET", "POST"])
def redact_message(request: StaffRequest, pk: int) -> HttpResponse:
    """What of personal data stands in a message, how it would read without it, and the button."""
    rows = Message.objects.visible_to(request.user).select_related("ticket__customer")
    message = get_object_or_404(rows.exclude(author_kind=Message.Author.SYSTEM), pk=pk)
    ticket = get_ticket_for(request.user, message.ticket_id)
    asked = [kind for kind in (request.POST or request.GET).getlist("kind") if kind in KINDS]
    kinds = asked or list(chosen_kinds())
    if request.method == "POST":
        count = redact(message, kinds, by=request.user)
        if count:
            messages.success(request, _("The message reads without it now; nothing keeps it."))
        else:
            messages.info(request, _("Nothing of this was found."))
        return redirect("ticket", pk=ticket.pk)
    found = found_in(message, kinds)
    context = {
        "ticket": ticket,
        "message": message,
        "found": [one for several in found.values() for one in several],
        "shown": redacted(message.body, found["body"]),
        "kinds": [(kind, label, kind in kinds) for kind, label in KINDS.items()],
    }
    return render(request, "privacy/redact.html", context)
