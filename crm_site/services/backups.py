"""Backups: the database and the files of one moment, with a manifest that proves them.

    FOLDER/database.dump   pg_dump's custom format, of one snapshot
    FOLDER/media/...       the files of the shop
    FOLDER/manifest.json   rows and checksum of each table in that snapshot, SHA-256 of each file

The checksum of a table is the sum of a hash of each row as text, so it does not depend on the
order of rows. A backup is verified by being restored into a scratch database and compared.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from crm_site.services.errors import ServiceError
from crm_site.services.postgres import wheel_binaries

DUMP, MANIFEST, MEDIA = "database.dump", "manifest.json", "media"
SCRATCH = "rapport_verify"
TABLES_SQL = """
SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename
"""
CHUNK_BYTES = 1 << 20


@dataclass(frozen=True)
class Server:
    """The database to read or write: its name, and how libpq reaches its server."""

    name: str
    host: str = ""
    port: str = ""
    user: str = ""
    password: str = ""

    @classmethod
    def of(cls, settings: dict[str, Any]) -> Server:
        """As Django's connection names it."""
        names = ("host", "port", "user", "password")
        return cls(settings["dbname"], **{name: str(settings.get(name) or "") for name in names})

    def named(self, name: str) -> Server:
        """Another database of the same server."""
        return Server(name, self.host, self.port, self.user, self.password)

    @property
    def environment(self) -> dict[str, str]:
        """What libpq reads; a password never stands in a command line."""
        told = {
            "PGDATABASE": self.name,
            "PGHOST": self.host,
            "PGPORT": self.port,
            "PGUSER": self.user,
            "PGPASSWORD": self.password,
        }
        return os.environ | {name: value for name, value in told.items() if value}

    def connect(self) -> psycopg.Connection:
        """A connection in UTC, so that times read the same everywhere."""
        told = {"host": self.host, "port": self.port, "user": self.user, "password": self.password}
        chosen: dict[str, Any] = {name: value for name, value in told.items() if value}
        return psycopg.connect(dbname=self.name, options="-c timezone=UTC", **chosen)


def back_up(server: Server, media: Path, folder: Path) -> dict[str, Any]:
    """Write a backup into `folder`, which must not be there; the manifest. Raises ServiceError.

    Writers are not held up: the dump and the sums are of one snapshot.
    """
    if folder.exists():
        raise ServiceError(f"There is something in {folder} already; name another folder.")
    folder.mkdir(parents=True, mode=0o700)
    with server.connect() as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        (snapshot,) = _one(connection, "SELECT pg_export_snapshot()")
        dump = ["-Fc", "-Z3", "--no-owner", f"--snapshot={snapshot}", "-f", str(folder / DUMP)]
        _run("pg_dump", server, *dump)
        tables = sums_of(connection)
    if media.is_dir():
        shutil.copytree(media, folder / MEDIA)
    manifest = {
        "format": 1,
        "made_at": datetime.now(UTC).isoformat(),
        "tables": tables,
        "files": dict(_sums_of_files(folder)),
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1, sort_keys=True))
    return manifest


def sums_of(connection: psycopg.Connection) -> dict[str, list[str]]:
    """Rows and checksum of each table."""
    found = {}
    for (table,) in connection.execute(TABLES_SQL).fetchall():
        counted = sql.SQL(
            "SELECT count(*)::text, coalesce(sum(hashtextextended(t::text, 0)), 0)::text FROM {} t"
        )
        row = connection.execute(counted.format(sql.Identifier("public", table))).fetchone()
        assert row is not None
        found[table] = list(row)
    return found


def check_files(folder: Path) -> dict[str, Any]:
    """The manifest, once each file is as it says. Raises ServiceError that names the first that
    is not.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text())
        known: dict[str, str] = manifest["files"]
    except (OSError, ValueError, KeyError) as error:
        raise ServiceError(f"{folder} holds no backup: {MANIFEST} is not readable.") from error
    present = dict(_sums_of_files(folder))
    for name in sorted({*known, *present}):
        if known.get(name) != present.get(name):
            state = "is missing" if name not in present else "is not as it was written"
            raise ServiceError(f"{name} {state}: this backup is damaged.")
    return manifest


def restore(server: Server, media: Path, folder: Path) -> dict[str, Any]:
    """Put a backup into an empty database and an empty folder of files, and compare each table.

    Raises ServiceError when there is something already, or anything differs.
    """
    manifest = check_files(folder)
    if media.is_dir() and any(media.iterdir()):
        raise ServiceError(f"{media} is not empty; move its files away first.")
    _restore_database(server, folder, manifest)
    if (folder / MEDIA).is_dir():
        shutil.copytree(folder / MEDIA, media, dirs_exist_ok=True)
    return manifest


def verify(server: Server, folder: Path) -> dict[str, Any]:
    """Prove a backup: restore it into a scratch database beside, compare, and drop that."""
    manifest = check_files(folder)
    with _scratch(server) as scratch:
        _restore_database(scratch, folder, manifest)
    return manifest


def remove_old(parent: Path, keep: int) -> list[str]:
    """Remove all but the newest `keep` backups of a folder; their names."""
    known = sorted(path.parent for path in parent.glob(f"*/{MANIFEST}"))
    gone = known[: max(0, len(known) - max(keep, 1))]
    for folder in gone:
        shutil.rmtree(folder)
    return [folder.name for folder in gone]


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as read:
        while chunk := read.read(CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def _restore_database(server: Server, folder: Path, manifest: dict[str, Any]) -> None:
    with server.connect() as connection:
        if connection.execute(TABLES_SQL).fetchone():
            raise ServiceError(f"The database {server.name} is not empty; name an empty one.")
    _run("pg_restore", server, "--no-owner", "--exit-on-error", "-d", server.name, folder / DUMP)
    with server.connect() as connection:
        found, wanted = sums_of(connection), manifest["tables"]
    for table in sorted({*found, *wanted}):
        if found.get(table) != wanted.get(table):
            raise ServiceError(f"The table {table} differs from the backup after the restore.")


@contextmanager
def _scratch(server: Server) -> Iterator[Server]:
    scratch = server.named(f"{SCRATCH}_{os.getpid()}")
    _recreate(server, scratch.name)
    try:
        yield scratch
    finally:
        _recreate(server, scratch.name, make=False)


def _recreate(server: Server, name: str, *, make: bool = True) -> None:
    """Drop a scratch database, and make it unless told otherwise."""
    with server.connect() as connection:
        connection.autocommit = True
        quoted = sql.Identifier(name)
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(quoted))
        if make:
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(quoted))


def _sums_of_files(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path != folder / MANIFEST:
            yield str(path.relative_to(folder)), sha256_of(path)


def _run(program: str, server: Server, *arguments: str | Path) -> None:
    command = [str(_binary(program)), *map(str, arguments)]
    ended = subprocess.run(
        command, env=server.environment, capture_output=True, text=True, check=False
    )
    if ended.returncode:
        last = (ended.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise ServiceError(f"{program} failed: {last}")


def _binary(program: str) -> Path:
    """The program of the embedded server's wheel, which reads servers of its age and older;
    else the one on the PATH.
    """
    try:
        return wheel_binaries() / program
    except ServiceError:
        if found := shutil.which(program):
            return Path(found)
        raise ServiceError(f"{program} is not installed; install PostgreSQL's client.") from None


def _one(connection: psycopg.Connection, query: str) -> Any:
    return connection.execute(query.encode()).fetchone()
