"""Merging and splitting move messages, tell so in both tickets, and are undone."""

import pytest

from customers.desk import merging
from customers.desk.merging import CannotMerge
from customers.journal.undo import undo
from customers.models import JournalEntry, Message, Ticket
from tests.factories import MessageFactory, TicketFactory, UserFactory

pytestmark = pytest.mark.django_db


def bodies(ticket):
    said = ticket.messages.exclude(author_kind="system")
    return list(said.order_by("pk").values_list("body", flat=True))


def take_back(entry, by):
    entry.request_undo(by=by)
    assert undo(entry.pk)
    entry.refresh_from_db()
    assert entry.left_count == 0


def test_the_merged_ticket_closes_and_its_messages_go_on_in_the_other():
    ann, first, second = UserFactory(), TicketFactory(body="One"), TicketFactory(body="Two")
    entry = merging.merge(second, first, by=ann)
    second.refresh_from_db()
    assert bodies(first) == ["One", "Two"]
    assert (second.status, second.merged_into, bodies(second)) == ("closed", first, [])
    assert merging.leading(second) == first
    assert entry.kind == "merged"
    assert set(JournalEntry.objects.about(first)) == set(JournalEntry.objects.about(second))
    notes = Message.objects.filter(author_kind="system")
    assert notes.count() == 2
    assert all(note.is_internal for note in notes)


def test_a_merge_is_undone_even_after_the_customer_wrote_again():
    ann, first, second = UserFactory(), TicketFactory(body="One"), TicketFactory(body="Two")
    entry = merging.merge(second, first, by=ann)
    first.refresh_from_db()
    first.add_message("Three", author_kind="customer")
    take_back(entry, ann)
    second.refresh_from_db()
    assert (bodies(first), bodies(second)) == (["One", "Three"], ["Two"])
    assert (second.status, second.merged_into) == ("open", None)
    assert second.last_message_at == second.messages.get().sent_at
    assert not Message.objects.filter(author_kind="system").exists()


def test_a_ticket_is_not_merged_into_itself_nor_twice():
    ann, first, second, third = UserFactory(), *(TicketFactory() for _ in range(3))
    with pytest.raises(CannotMerge):
        merging.merge(first, first, by=ann)
    merging.merge(second, first, by=ann)
    with pytest.raises(CannotMerge):
        merging.merge(second, third, by=ann)
    assert third.messages.count() == 1


def test_a_split_takes_messages_to_a_new_ticket_of_the_same_customer_and_is_undone():
    ann, ticket = UserFactory(), TicketFactory(body="One")
    moved = MessageFactory(ticket=ticket, body="And something else")
    new, entry = merging.split(ticket, [moved.pk], subject="Something else", by=ann)
    assert (new.customer, new.subject) == (ticket.customer, "Something else")
    assert (bodies(ticket), bodies(new)) == (["One"], ["And something else"])
    take_back(entry, ann)
    assert bodies(ticket) == ["One", "And something else"]
    assert not Ticket.objects.filter(pk=new.pk).exists()


def test_a_split_leaves_one_message_and_moves_one():
    ann, ticket = UserFactory(), TicketFactory(body="One")
    only = ticket.messages.get()
    for chosen in ([], [only.pk], [MessageFactory().pk]):
        with pytest.raises(CannotMerge):
            merging.split(ticket, chosen, subject="", by=ann)
    assert bodies(ticket) == ["One"]
