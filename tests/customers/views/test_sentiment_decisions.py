"""One click says how a text sounds: in the conversation, in the list of reviews, taken back."""

import pytest

from customers.models import Correction, Message, Review
from tests.factories import MessageFactory, ReviewFactory, TicketFactory

READ = {"sentiment": "negative", "sentiment_probability": 0.8, "analysed_at": "2026-03-02T12:00Z"}
HTMX = {"HX-Request": "true"}


def make_message():
    TicketFactory()
    Message.objects.update(**READ)
    return Message.objects.get()


def make_review():
    review = ReviewFactory()
    Review.objects.update(**READ)
    return review


def test_the_conversation_offers_right_and_the_five_steps(agent):
    message = make_message()
    page = agent.get(f"/tickets/{message.ticket_id}/").content.decode()
    assert f'action="/messages/{message.pk}/sentiment/"' in page
    assert page.count('name="sentiment" value="negative"') == 2  # "Right", and among the steps
    assert page.count('name="sentiment" value="very_positive"') == 1


@pytest.mark.parametrize("make", [make_message, make_review])
def test_a_plain_form_decides_and_comes_back(agent, make):
    row = make()
    address = f"/{row._meta.model_name}s/{row.pk}/sentiment/"
    answer = agent.post(address, {"sentiment": "positive", "next": "/reviews/?page=2"})
    row.refresh_from_db()
    assert answer["Location"] == "/reviews/?page=2"
    assert (row.sentiment_decision, row.sentiment) == ("positive", "negative")
    assert Correction.objects.get().by == agent.user


def test_without_a_way_back_it_leads_to_the_message(agent):
    message = make_message()
    form = {"sentiment": "positive", "next": "https://evil.example/"}
    answer = agent.post(f"/messages/{message.pk}/sentiment/", form)
    assert answer["Location"] == f"/tickets/{message.ticket_id}/#message-{message.pk}"


def test_htmx_gets_the_fragment_alone(agent):
    review = make_review()
    address = f"/reviews/{review.pk}/sentiment/"
    said = agent.post(address, {"sentiment": "negative"}, headers=HTMX).content.decode()
    assert said.startswith('<div class="feeling row">')
    assert "Decided by agent on" in said
    assert Correction.objects.agreeing().count() == 0  # no opinion stood in the detail
    undone = agent.post(address, {"sentiment": ""}, headers=HTMX).content.decode()
    assert "Right" in undone
    assert not Correction.objects.exists()


def test_nonsense_changes_nothing(agent):
    review = make_review()
    address = f"/reviews/{review.pk}/sentiment/"
    assert agent.post(address, {"sentiment": "furious"}, headers=HTMX).status_code == 422
    agent.post(address, {"sentiment": "furious"})
    review.refresh_from_db()
    assert review.sentiment_decision == ""
    assert agent.get(address).status_code == 405


def test_what_an_agent_wrote_has_no_sentiment_to_correct(agent):
    reply = MessageFactory(author_kind="agent")
    answer = agent.post(f"/messages/{reply.pk}/sentiment/", {"sentiment": "neutral"})
    assert answer.status_code == 404
    assert not Correction.objects.exists()


def test_strangers_are_sent_to_the_login(client, db):
    review = make_review()
    answer = client.post(f"/reviews/{review.pk}/sentiment/", {"sentiment": "positive"})
    assert answer["Location"].startswith("/login/")
    assert not Correction.objects.exists()
