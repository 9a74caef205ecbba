"""`manage.py cut_passages`: has articles, products and solved tickets cut into passages."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from customers.knowledge.passages import cut_all
from customers.models import Passage


class Command(BaseCommand):
    """Needed once, for records that are older than passages; saving a record does the rest."""

    help = "Cut articles, products and solved tickets into the passages that answers come from."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--if-none."""
        parser.add_argument("--if-none", action="store_true", help="only where there is no passage")

    def handle(self, *args: Any, **options: Any) -> None:
        """Cut, and say how much there was."""
        if options["if_none"] and Passage.objects.exists():
            return
        counts = cut_all()
        if options["if_none"] and not any(counts.values()):
            return  # a shop that is still empty
        told = ", ".join(f"{count} {name}s" for name, count in counts.items())
        self.stdout.write(f"cut {told} into {Passage.objects.count()} passages")
