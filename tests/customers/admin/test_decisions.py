"""What staff decide in the admin stands beside what models said, with who decided and when."""

import datetime as dt

import pytest
from django.utils import timezone

from customers.models import Customer, Ticket
from tests.customers.admin.rows import (
    INTENT,
    address,
    changed,
    make_customer,
    make_review,
    make_ticket,
    posted,
)


def test_deciding_an_intent_records_who_and_when(admin):
    ticket = make_ticket()
    answer = admin.post(address(ticket), posted(admin, ticket, intent="track_order"))
    assert answer.status_code == 302
    ticket.refresh_from_db()
    assert (ticket.intent_id, ticket.intent_set_by) == ("track_order", admin.user)
    assert timezone.now() - ticket.intent_set_at < dt.timedelta(minutes=1)
    assert (ticket.suggested_intent_id, ticket.intent_detail) == ("get_refund", INTENT)


def test_deciding_a_segment_records_who_and_when(admin):
    customer = make_customer()
    admin.post(address(customer), posted(admin, customer, segment="champion"))
    customer.refresh_from_db()
    assert (customer.segment_id, customer.segment_set_by) == ("champion", admin.user)
    assert timezone.now() - customer.segment_set_at < dt.timedelta(minutes=1)
    assert customer.suggested_segment_id == "loyal"


def test_another_change_takes_no_decision(admin):
    ticket = make_ticket()
    admin.post(address(ticket), posted(admin, ticket, priority="urgent"))
    ticket.refresh_from_db()
    assert ticket.priority == "urgent"
    assert (ticket.intent_id, ticket.intent_set_by, ticket.intent_set_at) == (None, None, None)


def test_the_intent_of_a_new_ticket_is_a_decision_too(admin):
    sent = posted(admin, make_ticket(), subject="Where?", intent="track_order")
    empty = {name: value for name, value in sent.items() if not name.startswith("messages-")}
    empty |= {"messages-TOTAL_FORMS": 0, "messages-INITIAL_FORMS": 0}
    assert admin.post("/admin/customers/ticket/add/", empty).status_code == 302
    assert Ticket.objects.get(subject="Where?").intent_set_by == admin.user


MACHINE_COLUMNS = {
    make_ticket: {
        "suggested_intent": "track_order",
        "intent_probability": "0.1",
        "intent_detail": "{}",
        "sentiment": "positive",
        "sentiment_score": "1",
        "intent_set_by": "",
    },
    make_customer: {
        "suggested_segment": "new",
        "segment_probability": "0.1",
        "segment_detail": "{}",
        "sentiment_score": "1",
        "analysed_at": "",
        "attempts": "3",
        "order_count": "99",
        "spent_total": "9999",
    },
    make_review: {
        "sentiment": "positive",
        "sentiment_score": "1",
        "sentiment_probability": "0.1",
        "sentiment_detail": "{}",
        "language": "de",
        "analysed_at": "",
        "analysis_error": "x",
    },
}


@pytest.mark.parametrize("make", MACHINE_COLUMNS, ids=lambda make: make.__name__)
def test_what_machines_wrote_cannot_be_written_by_a_form(admin, make):
    row = make()
    columns = MACHINE_COLUMNS[make]
    before = {name: getattr(row, name) for name in columns}
    assert admin.post(address(row), posted(admin, row, **columns)).status_code == 302
    row.refresh_from_db()
    assert {name: getattr(row, name) for name in columns} == before


def test_a_result_that_comes_while_a_form_is_saved_stays(admin, monkeypatch):
    customer = make_customer()
    save = Customer.save

    def save_late(self, *args, **kwargs):
        changed(customer, segment_probability=0.99)
        save(self, *args, **kwargs)

    monkeypatch.setattr(Customer, "save", save_late)
    admin.post(address(customer), posted(admin, customer, notes="Called back."))
    customer.refresh_from_db()
    assert (customer.notes, customer.segment_probability) == ("Called back.", 0.99)


def test_an_edited_text_is_read_again(admin):
    review = make_review()
    admin.post(address(review), posted(admin, review, body="It broke after a day."))
    review.refresh_from_db()
    assert (review.body, review.is_pending) == ("It broke after a day.", True)


def test_a_saved_form_without_a_change_changes_nothing(admin):
    review = make_review()
    admin.post(address(review), posted(admin, review))
    again = type(review).objects.get(pk=review.pk)
    assert (again.updated_at, again.is_pending) == (review.updated_at, False)


def test_an_opinion_is_written_out_and_escaped(admin):
    page = admin.get(address(make_ticket())).content.decode()
    assert "<strong>Get refund</strong> 91%" in page
    assert "&lt;b&gt;money&lt;/b&gt;" in page
    assert "<b>money</b>" not in page
    assert 'small-head <code title="c0ffee' in page
    assert "says nothing below 40%" in page
    assert "March 2, 2026, noon" in page


def test_a_model_that_was_not_sure_says_why(admin):
    unsure = INTENT | {"abstained": True, "reason": "It is not in a language I know."}
    ticket = changed(make_ticket(), suggested_intent=None, intent_detail=unsure)
    page = admin.get(address(ticket)).content.decode()
    assert "<strong>Not sure</strong>: It is not in a language I know." in page


def test_a_message_added_to_a_solved_ticket_reopens_it(admin):
    ticket = changed(make_ticket(), status="solved")
    sent = posted(admin, ticket) | {
        "messages-TOTAL_FORMS": 2,
        "messages-1-author_kind": "customer",
        "messages-1-body": "It still does not work.",
        "messages-1-ticket": ticket.pk,
    }
    assert admin.post(address(ticket), sent).status_code == 302
    ticket.refresh_from_db()
    assert ticket.status == "open"
    said = ticket.messages.get(body="It still does not work.")
    assert (said.author_kind, said.author, said.is_pending) == ("customer", None, True)
    assert ticket.last_message_at == said.sent_at


def test_a_long_conversation_shows_its_end(admin):
    ticket = make_ticket()
    for number in range(25):
        ticket.add_message(f"Reply {number}", author_kind="agent")
    page = admin.get(address(ticket)).content.decode()
    assert "Reply 24" in page
    assert "Reply 5" in page
    assert ">Reply 4<" not in page
