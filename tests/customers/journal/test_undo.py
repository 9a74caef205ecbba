"""What an act did is kept whole, and undone only where nobody has touched it since."""

from contextlib import suppress
from decimal import Decimal

import pytest

from customers.journal.recording import recorded
from customers.journal.undo import undo, undo_all_asked
from customers.models import Customer, JournalChange, JournalEntry, Order
from tests.factories import NOON, CustomerFactory, OrderFactory, UserFactory

pytestmark = pytest.mark.django_db

BULK = JournalEntry.Kind.BULK_EDITED


def undone(entry, by=None):
    entry.request_undo(by=by or UserFactory())
    undo(entry.pk)
    entry.refresh_from_db()
    return entry


def edited(rows, by=None, **columns):
    with recorded(BULK, by=by or UserFactory()) as journal, journal.watching(rows, *columns):
        rows.update(**columns)
    return journal.entry


def everything(pk):
    return Customer.objects.filter(pk=pk).values().get()


def test_an_edit_of_many_rows_is_one_entry_with_what_each_row_was():
    user = UserFactory()
    one, two = CustomerFactory(country="Italy"), CustomerFactory(country="Spain")
    kept = CustomerFactory(country="France")

    entry = edited(Customer.objects.all(), by=user, country="France")

    assert (entry.kind, entry.by, entry.row_count) == (BULK, user, 2)
    assert entry.changes.get().rows() == [
        (one.pk, {"country": "Italy"}, {"country": "France"}),
        (two.pk, {"country": "Spain"}, {"country": "France"}),
    ]
    assert list(JournalEntry.objects.about(one)) == [entry]
    assert not JournalEntry.objects.about(kept)


def test_an_act_that_changes_nothing_or_fails_leaves_no_entry():
    CustomerFactory(country="France")
    edited(Customer.objects.all(), country="France")
    with suppress(ZeroDivisionError), recorded(BULK, by=None) as journal:
        with journal.watching(Customer.objects.all(), "country"):
            Customer.objects.update(country="Italy")
        raise ZeroDivisionError
    assert not JournalEntry.objects.exists()
    assert Customer.objects.get().country == "France"


def test_undo_gives_every_column_back_to_the_microsecond():
    precise = NOON.replace(microsecond=123456)
    customer = CustomerFactory(
        first_order_at=precise,
        spent_total=Decimal("12.3456"),
        tags=["vip", "中文"],
        country="Italy",
    )
    before = everything(customer.pk)
    entry = edited(
        Customer.objects.all(),
        first_order_at=None,
        spent_total=0,
        tags=[],
        country="",
        name="Nobody",
    )
    assert everything(customer.pk)["spent_total"] == 0

    entry = undone(entry)

    after = everything(customer.pk)
    due = {"requested_at", "analysed_at"}
    assert {name: after[name] for name in after if name not in due} == {
        name: before[name] for name in before if name not in due
    }
    assert (entry.undone_count, entry.left_count, entry.is_undone) == (1, 0, True)


def test_what_somebody_changed_since_is_left_and_named():
    theirs, ours = CustomerFactory(country="Italy"), CustomerFactory(country="Italy")
    gone = CustomerFactory(country="Italy")
    entry = edited(Customer.objects.all(), country="France")
    Customer.objects.filter(pk=theirs.pk).update(country="Peru")
    Customer.objects.filter(pk=gone.pk).delete()

    entry = undone(entry)

    assert Customer.objects.get(pk=theirs.pk).country == "Peru"
    assert Customer.objects.get(pk=ours.pk).country == "Italy"
    assert (entry.undone_count, entry.left_count) == (1, 2)
    assert entry.left == [
        {"model": "customers.customer", "pk": theirs.pk, "reason": "changed since"},
        {"model": "customers.customer", "pk": gone.pk, "reason": "deleted since"},
    ]


def test_made_rows_go_and_deleted_rows_come_back_with_their_relations():
    duplicate, survivor = CustomerFactory(name="Ann B."), CustomerFactory(name="Ann Bell")
    order = OrderFactory(customer=duplicate)
    whole = everything(duplicate.pk)
    with recorded(JournalEntry.Kind.MERGED, by=UserFactory()) as journal:
        moving = Order.objects.filter(customer=duplicate)
        with journal.watching(moving, "customer"):
            moving.update(customer=survivor)
        journal.delete(Customer.objects.filter(pk=duplicate.pk))
        made = CustomerFactory(name="A note of the merge")
        journal.made(Customer.objects.filter(pk=made.pk))
    assert not Customer.objects.filter(pk=duplicate.pk).exists()

    entry = undone(journal.entry)

    # it is read again, as its orders are back
    now = everything(duplicate.pk)
    assert now.pop("requested_at") > whole.pop("requested_at")
    assert now == whole
    assert Order.objects.get(pk=order.pk).customer_id == duplicate.pk
    assert not Customer.objects.filter(pk=made.pk).exists()
    assert entry.left == []


def test_a_made_row_that_was_edited_or_is_referred_to_stays():
    with recorded(JournalEntry.Kind.IMPORTED, by=None) as journal:
        edited_since, bought, plain = (CustomerFactory() for _ in range(3))
        journal.made(Customer.objects.all())
    edited_since.name = "Somebody"
    edited_since.save()
    OrderFactory(customer=bought)

    entry = undone(journal.entry)

    assert {row["pk"]: row["reason"] for row in entry.left} == {
        edited_since.pk: "changed since",
        bought.pk: "other records refer to it",
    }
    assert not Customer.objects.filter(pk=plain.pk).exists()


def test_an_undo_goes_on_where_it_was_cut_off_and_is_asked_for_once(monkeypatch):
    monkeypatch.setattr("customers.journal.recording.CHUNK", 1)
    rows = [CustomerFactory(country="Italy") for _ in range(3)]
    entry = edited(Customer.objects.all(), country="France")
    user = UserFactory()
    assert entry.request_undo(by=user)
    assert not entry.request_undo(by=user)
    cut_off = JournalChange.objects.order_by("-pk").first()
    JournalChange.objects.filter(pk=cut_off.pk).update(undone_at=NOON)
    Customer.objects.filter(pk=rows[2].pk).update(country="Peru")

    assert undo_all_asked() == 1
    assert undo_all_asked() == 0

    assert [row.country for row in Customer.objects.order_by("pk")] == ["Italy", "Italy", "Peru"]


def test_a_row_whose_owner_is_gone_is_left_and_named():
    customer = CustomerFactory()
    order = OrderFactory(customer=customer)
    rows = Order.objects.filter(pk=order.pk)
    with recorded(BULK, by=None) as journal, journal.watching(rows, "customer"):
        rows.update(customer=None)
    customer.delete()

    entry = undone(journal.entry)

    assert [row["reason"] for row in entry.left] == ["what it belonged to is gone"]
    assert Order.objects.get().customer is None


def test_an_undo_that_cannot_be_is_told_and_can_be_asked_again():
    CustomerFactory(country="Italy")
    entry = edited(Customer.objects.all(), country="France")
    entry.changes.update(model="customers.nothing_like_it")

    entry = undone(entry)

    assert "nothing_like_it" in entry.undo_error
    assert not entry.is_undone
    assert entry.request_undo(by=UserFactory())
