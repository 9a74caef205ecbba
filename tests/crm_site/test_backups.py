"""Backups: what is restored is what was there, and damage is found."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from crm_site import backing_up
from crm_site.services import backups
from customers.alarms import backups as alarm
from customers.models import Backup, Customer
from tests.factories import CustomerFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture
def shop(settings, tmp_path):
    """A shop with rows and a file; its backups go to a folder of the test."""
    settings.MEDIA_ROOT, settings.BACKUP_DIR = tmp_path / "media", tmp_path / "backups"
    (settings.MEDIA_ROOT / "attachments").mkdir(parents=True)
    (settings.MEDIA_ROOT / "attachments" / "bill.txt").write_text("12 kettles")
    for name in ("Ada", "Bob 李", "Eve"):
        CustomerFactory(name=name)
    return settings


@pytest.fixture
def empty(tmp_path):
    """An empty database on the same server."""
    server = backing_up.server().named("rapport_empty")
    backups._recreate(backing_up.server(), server.name)
    yield server
    backups._recreate(backing_up.server(), server.name, make=False)


def test_a_backup_is_restored_with_every_checksum_equal(shop, empty, tmp_path, capsys):
    call_command("backup", "--json")
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    row = Backup.objects.get()
    assert told["verified"] is True
    assert row.verified_at > row.finished_at
    media = tmp_path / "media-elsewhere"
    manifest = backups.restore(empty, media, Path(row.folder))
    assert manifest["tables"]["customers_customer"][0] == "3"
    assert (media / "attachments" / "bill.txt").read_text() == "12 kettles"
    with empty.connect() as restored:
        names = restored.execute("SELECT name FROM customers_customer ORDER BY id").fetchall()
    assert names == [("Ada",), ("Bob 李",), ("Eve",)]


def test_writes_during_a_backup_are_in_neither_part_of_it(shop, monkeypatch):
    real = backups._run

    def written_meanwhile(program, *arguments):
        if program == "pg_dump":
            CustomerFactory(name="late")
        real(program, *arguments)

    monkeypatch.setattr(backups, "_run", written_meanwhile)
    assert backing_up.make_backup().verified_at is not None
    assert Customer.objects.count() == 4


@pytest.mark.parametrize("part", ["database.dump", "media/attachments/bill.txt"])
def test_one_flipped_byte_is_found(shop, part):
    folder = shop.BACKUP_DIR / "one"
    backing_up.make_backup(folder, verified=False)
    path = folder / part
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(CommandError, match=f"{part} is not as it was written"):
        call_command("restore", str(folder), "--verify")


def test_rows_that_differ_after_a_restore_are_found(shop):
    folder = shop.BACKUP_DIR / "one"
    backing_up.make_backup(folder, verified=False)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["tables"]["customers_customer"][1] = "1"
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(CommandError, match="table customers_customer differs"):
        call_command("restore", str(folder), "--verify")


def test_a_database_that_is_not_empty_is_left_alone(shop, tmp_path):
    folder = shop.BACKUP_DIR / "one"
    backing_up.make_backup(folder, verified=False)
    with pytest.raises(backups.ServiceError, match="is not empty"):
        backups.restore(backing_up.server(), tmp_path / "other", folder)


def test_no_scratch_database_stays_behind(shop):
    backing_up.make_backup()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_database WHERE datname LIKE 'rapport_verify%'")
        assert cursor.fetchone() == (0,)


def test_a_failed_backup_keeps_its_reason(shop, monkeypatch):
    monkeypatch.setattr(backups, "_binary", lambda _program: "/bin/false")
    with pytest.raises(CommandError, match="pg_dump failed"):
        call_command("backup")
    assert "pg_dump failed" in Backup.objects.get().error
    assert Backup.objects.last_verified_at() is None


def test_old_backups_go(tmp_path):
    for name in ("a", "b", "c"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "manifest.json").touch()
    assert backups.remove_old(tmp_path, keep=2) == ["a"]


def test_a_missing_backup_is_an_alarm_after_26_hours(settings):
    settings.BACKUP_HOUR = 2
    now = timezone.now()
    UserFactory(date_joined=now - timedelta(hours=25))
    assert list(alarm.find(now)) == []
    UserFactory(date_joined=now - timedelta(hours=27))
    assert len(list(alarm.find(now))) == 1
    Backup.objects.create(folder="x", verified_at=now - timedelta(hours=25))
    assert list(alarm.find(now)) == []
    Backup.objects.update(verified_at=now - timedelta(hours=27))
    assert len(list(alarm.find(now))) == 1
