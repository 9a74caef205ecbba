"""`manage.py reload`: new code and settings without a request that fails."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from crm_site.services.errors import ServiceError
from crm_site.services.on_demand import renew
from crm_site.services.static_files import collect_when_changed


class Command(BaseCommand):
    """Migrates, then has web server, workers and beat of this machine start anew, in turn."""

    help = "Have the running product load its code and settings anew, while it serves on."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Tell it; one line says what happens."""
        call_command("migrate", verbosity=0)
        collect_when_changed()
        try:
            renew(settings.VAR_DIR)
        except ServiceError as error:
            raise CommandError(str(error)) from error
        self.stdout.write("The web server changes over within 15 s, workers after their batch.")
