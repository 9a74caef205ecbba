"""Mails for tests, as bytes."""

from email.message import EmailMessage
from email.utils import make_msgid


def mail(
    text="Where is my parcel?",
    *,
    sender="Ann Lee <ann@example.com>",
    subject="My parcel",
    to="help@shop.example",
    html=None,
    files=(),
    mail_id=None,
    **headers,
):
    """A mail; `headers` by their names with _ for -."""
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, to, subject
    made["Message-ID"] = mail_id or make_msgid(domain="example.com")
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    if text is not None:
        made.set_content(text)
    if html is not None:
        made.add_alternative(html, subtype="html")
    for name, content, kind in files:
        main, _, sub = kind.partition("/")
        made.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return made.as_bytes()


def bounce(original_id, *, action="failed", code="smtp; 550 5.1.1 No such user"):
    """A delivery report about a mail of ours."""
    return (
        "From: MAILER-DAEMON@mx.example\r\nTo: help@shop.example\r\nSubject: Undelivered\r\n"
        "Return-Path: <>\r\nMessage-ID: <report1@mx.example>\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="B"\r\n\r\n'
        "--B\r\nContent-Type: text/plain\r\n\r\nIt could not be delivered.\r\n"
        "--B\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; ann@example.com\r\nAction: {action}\r\nStatus: 5.1.1\r\n"
        f"Diagnostic-Code: {code}\r\n\r\n"
        "--B\r\nContent-Type: message/rfc822\r\n\r\n"
        f"From: help@shop.example\r\nMessage-ID: <{original_id}>\r\nSubject: x\r\n\r\nHello\r\n"
        "--B--\r\n"
    ).encode()
