"""Connections to the mail servers that a mailbox names, and to no others.

Where a name leads to is looked at before anything is sent: without the mailbox's tick neither
this machine nor a private network is reached, whatever a name server says.
"""

from __future__ import annotations

import imaplib
import ipaddress
import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.conf import settings
from django.core.mail import get_connection
from django.utils.translation import gettext as _

from customers.models import Mailbox

SMTP = "django.core.mail.backends.smtp.EmailBackend"
MOST_SAID = 300  # characters of what a server says
FAULTS = (OSError, imaplib.IMAP4.error, smtplib.SMTPException, UnicodeError)


class Unreachable(Exception):
    """Why a server could not be reached or would not let us in, in words for staff."""


@contextmanager
def imap_session(mailbox: Mailbox) -> Iterator[imaplib.IMAP4]:
    """A logged-in IMAP connection; raises `Unreachable`, also for what goes wrong within."""
    password = secret(mailbox.imap_variable)
    try:
        _refuse_private(mailbox, mailbox.imap_host, mailbox.imap_port)
        server = _imap(mailbox)
        try:
            server.login(mailbox.imap_user, password)
            yield server
        finally:
            with suppress(*FAULTS):
                server.logout()
    except FAULTS as error:
        raise Unreachable(f"IMAP: {said(error)}") from error


@contextmanager
def smtp_session(mailbox: Mailbox) -> Iterator[smtplib.SMTP]:
    """A logged-in SMTP connection, by Django's backend; raises `Unreachable` where there is
    none. What goes wrong within is the caller's.
    """
    password = secret(mailbox.smtp_variable) if mailbox.smtp_variable else ""
    backend: Any = get_connection(
        SMTP,
        host=mailbox.smtp_host,
        port=mailbox.smtp_port,
        username=mailbox.smtp_user,
        password=password,
        use_tls=mailbox.smtp_security == Mailbox.Security.STARTTLS,
        use_ssl=mailbox.smtp_security == Mailbox.Security.TLS,
        timeout=settings.MAIL_TIMEOUT_SECONDS,
    )
    try:
        _refuse_private(mailbox, mailbox.smtp_host, mailbox.smtp_port)
        backend.open()
    except FAULTS as error:
        raise Unreachable(f"SMTP: {said(error)}") from error
    try:
        yield backend.connection
    finally:
        with suppress(*FAULTS):
            backend.close()


def secret(variable: str) -> str:
    """The secret in a variable. Raises `Unreachable` where there is none."""
    if not variable:
        raise Unreachable(_("No variable with the password is named."))
    if not settings.MAIL_SECRETS.get(variable):
        raise Unreachable(
            _("The environment of the workers has no variable %(name)s.") % {"name": variable}
        )
    return settings.MAIL_SECRETS[variable]


def said(error: BaseException) -> str:
    """What an error or a server says, short."""
    parts = [
        part.decode("utf-8", "replace") if isinstance(part, bytes) else str(part)
        for part in error.args
    ]
    return " ".join(" ".join(parts).split())[:MOST_SAID] or type(error).__name__


def _imap(mailbox: Mailbox) -> imaplib.IMAP4:
    host, port, timeout = mailbox.imap_host, mailbox.imap_port, settings.MAIL_TIMEOUT_SECONDS
    if mailbox.imap_security == Mailbox.Security.TLS:
        context = ssl.create_default_context()
        return imaplib.IMAP4_SSL(host, port, ssl_context=context, timeout=timeout)
    server = imaplib.IMAP4(host, port, timeout=timeout)
    if mailbox.imap_security == Mailbox.Security.STARTTLS:
        server.starttls(ssl.create_default_context())
    return server


def _refuse_private(mailbox: Mailbox, host: str, port: int) -> None:
    if mailbox.on_own_network:
        return
    for *_rest, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        if not ipaddress.ip_address(str(address[0]).partition("%")[0]).is_global:
            raise Unreachable(
                _("%(host)s is on a private network: tick “servers on our own network”.")
                % {"host": host}
            )
