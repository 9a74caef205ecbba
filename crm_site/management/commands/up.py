"""`manage.py up`: the whole product in one process tree."""

from __future__ import annotations

import os
import urllib.error
import urllib.request
from argparse import ArgumentParser
from contextlib import nullcontext
from pathlib import Path
from typing import IO, Any, cast

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from crm_site.services import commands, preflight
from crm_site.services.errors import ServiceError
from crm_site.services.logins import first_logins
from crm_site.services.on_demand import mark_up, owned
from crm_site.services.postgres import EmbeddedPostgres
from crm_site.services.static_files import collect_when_changed
from crm_site.services.supervisor import Supervisor, wait_until

WEB_SECONDS = 60


class Command(BaseCommand):
    """Starts database, web server, workers and beat, and ends them together."""

    help = "Run the whole product: database, web server, workers and beat in one tree."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--host, --port, --no-demo."""
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
        parser.add_argument("--port", type=int, default=8000, help="port to listen on")
        parser.add_argument("--no-demo", action="store_true", help="leave the demo shop out")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until Ctrl-C; each failure is one line."""
        embedded = not os.environ.get("DATABASE_URL")
        try:
            preflight.check_weights(settings.BACKBONE)
            preflight.check_port(options["host"], options["port"])
            with owned(settings.VAR_DIR) if embedded else nullcontext():
                self._run(embedded, options)
        except ServiceError as error:
            raise CommandError(str(error)) from error

    def _run(self, embedded: bool, options: dict[str, Any]) -> None:
        supervisor = Supervisor(settings.VAR_DIR / "log", cast(IO[str], self.stdout._out))
        supervisor.listen_to_signals()
        try:
            if embedded:
                self._start_database(supervisor)
            mark_up(settings.VAR_DIR, running=True)
            self._start_product(supervisor, options)
            supervisor.watch()
        finally:
            connection.close()
            mark_up(settings.VAR_DIR, running=False)
            supervisor.stop()

    def _start_database(self, supervisor: Supervisor) -> None:
        server = EmbeddedPostgres(settings.VAR_DIR)
        server.prepare()
        child = commands.postgres(server)
        supervisor.start(child)
        server.wait_until_ready(lambda: child.is_running)

    def _start_product(self, supervisor: Supervisor, options: dict[str, Any]) -> None:
        environment = os.environ | {"RAPPORT_VAR": str(settings.VAR_DIR)}
        call_command("migrate", verbosity=0)
        call_command("replay_tombstones", verbosity=0)  # nobody erased is served again
        call_command("cut_passages", "--if-none")
        logins = first_logins(settings.VAR_DIR / "logins.txt")
        collect_when_changed()
        connection.close()
        web = commands.web(options["host"], options["port"], environment)
        supervisor.start(web)
        for queue in ("interactive", "bulk"):
            supervisor.start(commands.worker(queue, environment))
        supervisor.start(commands.mail_worker(environment))
        supervisor.start(commands.webhook_sender(environment))
        supervisor.start(commands.beat(settings.VAR_DIR, environment))
        self._load_demo(supervisor, environment, options)
        address = f"http://{options['host']}:{options['port']}/"
        wait_until(lambda: _answers(f"{address}login/"), web, WEB_SECONDS)
        self._announce(supervisor, address, logins)

    def _load_demo(
        self, supervisor: Supervisor, environment: dict[str, str], options: dict[str, Any]
    ) -> None:
        """The demo shop comes in while the web server already answers, once."""
        loaded = Path(settings.VAR_DIR, "demo.loaded")
        if options["no_demo"] or loaded.exists():
            return
        supervisor.start(commands.management("load_demo", environment=environment))

    def _announce(self, supervisor: Supervisor, address: str, logins: dict[str, str]) -> None:
        lines = [f"Rapport is up: {address}"]
        lines += [f"  log in as {name:<8} {password}" for name, password in logins.items()]
        lines += [f"  logs: {settings.VAR_DIR / 'log'}    stop: Ctrl-C"]
        supervisor.say("\n".join(["", *lines, ""]))


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2):  # noqa: S310  # our own http address
            return True
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False
