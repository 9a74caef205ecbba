"""`manage.py backup`: the database and the files of this moment, proved by reading them back."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from crm_site.backing_up import make_backup
from crm_site.services.errors import ServiceError


class Command(BaseCommand):
    """Writes a backup while the product runs."""

    help = "Back up the database and the files, and verify the backup by a restore beside it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--to, --no-verify, --json."""
        parser.add_argument("--to", type=Path, help="a new folder; else one under BACKUP_DIR")
        parser.add_argument("--no-verify", action="store_true", help="do not read it back now")
        parser.add_argument("--json", action="store_true", help="end with one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit 1 with a line when it did not work."""
        try:
            row = make_backup(options["to"], verified=not options["no_verify"])
        except ServiceError as error:
            raise CommandError(str(error)) from error
        if row is None:
            raise CommandError("Another backup is being made; wait for it.")
        told = {
            "folder": row.folder,
            "rows": row.row_count,
            "bytes": row.size_bytes,
            "verified": row.verified_at is not None,
        }
        if options["json"]:
            self.stdout.write(json.dumps(told))
            return
        proof = "read back and whole" if row.verified_at else "not read back"
        self.stdout.write(f"{row.row_count} rows, {row.size_bytes} bytes in {row.folder}, {proof}.")
