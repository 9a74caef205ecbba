"""Where another service hands mail over. Nobody logs in: each call is signed."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from customers.channels.mail.storing import most_bytes, store
from customers.channels.mail.webhook import Rejected, mail_in
from customers.models import InboundMail, Mailbox
from customers.signals import job_requested, send_after_commit

ENVELOPE = 1_048_576  # bytes that a form has beside the mail; JSON may escape each of its bytes


@csrf_exempt
@login_not_required
@require_POST
def take_in(request: HttpRequest, pk: int) -> JsonResponse:
    """Store the mail of a call, then answer 202; a worker reads it. Called again with the same
    mail it answers 202 and stores nothing more.
    """
    mailbox = get_object_or_404(Mailbox.objects.active(), pk=pk)
    try:
        raw = mail_in(
            mailbox,
            _body(request),
            request.headers.get("Content-Type", ""),
            request.headers.get("X-Rapport-Signature", ""),
        )
    except Rejected as rejected:
        return JsonResponse({"detail": str(rejected)}, status=rejected.status)
    mail = store(mailbox, raw)
    send_after_commit(job_requested, sender=InboundMail, pk=mail.pk)
    return JsonResponse({"id": mail.pk, "sha256": mail.sha256}, status=202)


def _body(request: HttpRequest) -> bytes:
    most = 2 * most_bytes() + ENVELOPE
    body = request.read(most + 1)
    if len(body) > most:
        raise Rejected(413, _("the mail is larger than %(n)s bytes") % {"n": most_bytes()})
    return body
