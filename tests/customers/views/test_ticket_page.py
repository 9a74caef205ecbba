"""The ticket page: conversation, evidence, and the decisions of staff."""

from customers.models import Message, Ticket
from tests.customers.desk import posting
from tests.factories import TicketFactory

DETAIL = {
    "label": "get_refund",
    "probability": 0.91,
    "distribution": {"get_refund": 0.91, "track_refund": 0.09},
    "abstained": False,
    "reason": "",
    "evidence": [{"kind": "word", "name": "money", "weight": 0.7, "start": 12, "end": 17}],
    "model": "intent",
    "model_version": "ab" * 32,
    "threshold": 0.4,
    "at": "2026-03-02T12:00:00+00:00",
}


def read_ticket(**columns):
    ticket = TicketFactory(subject="Kettle", body="I want money back")
    Ticket.objects.filter(pk=ticket.pk).update(
        suggested_intent="get_refund", intent_probability=0.91, intent_detail=DETAIL, **columns
    )
    Message.objects.update(
        analysed_at="2026-03-02T12:00Z",
        sentiment="negative",
        sentiment_probability=0.8,
        sentiment_detail=DETAIL
        | {"evidence": [{"kind": "word", "name": "money", "weight": 0.7, "start": 14, "end": 19}]},
    )
    return ticket


def test_the_words_that_decided_are_marked_in_the_message(agent):
    ticket = read_ticket()
    page = agent.get(f"/tickets/{ticket.pk}/").content.decode()
    assert 'I want <mark class="for" title="+0.70">money</mark> back' in page


def test_a_prediction_shows_probability_model_and_version(agent):
    page = agent.get(f"/tickets/{read_ticket().pk}/").content.decode()
    assert "91%" in page
    assert "abababababab" in page


def test_an_agent_corrects_the_intent_and_the_models_opinion_stays(agent):
    ticket = read_ticket()
    posting.change(agent, ticket, intent="complaint")
    ticket.refresh_from_db()
    assert (ticket.intent_id, ticket.suggested_intent_id) == ("complaint", "get_refund")
    assert ticket.intent_set_by == agent.user


def test_an_unknown_intent_changes_nothing_and_says_so(agent):
    ticket = read_ticket()
    posting.change(agent, ticket, intent="nonsense")
    answer = agent.get(f"/tickets/{ticket.pk}/")
    assert b"no such intent" in answer.content
    ticket.refresh_from_db()
    assert ticket.intent is None


def test_a_reply_is_added_under_the_agents_name(agent):
    ticket = TicketFactory()
    posting.reply(agent, ticket, "We are sorry.")
    reply = ticket.messages.get(author_kind="agent")
    assert (reply.body, reply.author) == ("We are sorry.", agent.user)


def test_an_empty_reply_is_refused(agent):
    ticket = TicketFactory()
    assert agent.post(f"/tickets/{ticket.pk}/reply/", {"body": " "}).status_code == 422
    assert ticket.messages.count() == 1


def test_markup_in_a_message_is_shown_as_text(agent):
    ticket = TicketFactory(body="<script>alert(1)</script>")
    page = agent.get(f"/tickets/{ticket.pk}/").content
    assert b"<script>alert" not in page
    assert b"&lt;script&gt;alert" in page


def test_changes_need_a_post(agent):
    ticket = read_ticket()
    for verb in ("change", "reply", "merge", "split", "typed", "presence"):
        assert agent.get(f"/tickets/{ticket.pk}/{verb}/").status_code == 405
