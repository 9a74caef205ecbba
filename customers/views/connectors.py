"""Shops, for admins: what they told, what could not be read, and what they are told."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from customers.connectors.forms import ConnectorForm
from customers.journal.recording import recorded
from customers.models import Connector, InboundWebhook, JournalEntry
from customers.paging import page_of
from customers.views.access import StaffRequest, admins_only

MOST_STATUSES = 10


@require_GET
@admins_only
def connector_list(request: StaffRequest) -> HttpResponse:
    """All shops."""
    rows = Connector.objects.visible_to(request.user)
    return render(request, "connectors/list.html", {"page": page_of(rows, request)})


@require_http_methods(["GET", "POST"])
@admins_only
def new_connector(request: StaffRequest) -> HttpResponse:
    """Add a shop."""
    form = ConnectorForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        note = form.instance.name
        with recorded(JournalEntry.Kind.EDITED, by=request.user, note=note) as journal:
            connector = form.save()
            journal.made(Connector.objects.filter(pk=connector.pk))
        messages.success(request, _("The shop is saved. Give it the address below."))
        return redirect("connector", pk=connector.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "connectors/new.html", {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
@admins_only
def connector_page(request: StaffRequest, pk: int) -> HttpResponse:
    """One shop: its settings, and its webhooks narrowed by what came of them."""
    connector = _connector(request, pk)
    form = ConnectorForm(request.POST or None, instance=connector)
    if request.method == "POST" and form.is_valid():
        rows = Connector.objects.filter(pk=pk)
        act = recorded(JournalEntry.Kind.EDITED, by=request.user, note=connector.name)
        with act as journal, journal.watching(rows, *form.fields):
            form.instance.save(update_fields=list(form.fields))
        messages.success(request, _("The shop is saved."))
        return redirect("connector", pk=pk)
    answer = 422 if request.method == "POST" else 200
    status = request.GET.get("status", "")
    webhooks = InboundWebhook.objects.filter(connector=pk).defer("body").order_by("-id")
    if status in InboundWebhook.Status.values:
        webhooks = webhooks.filter(status=status)
    stored = _connector(request, pk)
    context = {
        "connector": stored,
        "form": form,
        "page": page_of(webhooks, request),
        "status": status,
        "statuses": InboundWebhook.Status.choices,
        "told": stored.statuses.select_related("order")[:MOST_STATUSES],
        "lacks_secret": stored.secret_variable not in settings.SHOP_SECRETS,
        "webhook_address": request.build_absolute_uri(reverse("shop-webhook", args=[pk])),
    }
    return render(request, "connectors/page.html", context, status=answer)


@require_POST
@admins_only
def retry_webhook(request: StaffRequest, pk: int) -> HttpResponse:
    """Have a webhook that failed be read again."""
    webhook = get_object_or_404(InboundWebhook.objects.visible_to(request.user), pk=pk)
    if webhook.retry():
        messages.success(request, _("It waits to be read again."))
    else:
        messages.info(request, _("It did not fail, so there is nothing to read again."))
    return redirect("connector", pk=webhook.connector_id)


def _connector(request: StaffRequest, pk: int) -> Connector:
    return get_object_or_404(Connector.objects.visible_to(request.user), pk=pk)
