"""`manage.py benchmark_data`: a shop of a million customers, to try the product on."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from customers.models import Customer


class Command(BaseCommand):
    """Fills the database that is configured; refuses where customers are."""

    help = "Make a large shop: by default a million customers, three million orders."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--customers, --orders, --messages, --json."""
        parser.add_argument("--customers", type=int, default=1_000_000)
        parser.add_argument("--orders", type=int, default=3_000_000)
        parser.add_argument("--messages", type=int, default=1_000_000)
        parser.add_argument("--json", action="store_true", help="end with one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the rows; a database with customers is one line and exit status 2."""
        # the samples belong to the benchmarks, which are not part of the installed product
        from benchmarks.samples.large_shop import Size, fill

        if Customer.objects.exists():
            raise CommandError(
                "There are customers in this database already. Name an empty one: "
                "RAPPORT_VAR=/some/folder manage.py up --no-demo, then run this again.",
                returncode=2,
            )
        started = time.monotonic()
        size = Size(options["customers"], options["orders"], options["messages"])
        fill(size)
        seconds = round(time.monotonic() - started, 1)
        self.stdout.write(f"Made {size} in {seconds} s.")
        if options["json"]:
            made = {"customers": size.customers, "orders": size.orders, "messages": size.messages}
            self.stdout.write(json.dumps({**made, "seconds": seconds}))
