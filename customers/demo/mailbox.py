"""A mailbox of the demo shop, not active: it shows what is to be filled in."""

from __future__ import annotations

from customers.models import Mailbox

ADDRESS = "help@shop.example"


def write_mailbox() -> None:
    """Make it where no such address is taken. Its servers exist nowhere (RFC 2606)."""
    Mailbox.objects.get_or_create(
        address=ADDRESS,
        defaults={
            "name": "Rapport shop",
            "imap_host": "imap.shop.example",
            "imap_user": ADDRESS,
            "imap_variable": "HELP_MAIL_SECRET",
            "smtp_host": "smtp.shop.example",
            "smtp_user": ADDRESS,
            "smtp_variable": "HELP_MAIL_SECRET",
        },
    )
