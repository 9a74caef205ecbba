"""Summaries: verbatim sentences, each with the record that says so."""

import numpy as np
import pytest

from customers.models import Message, Summary
from intelligence.analysis.sweep import overdue_jobs
from intelligence.assisting import summaries
from intelligence.assisting.key_sentences import Said, embedded, open_promises, wish_of
from intelligence.assisting.summaries import write_summary
from intelligence.engines.centrality import centrality
from tests.factories import (
    NOON,
    CustomerFactory,
    MessageFactory,
    ReviewFactory,
    TicketFactory,
    UserFactory,
)


@pytest.fixture
def ticket():
    made = TicketFactory(
        subject="Kettle",
        body="Good morning. The kettle leaks at the handle. I would like my money back.",
    )
    MessageFactory(
        ticket=made,
        author_kind="agent",
        author=UserFactory(),
        body="We are sorry to hear that. We will send you a label for the return.",
    )
    MessageFactory(ticket=made, body="The label has not come. The kettle still leaks.")
    return made


def summed_up(**of):
    summary = Summary.objects.ask(by=UserFactory(), **of)
    write_summary(summary.pk)
    summary.refresh_from_db()
    return summary


def told(summary):
    return [(item["kind"], item["text"]) for item in summary.items]


def test_a_ticket_is_summed_up_in_its_own_sentences(ticket):
    summary = summed_up(ticket=ticket)
    assert summary.status == "done"
    kinds = [kind for kind, _ in told(summary)]
    assert kinds == [*["wish"], *["key"] * (len(kinds) - 3), "state", "promise"]
    assert told(summary)[0] == ("wish", "I would like my money back.")
    assert told(summary)[-2:] == [
        ("state", "The label has not come."),
        ("promise", "We will send you a label for the return."),
    ]
    bodies = {message.pk: message.body for message in Message.objects.all()}
    assert all(item["text"] in bodies[item["message"]] for item in summary.items)
    assert {(item["source"], item["source_id"]) for item in summary.items} == {
        ("ticket", ticket.pk)
    }
    speakers = [item["by"] for item in summary.items]
    assert speakers == [*["customer"] * (len(kinds) - 1), "agent"]
    assert not summary.is_stale
    assert summary.generator == ""


def test_nothing_else_is_written(ticket):
    before = list(Message.objects.values())
    row = type(ticket).objects.values().get(pk=ticket.pk)
    summed_up(ticket=ticket)
    assert list(Message.objects.values()) == before
    assert type(ticket).objects.values().get(pk=ticket.pk) == row


def test_a_promise_that_was_kept_is_not_open(ticket):
    MessageFactory(
        ticket=ticket,
        author_kind="agent",
        body="We have now sent you a label for the return.",
    )
    assert "promise" not in [kind for kind, _ in told(summed_up(ticket=ticket))]


def test_promises_in_chinese_are_found():
    said = [
        Said("我们会在两天内为您退款。", 1, by_customer=False),
        Said("请您耐心等待。", 1, False),
    ]
    assert open_promises(said, embedded(said)) == [0]


def test_without_a_request_the_most_central_sentence_is_the_wish():
    said = [Said("It rained here.", 1), Said("The kettle leaks.", 1), Said("A kettle leaks.", 1)]
    assert wish_of(said, embedded(said)) in (1, 2)
    assert wish_of([], embedded([])) is None


def test_a_ticket_without_messages_has_an_empty_summary():
    summary = summed_up(ticket=TicketFactory(body=""))
    assert (summary.status, summary.items) == ("done", [])


def test_a_customers_texts_are_summed_up_with_their_tickets_and_products():
    customer = CustomerFactory()
    ticket = TicketFactory(customer=customer, body="The kettle leaks at the handle again.")
    review = ReviewFactory(customer=customer, body="The kettle leaks at the handle, sadly.")
    TicketFactory(body="Somebody else writes about their lamp.")
    summary = summed_up(customer=customer)
    sources = {(item["source"], item["source_id"], item["text"]) for item in summary.items}
    assert sources == {
        ("ticket", ticket.pk, "The kettle leaks at the handle again."),
        ("review", review.product_id, "The kettle leaks at the handle, sadly."),
    }


def test_a_worker_that_fails_leaves_its_reason(ticket, monkeypatch):
    def fails(*_):
        raise ValueError("no such thing")

    monkeypatch.setattr(summaries, "of_ticket", fails)
    summary = Summary.objects.ask(by=UserFactory(), ticket=ticket)
    with pytest.raises(ValueError, match="no such thing"):
        write_summary(summary.pk)
    summary.refresh_from_db()
    assert (summary.status, summary.error) == ("failed", "ValueError: no such thing")


def test_an_overdue_summary_is_rung_again(ticket):
    summary = Summary.objects.ask(by=UserFactory(), ticket=ticket)
    Summary.objects.update(created_at=NOON)
    assert ("intelligence.tasks.write_summary", summary.pk) in overdue_jobs()


# The graph -----------------------------------------------------------------------------------


def test_the_sentence_that_is_like_the_others_is_the_most_central():
    vectors = np.array([[1, 0, 0], [0.6, 0.8, 0], [0, 1, 0], [0, 0, 1]], np.float32)
    scores = centrality(vectors)
    assert int(np.argmax(scores)) == 1
    assert int(np.argmin(scores)) == 3
    assert scores.sum() == pytest.approx(1)


@pytest.mark.parametrize("n", [0, 1, 3])
def test_sentences_that_are_all_alike_count_the_same(n):
    scores = centrality(np.tile(np.array([[1.0, 0.0]], np.float32), (n, 1)))
    assert scores == pytest.approx(np.full(n, 1 / max(1, n)))
