"""Writes the description of the API that clients are held to (docs/openapi.yaml)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from customers.api.compatibility import breaking_changes
from customers.api.description import description, read, written

DEFAULT = Path(settings.BASE_DIR, "docs", "openapi.yaml")


class Command(BaseCommand):
    """`manage.py openapi`: what is added is written; what breaks clients is refused, unless the
    version of the API (SPECTACULAR_SETTINGS) is another one.
    """

    help = "Write docs/openapi.yaml; refuses changes that break clients of this version."

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to."""
        parser.add_argument("--file", type=Path, default=DEFAULT)

    def handle(self, *args: Any, **options: Any) -> None:
        """Write it. Raises CommandError with what would break."""
        path: Path = options["file"]
        now = description()
        if path.exists():
            was = read(path.read_text())
            told = breaking_changes(was, now)
            if told and was["info"]["version"] == now["info"]["version"]:
                raise CommandError("This breaks clients:\n  " + "\n  ".join(told))
        path.write_text(written(now))
        self.stdout.write(f"{path}: {len(now['paths'])} paths")
