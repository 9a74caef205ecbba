"""Satisfaction: the public page of an invitation, and for staff what came of them."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from customers.channels.mail.queueing import mailboxes_that_send
from customers.models import Notice, SatisfactionRating, SatisfactionSettings
from customers.paging import page_of
from customers.rule_forms import SatisfactionSettingsForm
from customers.satisfaction.forms import RatingForm
from customers.satisfaction.links import rating_of
from customers.sla.watch import tell
from customers.views.access import StaffRequest, managers_only

BAD = 2  # and worse: whoever had the ticket is told


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def rate(request: HttpRequest, token: str) -> HttpResponse:
    """Rate a ticket by a signed link. To open the link rates nothing: programs that look at mail
    open links too.
    """
    rating = rating_of(token)
    if rating is None:
        return render(request, "portal/rate_closed.html", status=404)
    if request.method == "POST" and rating.may_change:
        form = RatingForm(request.POST)
        if form.is_valid():
            return _rated(request, rating, form, token)
        return render(request, "portal/rate.html", {"rating": rating, "form": form}, status=422)
    form = RatingForm(initial={"score": rating.score, "reason": rating.reason})
    status = 200 if rating.may_change or request.method == "GET" else 409
    return render(request, "portal/rate.html", {"rating": rating, "form": form}, status=status)


@require_GET
def satisfaction(request: StaffRequest) -> HttpResponse:
    """The latest ratings, and whether customers are asked."""
    rows = SatisfactionRating.objects.visible_to(request.user).given()
    related = ("ticket__customer", "agent", "team", "intent")
    listed = rows.select_related(*related).defer("ticket__search", "ticket__customer__search")
    asked = request.GET.get("score", "")
    if asked in {"1", "2", "3", "4", "5"}:
        listed = listed.filter(score=int(asked))
    context = {
        "page": page_of(listed.order_by("-rated_at", "-id"), request),
        "form": SatisfactionSettingsForm(instance=SatisfactionSettings.current()),
        "scores": SatisfactionRating.SCORES,
        "score": asked,
        "why_not_mailed": _why_not_mailed(),
    }
    return render(request, "rules/satisfaction.html", context)


@require_http_methods(["POST"])
@managers_only
def set_satisfaction(request: StaffRequest) -> HttpResponse:
    """Ask customers, or do not."""
    form = SatisfactionSettingsForm(request.POST, instance=SatisfactionSettings.current())
    if form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
    else:
        said = "; ".join(str(error) for errors in form.errors.values() for error in errors)
        messages.error(request, said)
    return redirect("satisfaction")


def _rated(
    request: HttpRequest, rating: SatisfactionRating, form: RatingForm, token: str
) -> HttpResponse:
    if rating.rate(form.cleaned_data["score"], form.cleaned_data["reason"]):
        if (rating.score or 0) <= BAD:
            tell([rating.ticket], Notice.Kind.RATED, form.cleaned_data["reason"][:300])
        messages.success(request, _("Thank you."))
    return redirect("rate", token=token)


def _why_not_mailed() -> str:
    """What keeps surveys from going out by mail; "" for nothing."""
    if not settings.PUBLIC_ADDRESS:
        return _("Surveys are not mailed: PUBLIC_ADDRESS is not set, so a link would lead nowhere.")
    if not mailboxes_that_send().exists():
        return _("Surveys are not mailed: no mailbox is active and has an SMTP server.")
    return ""
