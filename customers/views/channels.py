"""Channels for staff: mailboxes, the mail that came, and the mail that goes out."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from customers.channels.forms import MailboxForm
from customers.channels.mail.taking import retry
from customers.journal.recording import recorded
from customers.models import InboundMail, JournalEntry, Mailbox, OutboundMail
from customers.paging import page_of
from customers.views.access import (
    StaffRequest,
    get_inbound_mail_for,
    get_mailbox_for,
    get_outbound_mail_for,
    managers_only,
    own_page,
)


@require_GET
@managers_only
def mailbox_list(request: StaffRequest) -> HttpResponse:
    """All mailboxes, with what is wrong with them."""
    rows = Mailbox.objects.visible_to(request.user).select_related("team")
    troubled = InboundMail.objects.filter(status=InboundMail.Status.FAILED)[:100].count()
    unsent = OutboundMail.objects.in_trouble()[:100].count()
    context = {
        "page": page_of(rows, request),
        "troubled": troubled,
        "unsent": unsent,
        "limits": {
            "minute": settings.MAIL_LIMIT_MINUTE,
            "hour": settings.MAIL_LIMIT_HOUR,
            "recipient": settings.MAIL_LIMIT_RECIPIENT_HOUR,
        },
    }
    return render(request, "channels/mailboxes.html", context)


@require_http_methods(["GET", "POST"])
@managers_only
def new_mailbox(request: StaffRequest) -> HttpResponse:
    """Add a mailbox."""
    return _edited(request, Mailbox())


@require_http_methods(["GET", "POST"])
@managers_only
def mailbox_page(request: StaffRequest, pk: int) -> HttpResponse:
    """One mailbox: its settings, and how it does."""
    return _edited(request, get_mailbox_for(request.user, pk))


@require_POST
@managers_only
def try_mailbox(request: StaffRequest, pk: int) -> HttpResponse:
    """Have a worker log in at its servers."""
    get_mailbox_for(request.user, pk).request_trial()
    messages.success(request, _("The try-out waits for a worker; it is shown here."))
    return redirect("mailbox", pk=pk)


@require_GET
@managers_only
def mailbox_state(request: StaffRequest, pk: int) -> HttpResponse:
    """How it does, alone; polls itself while a try-out waits for a worker."""
    return render(request, "channels/state.html", {"mailbox": get_mailbox_for(request.user, pk)})


@require_POST
@managers_only
def resume_sending(request: StaffRequest, pk: int) -> HttpResponse:
    """Let its mail go out again."""
    mailbox = get_mailbox_for(request.user, pk)
    names = ("sending_stopped_at", "stop_reason", "sending_resumed_at")
    rows = Mailbox.objects.filter(pk=pk)
    act = recorded(JournalEntry.Kind.EDITED, by=request.user, note=str(mailbox))
    with act as journal, journal.watching(rows, *names):
        mailbox.resume_sending()
    messages.success(request, _("Mail goes out again."))
    return redirect("mailbox", pk=pk)


@require_GET
@managers_only
def inbound_list(request: StaffRequest) -> HttpResponse:
    """Mail that came, the latest first; narrowed by where it ended up."""
    rows = InboundMail.objects.visible_to(request.user)
    rows = rows.select_related("mailbox", "message").defer("references", "message__body")
    return render(
        request, "channels/inbound.html", _narrowed(request, rows, InboundMail.Status, "received")
    )


@require_POST
@managers_only
def retry_inbound(request: StaffRequest, pk: int) -> HttpResponse:
    """Read a mail again; mail of machines becomes a ticket because a person says so."""
    mail = get_inbound_mail_for(request.user, pk)
    status = retry(mail.pk, by_hand=True)
    mail.refresh_from_db()
    if status == InboundMail.Status.TAKEN and mail.message:
        messages.success(request, _("The mail is in a ticket now."))
        return redirect("ticket", pk=mail.message.ticket_id)
    messages.error(request, f"{mail.get_status_display()}: {mail.error}")
    return redirect(own_page(request) or reverse("mail-in"))


@require_GET
@managers_only
def inbound_raw(request: StaffRequest, pk: int) -> FileResponse:
    """The mail as it came, to be saved."""
    mail = get_inbound_mail_for(request.user, pk)
    kind = "application/octet-stream"
    name = f"mail-{mail.pk}.eml"
    return FileResponse(mail.raw.open("rb"), as_attachment=True, filename=name, content_type=kind)


@require_GET
@managers_only
def outbound_list(request: StaffRequest) -> HttpResponse:
    """Mail that goes out, the latest first; narrowed by how far it came."""
    rows = OutboundMail.objects.visible_to(request.user)
    rows = rows.select_related("mailbox", "message", "rating")
    rows = rows.defer("references", "body", "message__body", "rating__reason")
    return render(
        request, "channels/outbound.html", _narrowed(request, rows, OutboundMail.Status, "queued")
    )


@require_POST
def retry_outbound(request: StaffRequest, pk: int) -> HttpResponse:
    """Send a mail once more, because a person says so."""
    mail = get_outbound_mail_for(request.user, pk)
    if mail.send_again():
        messages.success(request, _("The mail waits to be sent again."))
    else:
        messages.info(request, _("The mail is under way already."))
    ticket = mail.about_ticket_id
    its_page = reverse("ticket", args=[ticket]) if ticket else reverse("mail-out")
    return redirect(own_page(request) or its_page)


def _narrowed(request: StaffRequest, rows: Any, statuses: Any, by: str) -> dict[str, Any]:
    status = request.GET.get("status", "")
    if status in statuses.values:
        rows = rows.filter(status=status)
    ordered = rows.order_by(f"-{by}_at", "-id")
    return {"page": page_of(ordered, request), "status": status, "statuses": statuses.choices}


def _edited(request: StaffRequest, mailbox: Mailbox) -> HttpResponse:
    form = MailboxForm(request.POST or None, instance=mailbox)
    if request.method == "POST" and form.is_valid():
        _save(request, form)
        messages.success(request, _("The mailbox is saved."))
        return redirect("mailbox", pk=form.instance.pk)
    if mailbox.pk:  # what was typed stands in the form; the heading keeps the stored address
        mailbox = get_mailbox_for(request.user, mailbox.pk)
    address = request.build_absolute_uri(reverse("mail-webhook", args=[mailbox.pk or 0]))
    context = {"mailbox": mailbox, "form": form, "webhook_address": address}
    status = 422 if request.method == "POST" else 200
    return render(request, "channels/mailbox.html", context, status=status)


def _save(request: StaffRequest, form: MailboxForm) -> None:
    is_new = form.instance.pk is None
    note = str(form.instance)
    with recorded(JournalEntry.Kind.EDITED, by=request.user, note=note) as journal:
        if is_new:
            form.save()
            journal.made(Mailbox.objects.filter(pk=form.instance.pk))
            return
        with journal.watching(Mailbox.objects.filter(pk=form.instance.pk), *form.fields):
            form.instance.save(update_fields=list(form.fields))
