"""The queues of the inbox: what each holds, what it counts, and what is done to ticked rows."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from customers.desk import presence, queues, verbs
from customers.models import JournalEntry, StaffMention, Team, Ticket
from tests.customers.desk import posting
from tests.factories import TicketFactory, UserFactory


def filled(**columns):
    ticket = TicketFactory()
    Ticket.objects.filter(pk=ticket.pk).update(**columns)
    return ticket


def listed(client, queue):
    return list(client.get(f"/tickets/?queue={queue}").context["page"].object_list)


def test_each_queue_holds_its_open_tickets_in_its_order(ann):
    team = Team.objects.create(name="Returns")
    mine = filled(assignee=ann.user)
    bad = filled(assignee=UserFactory(), sentiment="negative", sentiment_score=-0.5)
    worst = filled(
        assignee=UserFactory(),
        sentiment="very_negative",
        sentiment_score=-0.9,
        sentiment_trend=-0.7,
        team=team,
    )
    likely = filled(suggested_intent="get_refund", status="pending")
    decided = filled(intent="complaint", suggested_intent="get_refund")
    filled(assignee=ann.user, status="solved", team=team, intent="complaint")
    later = timezone.now() + timedelta(hours=1)
    asleep = filled(assignee=ann.user, snoozed_until_at=later)
    awake = filled(assignee=ann.user, snoozed_until_at=timezone.now() - timedelta(hours=1))
    assert set(listed(ann, "mine")) == {mine, awake}
    assert set(listed(ann, "unassigned")) == {likely, decided}
    assert listed(ann, "negative") == [worst, bad]
    assert listed(ann, "worse") == [worst]
    assert listed(ann, f"team-{team.pk}") == [worst]
    assert listed(ann, "intent-get_refund") == [likely]
    assert listed(ann, "intent-complaint") == [decided]
    assert listed(ann, "snoozed") == [asleep]
    assert len(listed(ann, "open")) == 6
    assert listed(ann, "nonsense") == listed(ann, "team-999") == []


def test_watched_and_mentions_are_ones_own(ann, bob):
    ticket = TicketFactory()
    verbs.change([ticket.pk], {"watch": True}, by=ann.user)
    assert listed(ann, "watched") == [ticket]
    assert listed(bob, "watched") == []
    posting.reply(ann, ticket, "@BOB, please look", kind="note")
    assert listed(bob, "mentions") == listed(bob, "watched") == [ticket]
    assert listed(ann, "mentions") == []


def shown_count(user, slug):
    found = [one for group in queues.queue_groups(user) for one in group.queues]
    return next(one.shown for one in found if one.queue.slug == slug)


def test_a_mention_counts_until_the_ticket_is_opened(ann, bob):
    ticket = TicketFactory()
    posting.reply(ann, ticket, "@bob?", kind="note")
    assert shown_count(bob.user, "mentions") == "1"
    bob.get(f"/tickets/{ticket.pk}/")
    assert shown_count(bob.user, "mentions") == ""
    assert StaffMention.objects.get().seen_at is not None


def test_numbers_end_at_99_and_cost_five_statements(ann, monkeypatch):
    monkeypatch.setattr(queues, "MOST_COUNTED", 2)
    for _ in range(4):
        TicketFactory()
    Team.objects.create(name="Returns")
    with CaptureQueriesContext(connection) as captured:
        assert shown_count(ann.user, "open") == "2+"
    assert len(captured) == 5  # roles and what they reach are two


def test_a_ticket_is_unread_until_it_is_opened_and_again_when_marked_so(ann, bob):
    ticket = TicketFactory()

    def unread(client):
        return listed(client, "open")[0].is_unread

    assert unread(ann)
    ann.get(f"/tickets/{ticket.pk}/")
    assert not unread(ann)
    assert unread(bob)
    ann.post(f"/tickets/{ticket.pk}/unread/")
    assert unread(ann)
    presence.mark_read(ticket, ann.user)
    Ticket.objects.update(last_message_at=timezone.now() + timedelta(minutes=1))
    assert unread(ann)


def test_ticked_tickets_change_by_one_entry_that_the_page_offers_to_undo(ann):
    tickets = [TicketFactory() for _ in range(3)]
    left = TicketFactory()
    form = {
        "ticket": [f"{ticket.pk}:1" for ticket in tickets],
        "status": "pending",
        "assignee": ann.user.pk,
        "add_tags": "sale",
        "intent": "complaint",
        "snooze": "tomorrow",
    }
    answer = ann.post("/tickets/change/?queue=open&page=2", form)
    assert answer.headers["Location"] == "/tickets/?queue=open&page=2"
    changed = Ticket.objects.filter(status="pending", tags=["sale"], intent="complaint")
    assert set(changed.filter(assignee=ann.user, snoozed_until_at__isnull=False)) == set(tickets)
    entry = JournalEntry.objects.get()
    assert (entry.kind, entry.by) == ("bulk_edited", ann.user)
    page = ann.get("/tickets/").content.decode()
    assert "3 tickets are changed." in page
    assert f'action="/tickets/undo/{entry.pk}/"' in page
    ann.post(f"/tickets/undo/{entry.pk}/", {"next": "/tickets/?queue=open"})
    assert not Ticket.objects.exclude(status="open", tags=[], intent=None).exists()
    left.refresh_from_db()
    assert left.version == 1


def test_what_a_colleague_did_is_undone_by_managers_alone(ann, bob, boss):
    ticket = TicketFactory()
    posting.change(ann, ticket, status="solved")
    entry = JournalEntry.objects.get()
    assert bob.post(f"/tickets/undo/{entry.pk}/").status_code == 403
    ticket.refresh_from_db()
    assert ticket.status == "solved"
    boss.post(f"/tickets/undo/{entry.pk}/")
    ticket.refresh_from_db()
    assert ticket.status == "open"


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"status": "solved"}, "Tick the tickets"),
        ({"ticket": ["1:1"]}, "gone; tick again"),
        ({"ticket": ["x:y"], "status": "solved"}, "Tick the tickets"),
        ({"own": True}, "Choose what is to be changed"),
        ({"own": True, "intent": "nonsense"}, "There is no such intent"),
        ({"own": True, "assignee": "999999"}, "Select a valid choice"),
    ],
)
def test_a_bulk_form_with_mistakes_changes_nothing_and_keeps_the_ticks(ann, form, says):
    ticket = TicketFactory()
    if form.pop("own", False):
        form = {**form, "ticket": [f"{ticket.pk}:1"]}
    answer = ann.post("/tickets/change/", form)
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not JournalEntry.objects.exists()


def test_opening_the_address_of_the_form_leads_to_the_list(ann):
    assert ann.get("/tickets/change/?q=a").headers["Location"] == "/tickets/?q=a"
