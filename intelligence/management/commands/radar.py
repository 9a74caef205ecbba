"""`manage.py radar`: look for contradictions, stale articles and articles to write, now."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from customers.models import Finding
from intelligence.engines.errors import WeightsError
from intelligence.radar.run import refresh_radar


class Command(BaseCommand):
    """One look of the radar in this process, with no broker at all."""

    help = "Look for contradictions, stale articles and articles to write where texts changed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--again, --json."""
        parser.add_argument("--again", action="store_true", help="read every text anew")
        parser.add_argument("--json", action="store_true", help="end with one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Look, and print what is new and what is open."""
        try:
            look = refresh_radar(again=options["again"])
        except WeightsError as error:
            raise CommandError(str(error)) from error
        rows = Finding.objects.open()
        figures: dict[str, Any] = {
            "open": {kind: rows.filter(kind=kind).count() for kind in Finding.Kind.values},
            "look": asdict(look) if look else None,
        }
        if options["json"]:
            self.stdout.write(json.dumps(figures))
            return
        if look is None:
            self.stdout.write("Nothing changed since the last look, or another process looks.")
        else:
            self.stdout.write(
                f"{look.texts} texts, {look.read_anew} read anew; new: {look.contradictions} "
                f"contradictions, {look.stale} stale, {look.unanswered} to write"
            )
        for kind, count in figures["open"].items():
            self.stdout.write(f"{kind}: {count} open")
