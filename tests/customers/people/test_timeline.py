"""One timeline of a customer, merged from all that happened, a page at a time."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.journal.recording import saved
from customers.models import CustomerNote, Segment, Task
from customers.people.timeline import KINDS, timeline
from tests.factories import (
    NOON,
    CustomerFactory,
    MessageFactory,
    OrderFactory,
    ReviewFactory,
    RfmChangeFactory,
    TicketFactory,
    UserFactory,
)


def lived(customer, user, times=1):
    """A customer to whom one of everything happened, each `times` over."""
    for n in range(times):
        at = NOON + timedelta(hours=n)
        OrderFactory(customer=customer, placed_at=at, lines=0)
        ticket = TicketFactory(customer=customer, opened_at=at, body="")
        MessageFactory(ticket=ticket, sent_at=at)
        MessageFactory(ticket=ticket, sent_at=at + timedelta(minutes=1), author=user)
        ReviewFactory(customer=customer, written_at=at)
        CustomerNote.objects.create(customer=customer, by=user, body="Calls", written_at=at)
        Task.objects.create(customer=customer, title="Call", assignee=user, created_at=at)
        RfmChangeFactory(customer=customer, changed_at=at)
        customer.city = f"City {n}"
        saved(customer, ["city"], by=user)
    customer.set_segment(Segment.objects.get(pk="loyal"), by=user)


def test_everything_is_on_it_once_the_latest_first(agent):
    customer = CustomerFactory()
    lived(customer, agent.user)
    lived(CustomerFactory(), agent.user)
    items, older = timeline(customer, agent.user)
    assert sorted(item.kind for item in items) == sorted(KINDS)
    assert [item.at for item in items] == sorted((item.at for item in items), reverse=True)
    assert older == ""
    page = agent.get(f"/customers/{customer.pk}/").content.decode()
    assert page.count("data-kind=") == len(KINDS)
    assert "1 customer changed: city" in page


def test_a_walk_by_pages_meets_each_item_once_in_order_even_those_of_one_moment(agent):
    customer = CustomerFactory()
    lived(customer, agent.user, times=6)
    seen, before = [], ""
    for _ in range(9):
        items, before = timeline(customer, agent.user, before=before)
        seen += items
        if not before:
            break
    places = [(item.at, item.kind, item.row.pk) for item in seen]
    assert len(places) == len(set(places)) == 6 * 8 + 1
    assert [item.at for item in seen] == sorted((item.at for item in seen), reverse=True)


def test_one_kind_alone_and_older_ones_by_a_fragment(agent):
    customer = CustomerFactory()
    lived(customer, agent.user, times=21)
    page = agent.get(f"/customers/{customer.pk}/", {"kind": "notes"})
    assert {item.kind for item in page.context["items"]} == {"notes"}
    older = {"kind": "notes", "before": page.context["older"]}
    fragment = agent.get(f"/customers/{customer.pk}/timeline/", older)
    assert fragment.content.decode().count("data-kind=") == 1
    assert b"<html" not in fragment.content


@pytest.mark.parametrize("before", ["x", "2026-03-02~orders~1", "2026-13-41T00:00Z~orders~1",
                                    "2026-03-02T12:00:00+00:00~orders~" + "9" * 30])  # fmt: skip
def test_a_cursor_that_makes_no_sense_begins_at_the_top(agent, before):
    customer = CustomerFactory()
    OrderFactory(customer=customer)
    assert len(timeline(customer, agent.user, before=before)[0]) == 1


def test_the_page_costs_the_same_for_a_short_and_a_long_history(agent):
    def cost(customer):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            agent.get(f"/customers/{customer.pk}/")
        return len(queries)

    short, long = CustomerFactory(company="A"), CustomerFactory(company="B")
    lived(short, agent.user)
    lived(long, agent.user, times=5)
    for user in [UserFactory() for _ in range(4)]:
        CustomerNote.objects.create(customer=long, by=user, body="x", pinned_at=NOON)
    CustomerNote.objects.create(customer=short, by=UserFactory(), body="x", pinned_at=NOON)
    cost(short)
    assert cost(short) == cost(long)
