"""Mail as it goes out: text, the same as simple HTML, and the files."""

from __future__ import annotations

from email.utils import format_datetime, formataddr
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from customers.channels.mail.tokens import answer_address
from customers.models import OutboundMail


def composed(mail: OutboundMail) -> EmailMultiAlternatives:
    """The mail of a row. What customers wrote is not in it: only the message of staff is."""
    message, mailbox = mail.message, mail.mailbox
    made = EmailMultiAlternatives(
        subject=" ".join(mail.subject.split()),
        body=message.body,
        from_email=formataddr((mailbox.name, mailbox.address)),
        to=[mail.to_address],
        cc=mail.copied_to,
        headers=_headers(mail),
    )
    html = render_to_string("mail/reply.html", {"paragraphs": message.body.split("\n\n")})
    made.attach_alternative(html, "text/html")
    for attachment in message.attachments.all():
        with attachment.file.open("rb") as file:
            made.attach(attachment.name, file.read(), attachment.content_type)
    return made


def _headers(mail: OutboundMail) -> dict[str, Any]:
    headers = {
        "Message-ID": f"<{mail.mail_id}>",
        "Date": format_datetime(mail.queued_at),
        "X-Auto-Response-Suppress": "OOF, AutoReply",
    }
    if mail.mailbox.uses_plus_addresses:
        address = answer_address(mail.mailbox.address, mail.message.ticket_id)
        headers["Reply-To"] = formataddr((mail.mailbox.name, address))
    if mail.in_reply_to:
        headers["In-Reply-To"] = f"<{mail.in_reply_to}>"
    if mail.references:
        headers["References"] = " ".join(f"<{one}>" for one in mail.references.split())
    if mail.is_automatic:
        headers |= {"Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All"}
    return headers
