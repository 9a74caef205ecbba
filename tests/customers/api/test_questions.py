"""Asking by the API."""

import threading
import time

import pytest
from django.db import connection
from django.utils import timezone

from customers.models import Question, Ticket
from tests.factories import (
    CustomerFactory,
    OrderFactory,
    PassageFactory,
    QuestionFactory,
    TicketFactory,
    UserFactory,
)
from tests.partners import calling

ADDRESS = "/api/v1/questions/"


def client_of(role):
    return calling(UserFactory(role=role))


@pytest.mark.django_db
def test_a_question_is_accepted_with_its_address(api):
    answer = api.post(ADDRESS, {"text": "How long?"}, format="json")
    question = Question.objects.get()
    assert answer.status_code == 202
    assert answer["Location"] == f"http://testserver{ADDRESS}{question.pk}/"
    assert answer.json()["status"] == "pending"
    assert (question.channel, question.by_staff, question.user) == ("api", False, api.user)


@pytest.mark.django_db
def test_people_of_the_shop_read_what_is_for_staff():
    agent = client_of("agent")
    agent.post(ADDRESS, {"text": "How long?"}, format="json")
    assert Question.objects.get().by_staff


@pytest.mark.django_db
def test_a_question_may_be_about_a_customer_or_inside_a_ticket(api):
    ada, ticket = CustomerFactory(), TicketFactory()
    api.post(ADDRESS, {"text": "Where is my order?", "customer": ada.pk}, format="json")
    api.post(ADDRESS, {"text": "Where is it?", "ticket": ticket.pk}, format="json")
    second, first = Question.objects.all()
    assert (first.customer, second.ticket, second.customer) == (ada, ticket, ticket.customer)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": ""},
        {"text": "\u200b"},
        {"text": "word " * 10_000},
        {"text": None},
        {"text": ["a"]},
        {"text": "How?", "customer": 0},
        {"text": "How?", "ticket": "x"},
        {"text": "How?", "customer": 10**30},
        {"text": "a\x00b" * 0},
    ],
)
def test_what_is_no_question_is_refused_and_nothing_is_stored(api, body):
    answer = api.post(ADDRESS, body, format="json")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert not Question.objects.exists()


@pytest.mark.django_db
def test_the_answer_has_its_citation_and_where_it_stands(api):
    passage = PassageFactory(body="Delivery takes two days.")
    item = {"passage": passage.pk, "quote": "two days", "start": 15, "end": 23,
            "sentence_start": 0, "sentence_end": 24}  # fmt: skip
    question = QuestionFactory(
        user=api.user, channel="api", kind="passage", status="answered", answer="two days",
        evidence=[item], detail={"retrieved": [passage.pk]}, probability=0.9,
    )  # fmt: skip
    told = api.get(f"{ADDRESS}{question.pk}/").json()
    assert told["answer"] == "Delivery takes two days."
    assert told["citations"][0] | {"title": "", "address": ""} == {
        "number": 1, "title": "", "address": "", "sentence": "Delivery takes two days.",
        "quote": "two days", "passage": passage.pk,
    }  # fmt: skip
    passage.article.delete()
    told = api.get(f"{ADDRESS}{question.pk}/").json()
    assert (told["answer"], told["citations"], told["is_withdrawn"]) == ("", [], True)


@pytest.mark.django_db
def test_records_are_named_with_their_fields(api):
    order = OrderFactory()
    question = QuestionFactory(
        user=api.user, kind="fact", status="answered", answer="It is paid.",
        evidence=[{"record": "order", "record_id": order.pk, "fields": ["payment"]}],
    )  # fmt: skip
    told = api.get(f"{ADDRESS}{question.pk}/").json()
    assert told["answer"] == "It is paid."
    assert told["records"] == [
        {"record": "order", "record_id": order.pk, "fields_told": ["payment"]}
    ]


@pytest.mark.django_db
def test_partners_see_what_they_asked_and_staff_everything(api):
    theirs = QuestionFactory(customer=CustomerFactory())
    mine = QuestionFactory(user=api.user)
    assert api.get(f"{ADDRESS}{theirs.pk}/").status_code == 404
    assert api.post(f"{ADDRESS}{theirs.pk}/hand-over/").status_code == 404
    assert not Ticket.objects.exists()
    assert [row["id"] for row in api.get(ADDRESS).json()["results"]] == [mine.pk]
    assert len(client_of("manager").get(ADDRESS).json()["results"]) == 2


@pytest.mark.django_db
def test_feedback_and_handing_over(api):
    question = QuestionFactory(user=api.user, status="unsure", channel="api")
    address = f"{ADDRESS}{question.pk}/"
    assert api.post(f"{address}feedback/", {"feedback": "no"}, format="json").status_code == 400
    said = api.post(f"{address}feedback/", {"feedback": "down", "reason": "x"}, format="json")
    assert (said.json()["feedback"], said.json()["feedback_reason"]) == ("down", "x")
    contact = {"name": "Eve", "email": "eve@example.com"}
    for _ in range(2):
        told = api.post(f"{address}hand-over/", contact, format="json").json()
    ticket = Ticket.objects.get()
    assert (told["status"], told["handed_over_to"], ticket.channel) == ("handed", ticket.pk, "api")


def answer_soon(seconds):
    """A worker of sorts: answers the pending question after a while."""

    def work():
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            question = Question.objects.pending().first()
            if question:
                time.sleep(seconds)
                question.store(status="unsure")
                break
            time.sleep(0.01)
        connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    return thread


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_prefer_wait_gives_the_answer_as_soon_as_it_is_there():
    agent = client_of("agent")
    worker = answer_soon(0.1)
    started = time.monotonic()
    answer = agent.post(ADDRESS, {"text": "How?"}, format="json", HTTP_PREFER="wait=8")
    worker.join()
    assert (answer.status_code, answer.json()["status"]) == (201, "unsure")
    assert answer["Preference-Applied"] == "wait=8"
    assert time.monotonic() - started < 4


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_prefer_wait_ends_when_its_time_is_up():
    agent = client_of("agent")
    started = time.monotonic()
    answer = agent.post(ADDRESS, {"text": "How?"}, format="json", HTTP_PREFER="wait=1")
    assert answer.status_code == 202
    assert 0.9 < time.monotonic() - started < 4


@pytest.mark.django_db
@pytest.mark.parametrize("prefer", ["wait", "wait=x", "wait=-1", "respond-async", "wait=99999"])
def test_a_preference_that_makes_no_sense_is_left_alone(api, prefer):
    answer = api.post(ADDRESS, {"text": "How?"}, format="json", HTTP_PREFER=prefer)
    assert answer.status_code == 202
    assert "Preference-Applied" not in answer


@pytest.mark.django_db
def test_a_question_is_not_changed_or_deleted_by_the_api(api):
    question = QuestionFactory(user=api.user, created_at=timezone.now())
    address = f"{ADDRESS}{question.pk}/"
    assert api.delete(address).status_code == 405
    assert api.patch(address, {"answer": "x"}, format="json").status_code == 405
