"""Several clocks ring for the same period: its effect comes once."""

import threading
from datetime import timedelta

from django.db import connection

from crm_site import backing_up, tasks
from customers.insight.digests import make_digests
from customers.models import AuditEntry, Backup, WeeklyDigest
from customers.tasks import seal_audit
from tests.factories import NOON, AuditEntryFactory, OrderFactory
from tests.faults.test_workers import tell

CLOCKS = 6


def at_once(work):
    """Several processes' worth of the same work, begun at a barrier."""
    barrier, errors = threading.Barrier(CLOCKS), []

    def run():
        barrier.wait()
        try:
            work()
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(CLOCKS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


def test_a_week_is_told_once_and_caught_up_once():
    for days in (0, 7, 14):
        OrderFactory(placed_at=NOON - timedelta(days=days))
    errors = at_once(make_digests)
    weeks = WeeklyDigest.objects.count()
    make_digests()
    tell("digests by six clocks", digests=weeks, after_catching_up=WeeklyDigest.objects.count())
    assert errors == []
    assert 1 <= weeks == WeeklyDigest.objects.count()


def test_a_night_has_one_backup(settings, tmp_path):
    settings.MEDIA_ROOT, settings.BACKUP_DIR = tmp_path / "media", tmp_path / "backups"
    errors = at_once(tasks.back_up)
    tasks.back_up()
    tell("backups by seven clocks", backups=Backup.objects.count())
    assert errors == []
    assert Backup.objects.filter(verified_at__isnull=False).count() == 1


def test_without_the_guard_a_night_has_two(settings, tmp_path):
    """The control."""
    settings.MEDIA_ROOT = tmp_path / "media"
    for name in ("one", "two"):
        backing_up.make_backup(tmp_path / name, verified=False)
    assert Backup.objects.count() == 2


def test_entries_of_the_audit_are_sealed_once():
    for _ in range(200):
        AuditEntryFactory()
    assert at_once(seal_audit) == []
    seal_audit()
    places = list(AuditEntry.objects.sealed().values_list("sequence", flat=True))
    assert places == list(range(1, 201))
