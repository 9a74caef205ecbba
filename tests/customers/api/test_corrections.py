"""Corrections over the API: decided, listed, taken back, and refused with reasons."""

import pytest

from customers.models import Correction, Intent
from tests.factories import CustomerFactory, MessageFactory, ReviewFactory, TicketFactory

ADDRESS = "/api/v1/corrections/"


def test_a_correction_is_the_decision_of_staff(api):
    ticket = TicketFactory()
    sent = {"task": "intent", "ticket": ticket.pk, "label": "get_refund"}
    answer = api.post(ADDRESS, sent, format="json")
    assert answer.status_code == 201
    assert answer.json() | sent == answer.json()
    assert (answer.json()["by"], answer.json()["agrees"]) == ("partner", False)
    ticket.refresh_from_db()
    assert (ticket.intent_id, ticket.intent_set_by) == ("get_refund", api.user)


def test_every_task_can_be_corrected(api):
    rows = [
        {"task": "sentiment", "review": ReviewFactory().pk, "label": "positive"},
        {"task": "sentiment", "message": MessageFactory().pk, "label": "neutral"},
        {"task": "segment", "customer": CustomerFactory().pk, "label": "loyal"},
        {"task": "priority", "ticket": TicketFactory().pk, "label": "urgent"},
    ]
    for row in rows:
        assert api.post(ADDRESS, row, format="json").status_code == 201
    listed = api.get(ADDRESS).json()["results"]
    assert [row["label"] for row in listed] == ["urgent", "loyal", "neutral", "positive"]
    assert len(api.get(f"{ADDRESS}?task=sentiment").json()["results"]) == 2


def test_posting_again_takes_the_place_of_the_former_one(api):
    ticket = TicketFactory()
    for label in ("get_refund", "complaint"):
        sent = {"task": "intent", "ticket": ticket.pk, "label": label}
        api.post(ADDRESS, sent, format="json")
    assert Correction.objects.get().label == "complaint"


def test_a_correction_is_taken_back(api):
    review = ReviewFactory()
    sent = {"task": "sentiment", "review": review.pk, "label": "positive"}
    made = api.post(ADDRESS, sent, format="json").json()
    assert api.delete(f"{ADDRESS}{made['id']}/").status_code == 204
    review.refresh_from_db()
    assert (review.sentiment_decision, Correction.objects.count()) == ("", 0)


@pytest.mark.parametrize(
    ("sent", "pointer"),
    [
        ({"task": "intent", "label": "get_refund"}, ""),
        ({"task": "intent", "ticket": "T", "customer": "C", "label": "get_refund"}, ""),
        ({"task": "sentiment", "ticket": "T", "label": "positive"}, "/ticket"),
        ({"task": "intent", "ticket": "T", "label": "retired"}, "/label"),
        ({"task": "intent", "ticket": "T", "label": "nonsense"}, "/label"),
        ({"task": "mood", "ticket": "T", "label": "x"}, "/task"),
        ({"task": "intent", "ticket": 10**9, "label": "get_refund"}, "/ticket"),
        ({"task": "sentiment", "message": "A", "label": "positive"}, "/message"),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(api, sent, pointer):
    Intent.objects.create(slug="retired", is_active=False)
    made = {
        "T": TicketFactory().pk,
        "C": CustomerFactory().pk,
        "A": MessageFactory(author_kind="agent").pk,
    }
    sent = {name: made.get(value, value) for name, value in sent.items()}
    answer = api.post(ADDRESS, sent, format="json")
    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert not Correction.objects.exists()
