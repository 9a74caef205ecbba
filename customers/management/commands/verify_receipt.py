"""`manage.py verify_receipt FILE`: whether the shop signed just this receipt of an erasure."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from customers.privacy.seal import is_genuine


class Command(BaseCommand):
    """Reads a receipt as JSON from a file, or from standard input for `-`."""

    help = "Tell whether a receipt of an erasure is genuine."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """FILE."""
        parser.add_argument("file", help="the receipt as JSON; - for standard input")

    def handle(self, *args: Any, **options: Any) -> None:
        """One line; exit 1 for a receipt that the shop's key did not sign."""
        try:
            text = sys.stdin.read() if options["file"] == "-" else Path(options["file"]).read_text()
            receipt = json.loads(text)
        except (OSError, ValueError) as error:
            raise CommandError(
                f"That cannot be read as a receipt: {error}", returncode=2
            ) from error
        if not isinstance(receipt, dict) or not is_genuine(receipt):
            raise CommandError("This receipt is not genuine: the shop's key did not sign it.")
        self.stdout.write(f"Genuine: erasure {receipt['erasure']} of {receipt['erased_at']}.")
