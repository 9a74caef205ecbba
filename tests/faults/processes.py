"""Real processes that the tests of faults start and kill: Redis, workers, a web server."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing

import httpx
from celery import Celery

from crm_site.services import commands
from crm_site.services.process import die_with_parent
from tests.processes import ROOT, environment

# One for all threads (a new one reads all certificates), and a connection for each request, as
# behind a proxy.
CALLER = httpx.Client(limits=httpx.Limits(max_keepalive_connections=0))
LEDGER_ENGINE = "tests.intelligence.ledger_engine.load"


def ends_with_us():
    """What a process of ours does first: a run of tests that is killed leaves nothing behind."""
    parent = os.getpid()
    return lambda: die_with_parent(parent=parent)


def free_port():
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(condition, what, seconds=60, every=0.05):
    """Seconds until `condition()` holds."""
    started = time.monotonic()
    while not condition():
        assert time.monotonic() - started < seconds, f"waited in vain for {what}"
        time.sleep(every)
    return time.monotonic() - started


def children_of(pid):
    """The processes that this one started, oldest first."""
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False)
    return [int(child) for child in found.stdout.split()]


def has_redis():
    return shutil.which("redis-server") is not None


class Redis:
    """A Redis without persistence: what it held is gone when it is killed."""

    def __init__(self, folder):
        self.folder, self.port, self.process = folder, free_port(), None
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def start(self):
        options = ["--port", str(self.port), "--save", "", "--appendonly", "no"]
        self.process = subprocess.Popen(
            ["redis-server", *options, "--dir", str(self.folder), "--bind", "127.0.0.1"],
            stdout=subprocess.DEVNULL,
            preexec_fn=ends_with_us(),
        )
        wait_for(self.answers, "redis", 10)
        return self

    def answers(self):
        try:
            self.client().ping()
        except Exception:
            return False
        return True

    def client(self):
        import redis

        return redis.Redis(port=self.port)

    def kill(self):
        self.process.kill()
        self.process.wait()


class Worker:
    """A worker of all queues in a process group of its own; started again when told to."""

    def __init__(self, folder, name, variables, concurrency=1, app="crm_site"):
        self.folder, self.name, self.variables = folder, name, variables
        self.concurrency, self.app, self.process = concurrency, app, None

    def start(self):
        options = ["-Q", "interactive,bulk", "-c", str(self.concurrency), "-l", "WARNING"]
        quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "celery", "-A", self.app, "worker", *options, *quiet),
                *("-n", f"{self.name}@localhost"),
            ],
            cwd=ROOT,
            env=environment(**self.variables),
            stdout=(self.folder / f"{self.name}.log").open("a"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=ends_with_us(),
        )
        return self

    def kill(self):
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        if self.process is not None:
            self.process.wait()

    def kill_child(self):
        """Kill the pool process, as the kernel does when memory is short."""
        for pid in children_of(self.process.pid)[:1]:
            os.kill(pid, signal.SIGKILL)

    def loads(self):
        """How many pool processes it has had that loaded what they read with."""
        return self.log.count("Loading weights: 100%")

    @property
    def log(self):
        return (self.folder / f"{self.name}.log").read_text()


class Bell:
    """Sends the messages that beat and the web server send, to any broker."""

    def __init__(self, url, options=None):
        self.app = Celery(broker=url)
        self.app.conf.broker_transport_options = options or {}

    def ring(self, task, *arguments, queue="interactive"):
        """False when the broker is away."""
        try:
            self.app.send_task(task, arguments, queue=queue, retry=False)
        except Exception:
            return False
        return True

    def sweep(self):
        return self.ring("intelligence.tasks.sweep")


class Web:
    """The web server on a port of its own."""

    def __init__(self, folder, variables):
        self.folder, self.port, self.variables = folder, free_port(), variables
        self.address = f"http://127.0.0.1:{self.port}"

    def start(self):
        options = ["--interface", "wsgi", "--port", str(self.port), "--blocking-threads", "4"]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "granian", *options, "crm_site.wsgi:application"],
            cwd=ROOT,
            env=environment(**self.variables),
            stdout=(self.folder / "web.log").open("a"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=ends_with_us(),
        )
        wait_for(self.answers, "the web server", 60, 0.2)
        return self

    def answers(self):
        try:
            return CALLER.get(f"{self.address}/health/", timeout=5).status_code == 200
        except httpx.HTTPError:
            return False

    def kill(self):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class ProductWeb(Web):
    """The web server as the product starts it. Whoever is at it looks after it, as the supervisor
    does; a thread may, so the kernel is not asked to end it with the one that started it.
    """

    starts = 0

    def start(self):
        self.starts += 1
        child = commands.web("127.0.0.1", self.port, environment(**self.variables))
        self.process = subprocess.Popen(
            child.command,
            cwd=ROOT,
            stdout=(self.folder / "web.log").open("a"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
            **child.options,
        )
        wait_for(self.answers, "the web server", 60, 0.2)
        wait_for(lambda: len(self.workers()) == 2, "its processes")
        return self

    def look_after(self):
        if self.process.poll() is not None:
            self.start()

    def workers(self):
        return children_of(self.process.pid)

    def kill_one(self):
        """Kill its oldest process; whether there was one."""
        found = self.workers()
        for pid in found[:1]:
            os.kill(pid, signal.SIGKILL)
        return bool(found)
