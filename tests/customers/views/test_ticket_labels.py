"""Labelling several tickets of the list at once."""

from customers.models import Correction, Ticket
from tests.factories import TicketFactory


def label(agent, tickets, intent, query=""):
    rows = [str(ticket.pk) for ticket in tickets]
    return agent.post(f"/tickets/intents/{query}", {"ticket": rows, "intent": intent})


def test_ten_ticked_tickets_are_labelled_at_once_and_become_training_rows(agent):
    tickets = [TicketFactory() for _ in range(10)]
    other = TicketFactory()
    answer = label(agent, tickets, "complaint", "?status=open&page=2")
    assert answer.headers["Location"] == "/tickets/?status=open&page=2"
    labelled = Ticket.objects.filter(intent="complaint")
    assert set(labelled) == set(tickets)
    assert {ticket.intent_set_by for ticket in labelled} == {agent.user}
    assert Correction.objects.filter(task="intent", label="complaint").count() == 10
    other.refresh_from_db()
    assert other.intent is None


def test_without_an_intent_nothing_changes_and_the_ticks_stay(agent):
    ticked, free = TicketFactory(), TicketFactory()
    answer = label(agent, [ticked], "")
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Choose the intent." in page
    assert page.count(" checked>") == 1
    assert f'value="{ticked.pk}" id="tick-{ticked.pk}"' in page
    assert not Ticket.objects.filter(intent__isnull=False).exists()
    assert free.pk


def test_without_ticks_it_says_so(agent):
    TicketFactory()
    answer = label(agent, [], "complaint")
    assert answer.status_code == 422
    assert b"Tick the tickets" in answer.content


def test_tickets_and_intents_that_do_not_exist_change_nothing(agent):
    ticket = TicketFactory()
    assert label(agent, [ticket], "nonsense").status_code == 422
    answer = agent.post("/tickets/intents/", {"ticket": ["999999", ticket.pk], "intent": "review"})
    assert answer.status_code == 422
    ticket.refresh_from_db()
    assert ticket.intent is None


def test_opening_the_address_leads_to_the_list(agent):
    assert agent.get("/tickets/intents/?q=a").headers["Location"] == "/tickets/?q=a"
