"""How a text sounds, said by staff with one click: right, or which step it really is."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from customers.forms import SentimentForm
from customers.models import Message, Review
from customers.views.access import StaffRequest, get_message_for, get_review_for, own_page


@require_POST
def decide_message(request: StaffRequest, pk: int) -> HttpResponse:
    """Set or take back the sentiment of a customer's message."""
    message = get_message_for(request.user, pk)
    conversation = reverse("ticket", args=[message.ticket_id])
    return _decide(request, message, f"{conversation}#message-{pk}")


@require_POST
def decide_review(request: StaffRequest, pk: int) -> HttpResponse:
    """Set or take back the sentiment of a review."""
    return _decide(request, get_review_for(request.user, pk), reverse("reviews"))


def _decide(request: StaffRequest, row: Message | Review, back: str) -> HttpResponse:
    """The row's fragment for htmx; for a plain form the page that it was sent from."""
    form = SentimentForm(request.POST)
    if form.is_valid():
        row.set_sentiment(form.cleaned_data["sentiment"], by=request.user)
    if request.htmx:  # type: ignore[attr-defined]
        status = 200 if form.is_valid() else 422
        return render(request, "components/feeling.html", {"row": row}, status=status)
    if form.is_valid():
        messages.success(request, _("The sentiment is saved."))
    else:
        messages.error(request, _("There is no such sentiment; choose one of the five."))
    return redirect(own_page(request) or back)
