"""Two agents on one ticket: nobody overwrites what the other did without having seen it."""

import threading
from collections import Counter

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from customers.models import JournalEntry, Ticket
from tests.customers.desk import posting
from tests.factories import TicketFactory, UserFactory

ROUNDS = 100


def test_a_stale_form_is_told_who_changed_what_and_keeps_what_was_chosen(ann, bob):
    ticket = TicketFactory()
    posting.change(ann, ticket, status="pending")
    answer = bob.post(f"/tickets/{ticket.pk}/change/", {"version": 1, "tags": "late, vip"})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "<strong>ann</strong> · Status: <del>open</del>" in page
    assert '<input type="hidden" name="tags" value="late, vip">' in page
    assert "You chose: <strong>Tags</strong> late, vip" in page
    ticket.refresh_from_db()
    assert (ticket.tags, ticket.version) == ([], 2)
    posting.change(bob, ticket, tags="late, vip")
    ticket.refresh_from_db()
    assert (ticket.status, ticket.tags) == ("pending", ["late", "vip"])


ROUTES = {
    "ticket-change": {"status": "solved"},
    "ticket-merge": {"into": "%(other)s"},
    "ticket-split": {"message": "%(message)s"},
    "ticket-fields-apply": {"field": "quantity"},
    "ticket-reply": {"body": "Hello", "then": "solved"},
}
# what changes nothing that two agents decide: one's own marks, what is asked of models, texts
# that are put into one's own composer
OF_ONES_OWN = {
    *("ticket-unread", "ticket-typed", "ticket-typed-drop", "ticket-presence", "ticket-macro"),
    *("ticket-drafts", "ticket-summary", "ticket-fields", "ticket", "ticket-reading"),
}
OF_ORDERS = {
    *("ticket-order", "ticket-order-refund", "ticket-order-cancel", "ticket-order-address"),
    *("ticket-order-return", "ticket-return"),  # see test_orders
}
OF_ENTRIES = {"ticket-undo", "ticket-fields-undo"}  # compare what they take back, row by row


def test_every_route_of_a_ticket_is_known_to_ask_for_a_version_or_to_need_none():
    from tests.routes import screens

    names = {route.name for route in screens() if str(route.name).startswith("ticket")}
    listed = {"tickets", "tickets-change"}
    assert names - listed == {*ROUTES, *OF_ONES_OWN, *OF_ORDERS, *OF_ENTRIES}


@pytest.mark.parametrize("name", ROUTES)
@pytest.mark.parametrize("version", [None, 1])
def test_without_the_version_or_with_a_stale_one_nothing_is_written(ann, bob, name, version):
    ticket, other = TicketFactory(), TicketFactory()
    posting.reply(ann, ticket, "We look into it")
    posting.change(ann, ticket, kind="problem")
    first = ticket.messages.first()
    form = {
        key: value % {"other": other.pk, "message": first.pk} for key, value in ROUTES[name].items()
    }
    if version:
        form |= {"version": version, "seen": ticket.messages.last().pk}
    before = Ticket.objects.values().get(pk=ticket.pk), ticket.messages.count()
    answer = bob.post(reverse(name, args=[ticket.pk]), form)
    assert answer.status_code == 409
    assert (Ticket.objects.values().get(pk=ticket.pk), ticket.messages.count()) == before


def test_a_reply_onto_a_message_that_was_not_seen_is_warned_of_once(ann, bob):
    ticket = TicketFactory()
    seen = posting.shown(ticket)
    posting.reply(ann, ticket, "It is on its way.")
    answer = bob.post(f"/tickets/{ticket.pk}/reply/", {"body": "It is lost.", **seen})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "It is lost.</textarea>" in page
    assert "<strong>ann</strong>: It is on its way." in page
    assert ticket.messages.count() == 2
    form = answer.context["reply_form"]
    again = {name: form[name].value() for name in ("seen", "version")}
    bob.post(f"/tickets/{ticket.pk}/reply/", {"body": "It is lost.", **again})
    assert ticket.messages.last().body == "It is lost."


def test_a_note_is_not_held_up_by_what_others_wrote(ann, bob):
    ticket = TicketFactory()
    seen = posting.shown(ticket)
    posting.reply(ann, ticket, "It is on its way.")
    bob.post(f"/tickets/{ticket.pk}/reply/", {"body": "Call her", "kind": "note", **seen})
    assert ticket.messages.last().is_internal


def test_ticked_tickets_that_somebody_changed_since_stay_ticked_and_untouched(ann, bob):
    fresh, other = TicketFactory(), TicketFactory()
    posting.change(bob, other, status="pending")
    ticks = [f"{fresh.pk}:1", f"{other.pk}:1"]
    answer = ann.post("/tickets/change/", {"ticket": ticks, "status": "solved"})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert page.count(" checked>") == 2
    assert "<strong>bob</strong> · Status" in page
    assert set(Ticket.objects.values_list("status", flat=True)) == {"open", "pending"}


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_of_two_who_change_at_once_one_wins_and_the_other_is_told_each_time():
    ticket = TicketFactory(body="")
    agents = [Client(), Client()]
    for number, agent in enumerate(agents):
        agent.force_login(UserFactory(username=f"rival{number}"))
    barrier = threading.Barrier(len(agents) + 1)
    codes, losers = [], Counter()

    def work(number, client):
        try:
            for turn in range(ROUNDS):
                barrier.wait(30)
                said = {"version": turn + 1, "tags": f"turn{turn}-agent{number}"}
                answer = client.post(f"/tickets/{ticket.pk}/change/", said)
                codes.append(answer.status_code)
                if answer.status_code == 409:
                    page = answer.content.decode()
                    losers["told who"] += f"<strong>rival{1 - number}</strong> · Tags" in page
                    losers["kept"] += f'value="turn{turn}-agent{number}"' in page
                barrier.wait(30)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=pair, daemon=True) for pair in enumerate(agents)]
    for thread in threads:
        thread.start()
    for turn in range(ROUNDS):
        barrier.wait(30)
        barrier.wait(30)
        assert Ticket.objects.values_list("version", flat=True).get() == turn + 2
    for thread in threads:
        thread.join(30)
    assert Counter(codes) == {302: ROUNDS, 409: ROUNDS}
    assert losers == {"told who": ROUNDS, "kept": ROUNDS}
    assert JournalEntry.objects.count() == ROUNDS
