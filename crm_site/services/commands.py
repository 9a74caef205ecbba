"""The command lines of the product's processes."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from crm_site.services.postgres import EmbeddedPostgres
from crm_site.services.supervisor import Child

# A ticket is shown with eight rows around it, and to look for the best order of so many joins
# took 7 of the 9 ms of the statement: of pages they are joined as written. A pool of connections
# that others run may refuse the option.
PLANNED_AS_WRITTEN = "-c join_collapse_limit=4"
LEAST_PROCESSES = 2
MOST_PROCESSES = 8  # each takes 130 MB, and two connections of the database's sixty


def postgres(server: EmbeddedPostgres) -> Child:
    """The embedded database."""
    return Child("postgres", server.command(), server.process_options(), signal.SIGINT, needed=True)


def web(host: str, port: int, environment: Mapping[str, str]) -> Child:
    """The web server: a process for each core, and two at least, of two threads each: on two
    cores that measured best.
    """
    granian = ["-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port)]
    processes = min(max(os.cpu_count() or 1, LEAST_PROCESSES), MOST_PROCESSES)
    size = ["--workers", str(processes), "--blocking-threads", "2"]
    size += ["--no-ws", "--log-level", "warning"]
    # One that dies is replaced beside the others; without it the server ends. A reload gives a new
    # one so many seconds to load before the old one answers its last request.
    care = ["--respawn-failed-workers", "--respawn-interval", "5", "--workers-kill-timeout", "20"]
    command = [sys.executable, *granian, *size, *care, "crm_site.wsgi:application"]
    planned = {} if environment.get("DATABASE_URL") else {"PGOPTIONS": PLANNED_AS_WRITTEN}
    options = {"env": {**environment, **planned}}
    return Child("web", command, options, renew_signal=signal.SIGHUP)


def worker(queue: str, environment: Mapping[str, str]) -> Child:
    """A worker of one queue; it loads the models in its one child process."""
    return _worker(queue, "crm_site", ["-c", "1", "-P", "prefork"], environment)


def mail_worker(environment: Mapping[str, str]) -> Child:
    """The worker that talks to mail servers: one process without models. A pool over the broker
    of files stands still for good when its idle child is killed; this is started again whole.
    """
    return _worker("mail", "crm_site.mail", ["-P", "solo"], environment)


def webhook_sender(environment: Mapping[str, str]) -> Child:
    """The process that tells other systems of events."""
    return replace(management("send_webhooks", environment=environment), kept=True)


def _worker(queue: str, app: str, pool: Sequence[str], environment: Mapping[str, str]) -> Child:
    options = ["-Q", queue, *pool, "-l", "WARNING", "-n", f"{queue}@rapport"]
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    command = [*_celery("worker", app), *options, *quiet]
    return Child(queue, command, {"env": dict(environment)})


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
