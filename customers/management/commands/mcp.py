"""The MCP server over stdin and stdout, for an agent that runs on this machine."""

from __future__ import annotations

import logging
from typing import Any

import anyio
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import close_old_connections

from customers.current_request import standing_for
from customers.mcp.calling import Caller
from customers.mcp.server import NotNow, serve_over_stdio
from customers.models import RateWindow
from customers.models.api_key import acting_with
from customers.models.hidden import hide_for
from customers.partners.keys import key_of

WINDOW_SECONDS = 60


class Command(BaseCommand):
    """`RAPPORT_API_KEY=rpt_… manage.py mcp`; the key is asked anew at each message."""

    help = "Speaks MCP on stdin and stdout with the API key in RAPPORT_API_KEY."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Answer until stdin is closed."""
        secret = settings.MCP_API_KEY
        if key_of(secret) is None:
            raise CommandError(
                "Set RAPPORT_API_KEY to a key that works; admins make one under API keys."
            )
        logging.disable(logging.INFO)  # what is logged goes to stderr, and agents' consoles
        anyio.run(serve_over_stdio, lambda: caller_with(secret))


def caller_with(secret: str) -> Caller:
    """Who calls now. Raises NotNow for a key that works no more, or that called too often."""
    close_old_connections()
    key = key_of(secret)
    if key is None:
        raise NotNow("This key does not work: unknown, expired or revoked.")
    key.note_use()
    limit, name = key.requests_per_minute, f"api-key/{key.pk}"
    if wait := RateWindow.objects.wait_after(name, limit=limit, seconds=WINDOW_SECONDS):
        raise NotNow(f"Too many calls; the next one is taken in {wait} seconds.")
    standing_for("mcp")
    hide_for(key.owner)
    return Caller(acting_with(key.owner, key), key)
