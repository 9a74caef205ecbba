"""Backups of a large shop under writes, restored where nothing is; erased people stay away."""

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from benchmarks.samples.large_shop import Size, fill
from crm_site import backing_up
from crm_site.services import backups
from crm_site.services.postgres import DATABASE, THROWAWAY, EmbeddedPostgres, embedded_url
from customers.models import Backup, Customer
from customers.privacy import erasing
from tests.factories import CustomerFactory, UserFactory
from tests.faults.processes import ProductWeb
from tests.faults.test_workers import tell
from tests.processes import ROOT, database_url, environment

CUSTOMERS = int(os.environ.get("RAPPORT_RESTORE_CUSTOMERS", "20000"))
EVENTS = 10 * CUSTOMERS  # orders, their lines and messages
MOST_SECONDS = 900


@pytest.fixture
def place(settings, tmp_path):
    settings.MEDIA_ROOT, settings.BACKUP_DIR = tmp_path / "media", tmp_path / "backups"
    (settings.MEDIA_ROOT / "attachments").mkdir(parents=True)
    (settings.MEDIA_ROOT / "attachments" / "bill.txt").write_text("12 kettles")
    settings.TOMBSTONES_FILE = str(tmp_path / "tombstones.jsonl")
    settings.VAR_DIR = tmp_path / "var"
    return settings


@pytest.fixture
def empty_cluster():
    """A database server of its own, of which nobody has written anything."""
    var = Path(tempfile.mkdtemp(prefix="rapport-restored-"))
    var.chmod(0o755)
    server = EmbeddedPostgres(var, extra=THROWAWAY)
    server.start()
    yield var
    server.stop()
    shutil.rmtree(var, ignore_errors=True)


class Writing:
    """Customers that come in while something else is done."""

    def __enter__(self):
        self.ending, self.count = threading.Event(), 0
        self.thread = threading.Thread(target=self._write)
        self.thread.start()
        return self

    def _write(self):
        while not self.ending.is_set():
            CustomerFactory()
            self.count += 1
            time.sleep(0.01)
        connection.close()

    def __exit__(self, *_):
        self.ending.set()
        self.thread.join()


def server_of(var):
    options = environment(DATABASE_URL=embedded_url(var))["DATABASE_URL"]
    host = options.partition("host=")[2].replace("%2F", "/")
    return backups.Server(DATABASE, host=host, user="postgres")


def test_a_large_shop_is_backed_up_under_writes_and_restored(place, empty_cluster, tmp_path):
    fill(Size(CUSTOMERS, orders=3 * CUSTOMERS, messages=EVENTS - 9 * CUSTOMERS))
    with Writing() as writing:
        started = time.monotonic()
        row = backing_up.make_backup(verified=False)
        backup_s = time.monotonic() - started
        started = time.monotonic()
        call_command("restore", row.folder, "--verify")
        verify_s = time.monotonic() - started
    started = time.monotonic()
    manifest = backups.restore(server_of(empty_cluster), tmp_path / "media2", Path(row.folder))
    restore_s = time.monotonic() - started
    rows = {name: int(count) for name, (count, _sum) in manifest["tables"].items()}
    web = ProductWeb(tmp_path, {"DATABASE_URL": embedded_url(empty_cluster)}).start()
    web.kill()
    named = flipped(Path(row.folder) / "database.dump", row)
    tell(
        "backup and restore",
        customers=rows["customers_customer"],
        rows=sum(rows.values()),
        megabytes=round(row.size_bytes / 1e6),
        written_meanwhile=writing.count,
        backup_s=round(backup_s, 1),
        verify_s=round(verify_s, 1),
        restore_s=round(restore_s, 1),
        flipped_byte=named,
    )
    assert writing.count > 0
    assert CUSTOMERS < rows["customers_customer"] <= Customer.objects.count()
    assert Backup.objects.get().verified_at
    assert restore_s <= MOST_SECONDS


def flipped(path, row):
    """What is said of a backup in which one byte is another."""
    with path.open("r+b") as dump:
        dump.seek(path.stat().st_size // 2)
        byte = dump.read(1)
        dump.seek(-1, os.SEEK_CUR)
        dump.write(bytes([byte[0] ^ 1]))
    with pytest.raises(CommandError, match="is not as it was written") as told:
        call_command("restore", row.folder, "--verify")
    return str(told.value)


@pytest.fixture
def second_database():
    name = "rapport_second"
    backups._recreate(backing_up.server(), name)
    yield backing_up.server().named(name)
    backups._recreate(backing_up.server(), name, make=False)


def manage(command, database, place):
    """A command of the product on another database of this server."""
    subprocess.run(
        [sys.executable, "manage.py", command],
        cwd=ROOT,
        env=environment(
            DATABASE_URL=database_url(database.name),
            TOMBSTONES_FILE=place.TOMBSTONES_FILE,
            PRIVACY_KEY=place.PRIVACY_KEY,
        ),
        check=True,
        capture_output=True,
    )


def test_of_the_erased_none_is_back_in_a_second_database(place, second_database, tmp_path):
    people = [
        CustomerFactory(source="shop", external_id=f"c{n}", email=f"buyer{n}@example.com")
        for n in range(1000)
    ]
    row = backing_up.make_backup(verified=False)
    manager = UserFactory(role="manager")
    for one in people[:100]:
        request = erasing.ask(one, "asked", by=manager)
        assert erasing.carry_out(request.pk)
    backups.restore(second_database, tmp_path / "media2", Path(row.folder))
    came_back = back_in(second_database)
    started = time.monotonic()
    manage("replay_tombstones", second_database, place)
    seconds = time.monotonic() - started
    tell(
        "backup from before the erasures",
        customers=1000,
        erased=100,
        back_without_the_replay=came_back,  # the control
        back_after_it=back_in(second_database),
        seconds=round(seconds, 1),
    )
    assert came_back == 100
    assert back_in(second_database) == 0


def back_in(database):
    with database.connect() as restored:
        count = restored.execute(
            "SELECT count(*) FROM customers_customer WHERE email ~ '^buyer[0-9]{1,2}@example.com$'"
        ).fetchone()
    return count[0]
