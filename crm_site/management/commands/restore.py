"""`manage.py restore`: a backup into an empty database, or into a scratch one to prove it."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from crm_site.backing_up import server
from crm_site.services import backups
from crm_site.services.errors import ServiceError
from customers.models import Backup


class Command(BaseCommand):
    """Restores a backup and compares the rows and checksum of each table."""

    help = "Restore a backup into an empty database; with --verify into a scratch one beside it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The folder, --verify."""
        parser.add_argument("folder", type=Path, help="the folder of the backup")
        parser.add_argument(
            "--verify",
            action="store_true",
            help="restore into a scratch database of the same server, compare, and drop it",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit 1 with a line that names what differs."""
        folder: Path = options["folder"].resolve()
        try:
            if options["verify"]:
                manifest = backups.verify(server(), folder)
                Backup.objects.filter(folder=str(folder)).update(verified_at=timezone.now())
            else:
                connection.close()
                manifest = backups.restore(server(), settings.MEDIA_ROOT, folder)
        except ServiceError as error:
            raise CommandError(str(error)) from error
        tables = manifest["tables"]
        rows = sum(int(count) for count, _sum in tables.values())
        done = "Verified" if options["verify"] else "Restored"
        self.stdout.write(f"{done}: {len(tables)} tables, {rows} rows, every checksum equal.")
