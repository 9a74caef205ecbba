"""`manage.py verify_audit`: whether the chain of the audit is whole."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from customers.audit.chain import seal, verify


class Command(BaseCommand):
    """Seals what waits, walks the chain, and names the first row that is not as it was."""

    help = "Verify the audit: name the first altered, missing or added entry."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--head, --json."""
        parser.add_argument(
            "--head",
            default="",
            help="a head that an earlier run printed, SEQUENCE:HASH; it must still be in the chain",
        )
        parser.add_argument("--json", action="store_true", help="end with one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit 0 when the chain is whole, 1 otherwise."""
        seal()
        try:
            verdict = verify(options["head"])
        except ValueError as error:
            raise CommandError(str(error), returncode=2) from error
        if options["json"]:
            self.stdout.write(json.dumps(asdict(verdict)))
        if verdict.fault:
            row = f", row {verdict.pk}" if verdict.pk else ""
            raise CommandError(f"Entry {verdict.sequence}{row} is {verdict.fault}.")
        if not options["json"]:
            self.stdout.write(f"{verdict.count} entries are whole. Head: {verdict.head}")
