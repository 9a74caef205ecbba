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
    mailbox = mail.mailbox
    made = EmailMultiAlternatives(
        subject=" ".join(mail.subject.split()),
        body=mail.text,
        from_email=formataddr((mailbox.name, mailbox.address)),
        to=[mail.to_address],
        cc=mail.copied_to,
        headers=_headers(mail),
    )
    html = render_to_string("mail/text.html", {"paragraphs": mail.text.split("\n\n")})
    made.attach_alternative(html, "text/html")
    for attachment in mail.message.attachments.all() if mail.message else ():
        with attachment.file.open("rb") as file:
            made.attach(attachment.name, file.read(), attachment.content_type)
    return made


def _headers(mail: OutboundMail) -> dict[str, Any]:
    headers = {
        "Message-ID": f"<{mail.mail_id}>",
        "Date": format_datetime(mail.queued_at),
        "X-Auto-Response-Suppress": "OOF, AutoReply",
    }
    ticket = mail.about_ticket_id
    if mail.mailbox.uses_plus_addresses and ticket:
        address = answer_address(mail.mailbox.address, ticket)
        headers["Reply-To"] = formataddr((mail.mailbox.name, address))
    if mail.in_reply_to:
        headers["In-Reply-To"] = f"<{mail.in_reply_to}>"
    if mail.references:
        headers["References"] = " ".join(f"<{one}>" for one in mail.references.split())
    if mail.is_automatic:
        kind = "auto-replied" if mail.message else "auto-generated"  # RFC 3834
        headers |= {"Auto-Submitted": kind, "X-Auto-Response-Suppress": "All"}
    return headers
