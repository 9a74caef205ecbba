"""The priority: what a model suggests, what staff decide, and the words that moved it."""

from customers.models import Correction, Message, Ticket
from tests.customers.desk import posting
from tests.factories import TicketFactory

DETAIL = {
    "label": "urgent",
    "probability": 0.81,
    "distribution": {"low": 0.01, "normal": 0.04, "high": 0.14, "urgent": 0.81},
    "abstained": False,
    "reason": "",
    "evidence": [
        {"kind": "word", "name": "fire", "weight": 0.9, "start": 0, "end": 4},
        {"kind": "word", "name": "smoke", "weight": 0.4, "start": 14, "end": 19},
        {"kind": "word", "name": "please", "weight": -0.2, "start": 21, "end": 27},
    ],
    "model": "priority",
    "model_version": "cd" * 32,
    "threshold": 0.4,
    "at": "2026-03-02T12:00:00+00:00",
}


def suggested(**columns):
    ticket = TicketFactory(subject="Fire", body="There is smoke, please")
    Ticket.objects.filter(pk=ticket.pk).update(
        suggested_priority="urgent", priority_probability=0.81, priority_detail=DETAIL, **columns
    )
    Message.objects.update(analysed_at="2026-03-02T12:00Z")
    return ticket


def decide(agent, ticket, **form):
    answer = posting.change(agent, ticket, **form)
    ticket.refresh_from_db()
    return answer


def test_one_click_in_the_list_accepts_the_suggestion_and_leads_back(agent):
    ticket = suggested()
    page = agent.get("/tickets/?status=open").content.decode()
    assert 'name="priority" value="urgent"' in page
    answer = decide(agent, ticket, priority="urgent", next="/tickets/?status=open")
    assert answer.headers["Location"] == "/tickets/?status=open"
    assert (ticket.priority, ticket.priority_set_by) == ("urgent", agent.user)
    assert ticket.suggested_priority == "urgent"
    assert Correction.objects.get(task="priority").agrees


def test_a_decision_against_the_model_stays_beside_its_opinion(agent):
    ticket = suggested()
    decide(agent, ticket, priority="normal")
    assert ticket.is_priority_decided
    page = agent.get(f"/tickets/{ticket.pk}/").content.decode()
    assert "The model says: urgent (81%)" in page


def test_an_unknown_priority_changes_nothing(agent):
    ticket = suggested()
    decide(agent, ticket, priority="whenever")
    assert not ticket.is_priority_decided


def test_the_way_back_never_leaves_the_site(agent):
    ticket = suggested()
    answer = decide(agent, ticket, priority="high", next="https://elsewhere.example/")
    assert answer.headers["Location"] == f"/tickets/{ticket.pk}/"


def test_the_list_is_narrowed_to_what_is_suggested_urgent(agent):
    urgent, other = suggested(), TicketFactory()
    rows = agent.get("/tickets/?suggested_priority=urgent").context["page"].object_list
    assert urgent in rows
    assert other not in rows


def test_the_words_that_moved_the_priority_are_marked_when_asked_for(agent):
    ticket = suggested()
    page = agent.get(f"/tickets/{ticket.pk}/?evidence=priority").content.decode()
    assert '<mark class="for" title="+0.90">Fire</mark>' in page
    assert 'There is <mark class="for" title="+0.40">smoke</mark>' in page
    assert '<mark class="against" title="−0.20">please</mark>' in page
    assert 'href="?evidence=priority" id="evidence-priority" aria-current="true"' in page
    assert "smoke</mark>" not in agent.get(f"/tickets/{ticket.pk}/").content.decode()


def test_the_choice_of_words_lasts_while_a_message_is_read(agent):
    ticket = suggested()
    ticket.add_message("Hello?", author_kind="customer")
    page = agent.get(f"/tickets/{ticket.pk}/reading/?evidence=priority").content.decode()
    assert 'id="evidence-priority" aria-current="true"' in page


def test_words_of_a_text_that_was_changed_since_are_not_marked(agent):
    ticket = suggested()
    Message.objects.update(body="There is no more of it now")
    page = agent.get(f"/tickets/{ticket.pk}/?evidence=priority").content.decode()
    assert "There is no more of it now" in page
