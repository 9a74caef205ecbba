"""The product as the benchmarks meet it: its database alone, or all of its processes."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from crm_site.services import commands
from crm_site.services.on_demand import ensure_postgres
from crm_site.services.process import die_with_parent
from crm_site.services.static_files import collect_when_changed
from crm_site.services.supervisor import Supervisor, wait_until

UP_LINE = "Rapport is up"
STOP_SECONDS, WEB_SECONDS = 40, 60


@dataclass(frozen=True, slots=True)
class Product:
    """A running product: where its web server listens, and the root of its processes."""

    host: str
    port: int
    pid: int


@contextmanager
def database() -> Iterator[None]:
    """The embedded database with the product's own settings, migrated and empty."""
    with ensure_postgres(settings.VAR_DIR):
        try:
            call_command("migrate", verbosity=0)
            yield
        finally:
            connection.close()


@contextmanager
def running_product(*options: str) -> Iterator[Product]:
    """`manage.py up` with these options, on a free port, until the block ends."""
    host, port = "127.0.0.1", _free_port()
    command = [sys.executable, "manage.py", "up", "--host", host, "--port", str(port), *options]
    parent = os.getpid()
    process = subprocess.Popen(
        command,
        cwd=settings.BASE_DIR,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: die_with_parent(signal.SIGINT, parent),
    )
    try:
        assert process.stdout is not None
        _wait_until_up(process.stdout)
        yield Product(host, port, process.pid)
    finally:
        connection.close()
        process.send_signal(signal.SIGINT)
        process.wait(STOP_SECONDS)


@contextmanager
def running_web() -> Iterator[Product]:
    """The web server as `manage.py up` runs it, with the worker that reads what comes in, over
    the `database` that is up already. Nothing else runs: no clock, no bulk work.
    """
    host, port = "127.0.0.1", _free_port()
    environment = os.environ | {"RAPPORT_VAR": str(settings.VAR_DIR)}
    collect_when_changed()
    children = [commands.web(host, port, environment), commands.worker("interactive", environment)]
    supervisor = Supervisor(settings.VAR_DIR / "log", sys.stderr)
    try:
        for child in children:
            supervisor.start(child)
        wait_until(lambda: _answers(host, port), children[0], WEB_SECONDS)
        yield Product(host, port, os.getpid())
    finally:
        connection.close()
        supervisor.stop()


def _answers(host: str, port: int) -> bool:
    line = http.client.HTTPConnection(host, port, timeout=2)
    try:
        line.request("GET", "/health/")
        return line.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        line.close()


def _wait_until_up(lines: IO[str]) -> None:
    last: deque[str] = deque(maxlen=20)
    for line in lines:
        last.append(line)
        if UP_LINE in line:
            # a pipe that nobody empties would stop the product once it is full
            threading.Thread(target=deque, args=(lines, 0), daemon=True).start()
            return
    raise RuntimeError("the product did not start:\n" + "".join(last))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
