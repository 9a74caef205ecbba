"""Clocks follow their tickets on every road, stand while it is not our turn, and are judged."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction

from customers.audiences.tree import rules_of
from customers.journal.recording import recorded
from customers.journal.undo import undo
from customers.models import BusinessHours, JournalEntry, Notice, SlaPolicy, Ticket, TicketSla
from customers.models.automated_columns import AUTOMATED
from customers.sla.clocks import follow
from customers.sla.watch import watch
from tests.factories import NOON, CustomerFactory, TeamFactory, TicketFactory, UserFactory

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def clock_of(ticket):
    return TicketSla.objects.get(ticket=ticket)


def conditions(field, *values):
    return rules_of({"field": field, "operator": "any_of", "value": list(values)})


def test_a_new_ticket_has_both_clocks(clock, promise):
    policy = promise()
    sla = clock_of(TicketFactory())
    assert sla.policy == policy
    assert sla.first_response_due_at == NOON + HOUR == sla.next_due_at
    assert sla.resolution_due_at == NOON + 8 * HOUR
    assert sla.warn_at == NOON + 30 * MINUTE
    assert not sla.is_breached
    assert sla.waits_for_first_reply


def test_without_a_policy_and_for_older_tickets_there_is_no_clock(clock, promise):
    ticket = TicketFactory()
    assert not TicketSla.objects.exists()
    promise(name="new ones only")
    SlaPolicy.objects.update(applies_from_at=NOON + HOUR)
    ticket.set_status("pending")
    assert not TicketSla.objects.exists()


def test_the_reply_of_an_agent_stops_the_first_clock_and_a_note_does_not(clock, promise):
    promise()
    ticket = TicketFactory()
    clock.go_on(minutes=10)
    ticket.add_message("For us.", author_kind="agent", sent_at=clock.now, is_internal=True)
    assert clock_of(ticket).first_responded_at is None

    ticket.add_message("Hello.", author_kind="agent", sent_at=clock.now)
    sla = clock_of(ticket)
    assert sla.first_responded_at == clock.now
    assert sla.next_due_at == sla.resolution_due_at
    assert not sla.waits_for_first_reply
    ticket.refresh_from_db()
    assert (ticket.first_replied_at, ticket.first_reply_minutes) == (clock.now, 10)

    clock.go_on(minutes=10)
    ticket.add_message("Again.", author_kind="agent", sent_at=clock.now)
    ticket.refresh_from_db()
    assert ticket.first_reply_minutes == 10


def test_waiting_for_the_customer_moves_the_solution_and_not_the_first_reply(clock, promise):
    promise()
    ticket = TicketFactory()
    clock.go_on(minutes=30)
    ticket.set_status("pending")
    sla = clock_of(ticket)
    assert sla.is_paused
    assert sla.next_due_at == NOON + HOUR  # nobody has answered

    clock.go_on(hours=3)
    ticket.add_message("Here it is.", author_kind="customer", sent_at=clock.now)
    sla = clock_of(ticket)
    assert (sla.is_paused, sla.paused_minutes) == (False, 180)
    assert sla.resolution_due_at == NOON + 11 * HOUR


def test_solving_stops_the_clock_and_reopening_goes_on(clock, promise):
    promise()
    ticket = TicketFactory()
    clock.go_on(minutes=5)
    ticket.add_message("Done.", author_kind="agent", sent_at=clock.now)
    ticket.set_status("solved")
    sla = clock_of(ticket)
    assert (sla.resolved_at, sla.next_due_at) == (clock.now, None)
    ticket.refresh_from_db()
    assert (ticket.solved_at, ticket.solve_minutes) == (clock.now, 5)

    clock.go_on(days=2)
    assert watch() == (0, 0)
    ticket.add_message("Not at all.", author_kind="customer", sent_at=clock.now)
    sla = clock_of(ticket)
    assert sla.next_due_at == NOON + 8 * HOUR + timedelta(days=2)
    assert not sla.is_breached
    ticket.refresh_from_db()
    assert (ticket.solved_at, ticket.solve_minutes) == (None, None)


def test_pauses_are_counted_in_business_hours(clock, promise):
    hours = BusinessHours.objects.create(name="Office")  # nine to five, UTC; noon is a Monday
    promise(hours=hours, resolution_minutes=480)
    ticket = TicketFactory()
    assert clock_of(ticket).resolution_due_at == NOON + 24 * HOUR
    ticket.set_status("pending")
    clock.go_on(days=1)
    ticket.set_status("open")
    sla = clock_of(ticket)
    assert sla.paused_minutes == 480
    assert sla.resolution_due_at == NOON + 48 * HOUR


def test_the_first_policy_that_a_ticket_meets_counts_and_follows_each_change(clock, promise):
    team = TeamFactory()
    promise(name="All", position=9)
    urgent = promise(
        name="Urgent",
        conditions=conditions("priority", "urgent"),
        first_response_minutes=10,
    )
    of_team = promise(name="Team", position=2, conditions=conditions("team", str(team.pk)))
    vip = promise(name="VIP", position=3, conditions=conditions("customer_tags", "vip"))
    ticket = TicketFactory()
    assert clock_of(ticket).policy.name == "All"

    ticket.set_priority("urgent", by=UserFactory())
    assert clock_of(ticket).policy == urgent
    assert clock_of(ticket).next_due_at == NOON + 10 * MINUTE

    ticket.set_priority("low", by=UserFactory())
    ticket.team = team
    ticket.save(update_fields=["team"])
    assert clock_of(ticket).policy == of_team
    assert clock_of(TicketFactory(customer=CustomerFactory(tags=["vip"]))).policy == vip


def test_labels_set_in_bulk_and_their_undo_are_followed(clock, promise):
    promise(name="All", position=9)
    promise(name="Urgent", conditions=conditions("priority", "urgent"))
    one, two = TicketFactory(), TicketFactory()
    AUTOMATED["priority"].set([one.pk], "urgent")
    assert clock_of(one).policy.name == "Urgent"
    assert clock_of(two).policy.name == "All"
    AUTOMATED["priority"].clear([one.pk])
    assert clock_of(one).policy.name == "All"

    user = UserFactory()
    rows = Ticket.objects.filter(pk=two.pk)
    columns = ("status", "solved_at", "solve_minutes")
    with recorded(JournalEntry.Kind.EDITED, by=user) as journal, journal.watching(rows, *columns):
        two.set_status("solved")
    assert clock_of(two).resolved_at
    journal.entry.request_undo(by=user)
    undo(journal.entry.pk)
    assert clock_of(two).resolved_at is None
    assert clock_of(two).next_due_at == NOON + HOUR


def test_the_watch_warns_once_and_then_says_that_it_is_late(clock, promise):
    promise()
    agent, lead, member = UserFactory(), UserFactory(), UserFactory()
    team = TeamFactory()
    team.members.set([lead, member])
    mine = TicketFactory(assignee=agent)
    TicketFactory(team=team)
    clock.go_on(minutes=29)
    assert watch() == (0, 0)
    clock.go_on(minutes=1)
    assert watch() == (2, 0)
    assert watch() == (0, 0)
    told = Notice.objects.filter(kind="due_soon").values_list("user", flat=True)
    assert sorted(told) == sorted([agent.pk, lead.pk, member.pk])

    clock.go_on(minutes=31)
    assert watch() == (0, 2)
    assert watch() == (0, 0)
    sla = clock_of(mine)
    assert (sla.first_response_breached, sla.resolution_breached) == (True, False)
    assert sla.is_late()
    assert Notice.objects.filter(kind="breached", user=agent).count() == 1

    mine.add_message("Sorry.", author_kind="agent", sent_at=clock.now)
    assert clock_of(mine).first_response_breached
    clock.go_on(hours=8)
    assert watch()[1] == 2  # now the solutions
    assert clock_of(mine).resolution_breached


def test_what_was_missed_between_two_watches_is_missed(clock, promise):
    promise()
    ticket = TicketFactory()
    clock.go_on(minutes=61)
    ticket.add_message("Late.", author_kind="agent", sent_at=clock.now)
    assert clock_of(ticket).first_response_breached


def test_a_stopped_clock_is_judged_by_when_it_stopped(clock, promise):
    promise()
    ticket = TicketFactory()
    ticket.add_message("Hm.", author_kind="agent", sent_at=clock.now)
    clock.go_on(hours=7)
    ticket.set_status("pending")
    clock.go_on(days=5)
    assert watch() == (0, 0)
    ticket.set_status("solved")
    assert not clock_of(ticket).is_breached


def test_following_again_changes_nothing(clock, promise):
    promise()
    tickets = [TicketFactory() for _ in range(4)]
    before = list(TicketSla.objects.values())
    follow(ticket.pk for ticket in tickets)
    assert list(TicketSla.objects.values()) == before


def test_a_policy_that_is_switched_off_takes_its_clocks_with_it(clock, promise):
    policy = promise()
    ticket = TicketFactory()
    policy.is_active = False
    policy.save()
    ticket.set_status("pending")
    assert not TicketSla.objects.exists()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_clock_is_started_once_by_two_at_once(promise):
    ticket = TicketFactory()
    promise()

    def one(_number):
        try:
            with transaction.atomic():
                follow([ticket.pk], NOON)
                time.sleep(0.2)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(one, range(2)))
    assert clock_of(ticket).next_due_at == NOON + HOUR
