"""The command lines of the product's processes."""

from __future__ import annotations

import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from crm_site.services.postgres import EmbeddedPostgres
from crm_site.services.supervisor import Child


def postgres(server: EmbeddedPostgres) -> Child:
    """The embedded database."""
    return Child("postgres", server.command(), server.process_options(), signal.SIGINT, needed=True)


def web(host: str, port: int, environment: Mapping[str, str]) -> Child:
    """The web server: two processes of two threads measured best on two cores."""
    granian = ["-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port)]
    size = ["--workers", "2", "--blocking-threads", "2", "--no-ws", "--log-level", "warning"]
    command = [sys.executable, *granian, *size, "crm_site.wsgi:application"]
    return Child("web", command, {"env": dict(environment)})


def worker(queue: str, environment: Mapping[str, str]) -> Child:
    """A worker of one queue; but for that of mail it loads the models in its one child."""
    options = ["-Q", queue, "-c", "1", "-P", "prefork", "-l", "WARNING", "-n", f"{queue}@rapport"]
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    app = "crm_site.mail" if queue == "mail" else "crm_site"
    return Child(queue, [*_celery("worker", app), *options, *quiet], {"env": dict(environment)})


def beat(var: Path, environment: Mapping[str, str]) -> Child:
    """The clock of the periodic tasks."""
    options = ["-l", "WARNING", "-s", str(var / "beat-schedule"), "--pidfile="]
    return Child("beat", [*_celery("beat"), *options], {"env": dict(environment)})


def management(name: str, *arguments: str, environment: Mapping[str, str]) -> Child:
    """A command of ours that runs once beside the others."""
    manage = str(Path(__file__).resolve().parents[2] / "manage.py")
    command = [sys.executable, manage, name, *arguments]
    return Child(name, command, {"env": dict(environment)}, kept=False)


def _celery(kind: str, app: str = "crm_site") -> list[str]:
    return [sys.executable, "-m", "celery", "--quiet", "-A", app, kind]
