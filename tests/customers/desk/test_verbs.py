"""Changing tickets: one act, one entry, the next version; a stale one writes nothing."""

import pytest

from customers.desk import verbs
from customers.desk.acting import Stale
from customers.desk.wording import since
from customers.journal.undo import undo
from customers.models import AutomaticLabel, Correction, Intent, JournalEntry, Team, Ticket
from tests.factories import TicketFactory, UserFactory

pytestmark = pytest.mark.django_db


def undone(entry, by):
    assert entry.request_undo(by=by)
    assert undo(entry.pk)
    entry.refresh_from_db()
    return entry


def test_an_act_on_several_columns_is_one_entry_and_one_version():
    ann, ticket = UserFactory(), TicketFactory()
    team = Team.objects.create(name="Returns")
    entry = verbs.change(
        [ticket.pk],
        {"status": "solved", "assignee": ann, "team": team, "add_tags": ["VIP ", "vip"]},
        by=ann,
        versions={ticket.pk: 1},
    )
    ticket.refresh_from_db()
    assert (ticket.status, ticket.assignee, ticket.team) == ("solved", ann, team)
    assert (ticket.tags, ticket.version) == (["vip"], 2)
    assert ticket.solved_at is not None
    assert JournalEntry.objects.get() == entry
    assert entry.row_count == 1


def test_what_is_so_already_makes_neither_an_entry_nor_a_version():
    ann, ticket = UserFactory(), TicketFactory()
    verbs.change([ticket.pk], {"status": "open", "tags": [], "watch": False}, by=ann)
    ticket.refresh_from_db()
    assert ticket.version == 1
    assert not JournalEntry.objects.exists()


def test_a_stale_change_writes_nothing_and_tells_who_changed_what():
    ann, bob = UserFactory(username="ann"), UserFactory(username="bob")
    ticket = TicketFactory()
    verbs.change([ticket.pk], {"status": "pending"}, by=ann, versions={ticket.pk: 1})
    with pytest.raises(Stale):
        verbs.change([ticket.pk], {"status": "solved"}, by=bob, versions={ticket.pk: 1})
    ticket.refresh_from_db()
    assert (ticket.status, ticket.version) == ("pending", 2)
    [told] = since(ticket, 1)
    assert (told.who, told.what) == ("ann", "status")
    assert (told.before, told.after) == ("open", "waiting for customer")


def test_one_stale_row_of_many_leaves_all_as_they_were():
    ann, fresh, other = UserFactory(), TicketFactory(), TicketFactory()
    verbs.change([other.pk], {"kind": "problem"}, by=ann)
    versions = {fresh.pk: 1, other.pk: 1}
    with pytest.raises(Stale) as refused:
        verbs.change(versions, {"status": "solved"}, by=ann, versions=versions)
    assert refused.value.shown == {other.pk: 1}
    assert set(Ticket.objects.values_list("status", flat=True)) == {"open"}


def test_undo_puts_columns_watchers_and_corrections_back():
    ann, ticket = UserFactory(), TicketFactory()
    intent = Intent.objects.get(pk="complaint")
    wanted = {"intent": intent, "priority": "urgent", "watch": True, "snooze": None}
    entry = verbs.change([ticket.pk], wanted, by=ann)
    assert Correction.objects.count() == 2
    undone(entry, ann)
    ticket.refresh_from_db()
    assert (ticket.intent, ticket.intent_set_by, ticket.priority) == (None, None, "normal")
    assert not ticket.watchers.exists()
    assert not Correction.objects.exists()
    assert ticket.version == 3
    assert entry.left_count == 0


def test_undo_brings_back_the_decision_that_was_replaced():
    ann, ticket = UserFactory(), TicketFactory()
    first, second = Intent.objects.get(pk="complaint"), Intent.objects.get(pk="get_refund")
    verbs.change([ticket.pk], {"intent": first}, by=ann)
    undone(verbs.change([ticket.pk], {"intent": second}, by=ann), ann)
    ticket.refresh_from_db()
    assert ticket.intent == first
    assert Correction.objects.get().label == "complaint"


def test_undo_leaves_what_a_colleague_changed_since():
    ann, bob, ticket = UserFactory(), UserFactory(), TicketFactory()
    entry = verbs.change([ticket.pk], {"status": "pending"}, by=ann)
    verbs.change([ticket.pk], {"status": "solved"}, by=bob)
    assert undone(entry, ann).left_count == 1
    ticket.refresh_from_db()
    assert ticket.status == "solved"


def test_a_decision_settles_the_automatic_label_and_undo_lets_it_stand_again():
    ann, ticket = UserFactory(), TicketFactory()
    label = AutomaticLabel.objects.create(
        ticket=ticket, task="intent", label="get_refund", probability=0.9, threshold=0.7,
        model_version="ab" * 32,
    )  # fmt: skip
    Ticket.objects.filter(pk=ticket.pk).update(intent="get_refund", intent_set_automatically=True)
    intent = Intent.objects.get(pk="complaint")
    entry = verbs.change([ticket.pk], {"intent": intent}, by=ann)
    label.refresh_from_db()
    assert label.outcome == "corrected"
    undone(entry, ann)
    label.refresh_from_db()
    ticket.refresh_from_db()
    assert label.outcome == "standing"
    assert ticket.intent_set_automatically


def test_a_customers_message_wakes_a_snoozed_ticket(django_capture_on_commit_callbacks):
    ticket = TicketFactory()
    Ticket.objects.filter(pk=ticket.pk).update(snoozed_until_at="2099-01-01T00:00Z")
    ticket.refresh_from_db()
    ticket.add_message("Hello?", author_kind="customer")
    ticket.refresh_from_db()
    assert ticket.snoozed_until_at is None


def test_what_the_api_changes_is_an_act_and_the_next_version_too(client):
    user, ticket = UserFactory(), TicketFactory()
    client.force_login(user)
    address = f"/api/v1/tickets/{ticket.pk}/"
    sent = {"status": "solved", "priority": "high", "tags": ["vip"]}
    told = client.patch(address, sent, content_type="application/json").json()
    ticket.refresh_from_db()
    assert (ticket.status, ticket.priority, ticket.tags) == ("solved", "high", ["vip"])
    assert ticket.solved_at is not None
    assert (told["version"], ticket.version) == (2, 2)
    assert JournalEntry.objects.get().by == user


def test_a_customer_who_writes_again_opens_a_solved_ticket_as_if_it_had_not_been():
    ticket = TicketFactory()
    ticket.set_status("solved")
    ticket.add_message("It broke again", author_kind="customer")
    ticket.refresh_from_db()
    assert (ticket.status, ticket.solved_at) == ("open", None)
