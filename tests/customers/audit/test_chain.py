"""The chain of the audit: an altered, missing or added row is named."""

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from customers.audit import chain
from customers.audit.keeping import age_out, erase_subject
from customers.models import AuditEntry, AuditHead
from tests.factories import NOON, AuditEntryFactory

pytestmark = pytest.mark.django_db


def sealed(count=5, **columns):
    for number in range(count):
        AuditEntryFactory(**{"pks": [number + 1], **columns})
    chain.seal()
    return list(AuditEntry.objects.sealed())


def behind_the_trigger(sql, *values):
    """As somebody does who owns the database."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(sql, values)
        cursor.execute("SET session_replication_role = DEFAULT")


def test_a_chain_that_nobody_touched_is_whole():
    sealed()
    verdict = chain.verify()
    assert (verdict.fault, verdict.count) == ("", 5)
    assert verdict.head == str(AuditHead.objects.get(pk=1))


def test_sealing_goes_on_where_it_stopped():
    sealed(2)
    sealed(3)
    assert [row.sequence for row in AuditEntry.objects.sealed()] == [1, 2, 3, 4, 5]
    assert chain.verify().fault == ""


@pytest.mark.parametrize(
    "change",
    [
        "actor_name = 'eve'",
        "happened_at = now()",
        "pks = '{77}'",
        "action = 'exported'",
        "key_id = 4",
    ],
)
def test_an_altered_row_is_named(change):
    row = sealed()[2]
    behind_the_trigger(f"UPDATE customers_auditentry SET {change} WHERE id = %s", row.pk)
    verdict = chain.verify()
    assert (verdict.fault, verdict.sequence, verdict.pk) == ("altered", 3, row.pk)


@pytest.mark.parametrize("place", [1, 3, 5])
def test_a_missing_row_is_named(place):
    row = sealed()[place - 1]
    behind_the_trigger("DELETE FROM customers_auditentry WHERE id = %s", row.pk)
    verdict = chain.verify()
    assert (verdict.fault, verdict.sequence) == ("missing", place)


def test_a_row_put_behind_the_end_is_named():
    last = sealed()[-1]
    added = AuditEntryFactory(sequence=6, previous_hash=last.hash, hash="f" * 64)
    verdict = chain.verify()
    assert (verdict.fault, verdict.sequence, verdict.pk) == ("added", 6, added.pk)


def test_an_end_cut_off_with_its_head_is_found_by_a_head_noted_before():
    rows = sealed()
    noted = chain.verify().head
    behind_the_trigger("DELETE FROM customers_auditentry WHERE id = %s", rows[4].pk)
    AuditHead.objects.filter(pk=1).update(sequence=4, hash=rows[3].hash)
    assert chain.verify().fault == ""
    assert chain.verify(noted).fault == "missing"


def test_a_chain_made_anew_without_the_key_does_not_verify(settings):
    rows = sealed()
    key = settings.AUDIT_KEY
    settings.AUDIT_KEY = "a guess"
    previous = chain.START
    for place, row in enumerate(rows, 1):
        own = chain.hash_of(row, place, previous)
        behind_the_trigger(
            "UPDATE customers_auditentry SET previous_hash = %s, hash = %s WHERE id = %s",
            *(previous, own, row.pk),
        )
        previous = own
    AuditHead.objects.filter(pk=1).update(hash=previous)
    settings.AUDIT_KEY = key
    assert (chain.verify().fault, chain.verify().sequence) == ("altered", 1)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE customers_auditentry SET actor_name = 'eve'",
        "UPDATE customers_auditentry SET pks = '{9}'",
        "UPDATE customers_auditentry SET hash = ''",
        "DELETE FROM customers_auditentry",
    ],
)
def test_the_database_refuses_to_change_or_delete(sql):
    sealed(1)
    AuditEntryFactory()  # not sealed yet
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        connection.cursor().execute(sql)


def test_an_erased_subject_leaves_a_pseudonym_and_the_chain_whole():
    sealed(2, pks=[5, 7])
    sealed(1, kind="ticket", pks=[7])
    assert erase_subject("customer", 7) == 2
    chain.seal()
    assert chain.verify().fault == ""
    kept = AuditEntry.objects.filter(action="seen", kind="customer").first().pks
    assert kept[0] == 5
    assert kept[1] == chain.subject_digest("customer", 7) < 0
    assert AuditEntry.objects.get(kind="ticket").pks == [7]
    assert AuditEntry.objects.get(action="erased").row_count == 2


def test_old_entries_go_and_the_rest_verifies():
    old = NOON.replace(year=2001)
    sealed(3, happened_at=old)
    sealed(2)
    assert age_out() == 3
    chain.seal()
    verdict = chain.verify()
    assert (verdict.fault, verdict.count) == ("", 3)  # two, and the entry of the removal
    assert age_out() == 0


def test_a_removal_that_is_only_claimed_does_not_hide_missing_rows():
    rows = sealed()
    AuditEntryFactory(
        action="aged_out", fields=rows[1].hash, route="0" * 64, ledger_pk=rows[1].sequence
    )
    behind_the_trigger("DELETE FROM customers_auditentry WHERE sequence <= 2")
    chain.seal()
    verdict = chain.verify()
    assert (verdict.fault, verdict.sequence) == ("missing", 1)


def test_the_command_says_what_is_wrong(capsys):
    rows = sealed()
    call_command("verify_audit")
    assert "5 entries are whole. Head: 5:" in capsys.readouterr().out
    behind_the_trigger("UPDATE customers_auditentry SET kind = 'x' WHERE id = %s", rows[3].pk)
    with pytest.raises(CommandError, match=f"Entry 4, row {rows[3].pk} is altered"):
        call_command("verify_audit")
