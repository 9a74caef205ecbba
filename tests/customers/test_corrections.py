"""Corrections: written with the decision, one a task and row, gone when it is taken back."""

import pytest
from django.db import IntegrityError, transaction

from customers.models import Correction, Customer, Intent, Message, Product, Review, Segment, Ticket
from tests.factories import (
    CorrectionFactory,
    CustomerFactory,
    MessageFactory,
    ReviewFactory,
    TicketFactory,
    UserFactory,
)

VERSION = "ab" * 32
DETAIL = {"label": "negative", "probability": 0.7, "model_version": VERSION}

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent():
    return UserFactory(username="agent")


def read(row, **columns):
    """The row as a worker left it."""
    type(row)._base_manager.filter(pk=row.pk).update(**columns)
    return type(row)._base_manager.get(pk=row.pk)


def felt(row, sentiment="negative", score=-0.5):
    return read(
        row,
        sentiment=sentiment,
        sentiment_score=score,
        sentiment_detail=DETAIL,
        analysed_at="2026-03-02T12:00Z",
    )


def test_a_decided_intent_is_a_correction_of_what_the_model_said(agent):
    said = {"label": "get_refund", "probability": 0.91, "model_version": VERSION}
    ticket = read(TicketFactory(), suggested_intent="get_refund", intent_detail=said)
    ticket.set_intent(Intent.objects.get(pk="complaint"), by=agent)
    row = Correction.objects.get()
    assert (row.task, row.ticket, row.label, row.by) == ("intent", ticket, "complaint", agent)
    assert (row.said_label, row.said_probability) == ("get_refund", 0.91)
    assert row.model_version == VERSION
    assert not row.agrees


def test_a_confirmation_is_a_row_too(agent):
    ticket = read(TicketFactory(), intent_detail={"label": "get_refund", "probability": 0.9})
    ticket.set_intent(Intent.objects.get(pk="get_refund"), by=agent)
    assert Correction.objects.agreeing().get().agrees


def test_the_latest_decision_stands_and_taking_it_back_withdraws_it(agent):
    ticket = TicketFactory()
    for slug in ("complaint", "get_refund"):
        ticket.set_intent(Intent.objects.get(pk=slug), by=agent)
    assert Correction.objects.get().label == "get_refund"
    ticket.set_intent(None, by=agent)
    assert not Correction.objects.exists()


def test_decision_and_correction_stand_or_fall_together(agent, monkeypatch):
    def broken(*_args, **_named):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(type(Correction.objects.all()), "update_or_create", broken)
    ticket = TicketFactory()
    with pytest.raises(RuntimeError):
        ticket.set_intent(Intent.objects.get(pk="complaint"), by=agent)
    ticket.refresh_from_db()
    assert ticket.intent is None


def test_what_a_rule_decided_is_no_correction():
    TicketFactory().set_intent(Intent.objects.get(pk="complaint"), by=None)
    assert not Correction.objects.exists()


def test_a_decided_segment_and_priority_are_corrections(agent):
    customer, ticket = CustomerFactory(), TicketFactory()
    customer.set_segment(Segment.objects.get(pk="loyal"), by=agent)
    ticket.set_priority("urgent", by=agent)
    found = set(Correction.objects.values_list("task", "customer", "ticket", "label"))
    assert found == {
        ("segment", customer.pk, None, "loyal"),
        ("priority", None, ticket.pk, "urgent"),
    }


def test_a_persons_sentiment_counts_beside_the_models(agent):
    message = felt(MessageFactory())
    message.set_sentiment("very_positive", by=agent)
    message.refresh_from_db()
    assert (message.sentiment, message.sentiment_score) == ("negative", -0.5)
    assert (message.effective_sentiment, message.effective_score) == ("very_positive", 1.0)
    assert (message.sentiment_set_by, Correction.objects.get().said_label) == (agent, "negative")
    message.set_sentiment("", by=agent)
    assert (message.effective_sentiment, message.effective_score) == ("negative", -0.5)
    assert (message.sentiment_set_by, message.sentiment_set_at) == (None, None)
    assert not Correction.objects.exists()


def test_ticket_and_customer_follow_a_corrected_message(agent):
    ticket = TicketFactory()
    message = felt(ticket.messages.get())
    message.set_sentiment("very_positive", by=agent)
    assert Ticket.objects.get().sentiment == "very_positive"
    assert Ticket.objects.get().sentiment_score == 1.0
    assert Customer.objects.get().sentiment_score == 1.0


def test_product_and_customer_follow_a_corrected_review(agent):
    review = felt(ReviewFactory())
    felt(ReviewFactory(product=review.product, customer=review.customer), "neutral", 0.0)
    review.set_sentiment("positive", by=agent)
    assert Product.objects.get().sentiment_score == 0.25
    assert Customer.objects.get().sentiment_score == 0.25


def test_lists_narrow_by_what_counts(agent):
    review = felt(ReviewFactory())
    review.set_sentiment("positive", by=agent)
    assert Review.objects.filter(effective_sentiment="positive").get() == review
    assert not Review.objects.filter(effective_sentiment="negative").exists()


def test_a_correction_is_of_exactly_one_row_that_fits_its_task():
    for columns in (
        {"message": MessageFactory()},  # beside the ticket of the factory
        {"ticket": None},
        {"task": "sentiment"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            CorrectionFactory(**columns)
    row = CorrectionFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        CorrectionFactory(ticket=row.ticket)


def test_a_row_that_is_deleted_takes_its_corrections_along(agent):
    message = MessageFactory()
    message.set_sentiment("neutral", by=agent)
    Message.objects.all().delete()
    assert not Correction.objects.exists()
