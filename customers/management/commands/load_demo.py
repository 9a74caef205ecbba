"""`manage.py load_demo`: the demo shop, loaded once."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from time import perf_counter
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from customers.demo.loader import load_demo
from customers.demo.shop import SEED
from customers.insight.digests import make_digests


class Command(BaseCommand):
    """Loads the demo shop as of today, or says that it is there already."""

    help = "Load the demo shop Fern & Kettle; loading again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", type=int, default=SEED, help="another shop of the same kind")
        parser.add_argument("--json", action="store_true", help="end with one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        started = perf_counter()
        loaded = load_demo(timezone.now().date(), options["seed"])
        make_digests()
        seconds = round(perf_counter() - started, 2)
        # tells `manage.py up` that it need not ask again, even where the rows were deleted
        Path(settings.VAR_DIR, "demo.loaded").touch()
        if options["json"]:
            self.stdout.write(json.dumps({**asdict(loaded), "seconds": seconds}))
            return
        rows = ", ".join(f"{count} {name}" for name, count in loaded.counts.items())
        if loaded.created:
            self.stdout.write(f"Loaded the demo shop in {seconds} s: {rows}.")
        else:
            self.stdout.write(f"The demo shop is loaded already, nothing changed: {rows}.")
