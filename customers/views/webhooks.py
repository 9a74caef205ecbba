"""Webhooks, for admins: made, their secret shown once, watched, tried, rotated, replayed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from customers.journal.recording import recorded
from customers.models import JournalEntry, WebhookDelivery, WebhookEndpoint
from customers.paging import page_of
from customers.views.access import StaffRequest, admins_only
from customers.webhooks.forms import SecretRotationForm, WebhookEndpointForm
from customers.webhooks.signing import secret_of
from customers.webhooks.trying import send_test

MOST_COUNTED = 1_000


@require_GET
@admins_only
def webhook_list(request: StaffRequest) -> HttpResponse:
    """All endpoints, and how they do."""
    rows = WebhookEndpoint.objects.visible_to(request.user)
    return render(request, "webhooks/list.html", {"page": page_of(rows, request)})


@never_cache
@require_http_methods(["GET", "POST"])
@admins_only
def new_webhook(request: StaffRequest) -> HttpResponse:
    """Add an endpoint; the answer to the form is the one page that shows its secret."""
    form = WebhookEndpointForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.instance.created_by = request.user
        with recorded(
            JournalEntry.Kind.EDITED, by=request.user, note=str(form.instance)
        ) as journal:
            endpoint = form.save()
            journal.made(WebhookEndpoint.objects.filter(pk=endpoint.pk))
        return _shown_once(request, endpoint)
    status = 422 if request.method == "POST" else 200
    return render(request, "webhooks/new.html", {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
@admins_only
def webhook_page(request: StaffRequest, pk: int) -> HttpResponse:
    """One endpoint: its settings, its state, and its log narrowed by what came of deliveries."""
    endpoint = _endpoint(request, pk)
    form = WebhookEndpointForm(request.POST or None, instance=endpoint)
    if request.method == "POST" and form.is_valid():
        rows = WebhookEndpoint.objects.filter(pk=pk)
        act = recorded(JournalEntry.Kind.EDITED, by=request.user, note=str(endpoint))
        with act as journal, journal.watching(rows, *form.fields):
            form.instance.save(update_fields=list(form.fields))
        messages.success(request, _("The webhook is saved."))
        return redirect("webhook", pk=pk)
    status = 422 if request.method == "POST" else 200
    context = _log_of(request, pk) | {
        "form": form,
        # what was typed stands in the form; the page keeps what is stored
        "endpoint": _endpoint(request, pk) if status == 422 else endpoint,
        "rotation": SecretRotationForm(),
    }
    return render(request, "webhooks/page.html", context, status=status)


@require_POST
@admins_only
def try_webhook(request: StaffRequest, pk: int) -> HttpResponse:
    """Send it an event that tells of nothing."""
    endpoint = _endpoint(request, pk)
    if not endpoint.is_active:
        messages.error(request, _("It is not active: tick that first."))
        return redirect("webhook", pk=pk)
    send_test(endpoint)
    messages.success(request, _("The test event is on its way; its log is below."))
    return redirect("webhook", pk=pk)


@never_cache
@require_POST
@admins_only
def rotate_webhook(request: StaffRequest, pk: int) -> HttpResponse:
    """Make a new secret; the one before signs too, for a while."""
    form = SecretRotationForm(request.POST)
    endpoint = _endpoint(request, pk)
    if not form.is_valid():
        messages.error(request, _("Give the hours as a number from 0 to 720."))
        return redirect("webhook", pk=pk)
    endpoint.rotate(timedelta(hours=form.cleaned_data["overlap_hours"]))
    return _shown_once(request, endpoint)


@require_POST
@admins_only
def replay_delivery(request: StaffRequest, pk: int) -> HttpResponse:
    """Send one event again, under the id that it had."""
    rows = WebhookDelivery.objects.visible_to(request.user)
    delivery = get_object_or_404(rows, pk=pk)
    if rows.filter(pk=pk).replay():
        messages.success(request, _("It is on its way again."))
    else:
        messages.info(request, _("It is on its way already."))
    return redirect("webhook", pk=delivery.endpoint_id)


@require_POST
@admins_only
def replay_failed(request: StaffRequest, pk: int) -> HttpResponse:
    """Send all that was given up again."""
    endpoint = _endpoint(request, pk)
    n = WebhookDelivery.objects.filter(endpoint=endpoint).failed().replay()
    told = ngettext("%(n)s event is on its way again.", "%(n)s events are on their way again.", n)
    messages.success(request, told % {"n": n})
    return redirect("webhook", pk=pk)


def _endpoint(request: StaffRequest, pk: int) -> WebhookEndpoint:
    rows = WebhookEndpoint.objects.visible_to(request.user).select_related("created_by")
    return get_object_or_404(rows, pk=pk)


def _log_of(request: StaffRequest, pk: int) -> dict[str, Any]:
    rows = WebhookDelivery.objects.filter(endpoint=pk).select_related("event")
    counts = {
        state: rows.filter(status=state).order_by()[:MOST_COUNTED].count()
        for state in (WebhookDelivery.Status.PENDING, WebhookDelivery.Status.FAILED)
    }
    status = request.GET.get("status", "")
    if status in WebhookDelivery.Status.values:
        rows = rows.filter(status=status)
    return {
        "page": page_of(rows.order_by("-id"), request),
        "status": status,
        "statuses": WebhookDelivery.Status.choices,
        "under_way": counts[WebhookDelivery.Status.PENDING],
        "failed": counts[WebhookDelivery.Status.FAILED],
    }


def _shown_once(request: StaffRequest, endpoint: WebhookEndpoint) -> HttpResponse:
    context = {"endpoint": endpoint, "secret": secret_of(endpoint)}
    return render(request, "webhooks/secret.html", context, status=201)
