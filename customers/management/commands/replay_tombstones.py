"""`manage.py replay_tombstones`: erased people who came back with a backup are erased again."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from customers.models import ErasureRequest, Import
from customers.privacy import erasing
from customers.privacy.tombstones import replay


class Command(BaseCommand):
    """Call it after a restore, before anything is served; `manage.py up` does."""

    help = "Erase again who was erased and came back with a restored database."

    def handle(self, *args: Any, **options: Any) -> None:
        """Put back tombstones, erase, and say how many that were."""
        numbers = replay()
        if numbers:  # an import of the restored database would wait for a worker for ever
            stopped = {"status": Import.Status.CANCELLED, "finished_at": timezone.now()}
            Import.objects.for_workers().update(**stopped)
        asked = ErasureRequest.objects.filter(number__in=numbers)
        for pk in asked.values_list("pk", flat=True):
            while erasing.carry_out(pk) and asked.unfinished().filter(pk=pk, error="").exists():
                pass
        left = asked.exclude(status=ErasureRequest.Status.DONE).count()
        if left:
            raise CommandError(f"{left} of {len(numbers)} persons could not be erased again.")
        if options["verbosity"] or numbers:
            self.stdout.write(f"{len(numbers)} erased persons had come back; they are gone.")
