"""`manage.py send_webhooks`: tells other systems of events, and shops of their orders."""

from __future__ import annotations

import signal
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from customers.webhooks.sending import Sender


class Command(BaseCommand):
    """Sends until it is ended by a signal; any number of them may run, on any machines."""

    help = "Send webhooks as they become due, until Ctrl-C; --once sends what is due now."

    def add_arguments(self, parser: CommandParser) -> None:
        """--once."""
        parser.add_argument("--once", action="store_true", help="send what is due, and end")

    def handle(self, *args: Any, **options: Any) -> None:
        """A signal lets what is under way end first."""
        if options["once"]:
            self.stdout.write(f"{Sender().drain()} delivered")
            return
        ended: list[int] = []
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda received, _frame: ended.append(received))
        Sender().run(until=lambda: bool(ended))
