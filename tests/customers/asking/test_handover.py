"""Handing over to people: one ticket with everything, however often it is asked for."""

import threading

import pytest
from django.db import connection

from customers.asking.handover import hand_over
from customers.models import Message, Question, Ticket
from tests.factories import CustomerFactory, QuestionFactory, TicketFactory, UserFactory

CLOSEST = [{"passage": 1, "source": "article", "source_id": 1, "title": "Delivery"}]


@pytest.mark.django_db
def test_the_ticket_holds_question_sources_page_and_customer():
    ada = CustomerFactory()
    question = QuestionFactory(
        text="Do you ship to Norway?", customer=ada, status="unsure", closest=CLOSEST,
        page="https://shop.example/tea",
    )  # fmt: skip
    ticket = hand_over(question, note="It is urgent.")
    assert (ticket.subject, ticket.customer, ticket.channel) == (question.text, ada, "web")
    said, known = ticket.messages.order_by("id")
    assert (said.body, said.author_kind) == ("Do you ship to Norway?\n\nIt is urgent.", "customer")
    assert known.author_kind == Message.Author.SYSTEM
    assert "Asked on: https://shop.example/tea" in known.body
    assert "- Delivery" in known.body
    assert (question.status, question.handed_over_to) == (Question.Status.HANDED_OVER, ticket)


@pytest.mark.django_db
def test_a_stranger_who_gives_a_customers_mailbox_is_not_taken_for_them():
    ada = CustomerFactory(email="ada@example.com")
    question = QuestionFactory(status="unsure")
    ticket = hand_over(question, name="Ada", email="ada@example.com")
    assert ticket.customer is None
    assert not ada.tickets.exists()
    assert "Ada <ada@example.com>. Nobody verified this." in ticket.messages.last().body
    assert (question.contact_name, question.contact_email) == ("Ada", "ada@example.com")


@pytest.mark.django_db
def test_a_second_click_gives_the_same_ticket():
    question = QuestionFactory(status="unsure")
    assert hand_over(question) == hand_over(Question.objects.get())
    assert Ticket.objects.count() == 1
    assert Message.objects.count() == 2


@pytest.mark.django_db
def test_a_question_asked_in_a_ticket_is_noted_there():
    ticket = TicketFactory()
    question = QuestionFactory(
        ticket=ticket, channel="staff", user=UserFactory(), status="unsure", customer=None
    )
    assert hand_over(question) == ticket
    assert Ticket.objects.count() == 1
    assert ticket.messages.last().author_kind == "system"


@pytest.mark.django_db
def test_a_long_question_has_a_short_subject_and_is_whole_in_its_message():
    question = QuestionFactory(text="why " * 400, status="unsure")
    ticket = hand_over(question)
    assert len(ticket.subject) == 140
    assert ticket.messages.first().body == "why " * 400


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.parametrize("_round", range(5))
def test_two_clicks_at_once_make_one_ticket(_round):
    question = QuestionFactory(status="unsure")
    start = threading.Barrier(2)
    made = []

    def click():
        start.wait()
        made.append(hand_over(Question.objects.get(pk=question.pk)).pk)
        connection.close()

    clicks = [threading.Thread(target=click) for _ in range(2)]
    for thread in clicks:
        thread.start()
    for thread in clicks:
        thread.join()
    assert len(made) == 2
    assert len(set(made)) == Ticket.objects.count() == 1
