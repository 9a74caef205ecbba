"""A reply from a suggestion, and fields from a text, in a real browser: with and without
JavaScript.
"""

import pytest
from playwright.sync_api import expect

from customers.models import Draft, Message
from tests.factories import (
    CustomerFactory,
    DraftFactory,
    OrderFactory,
    SummaryFactory,
    TicketFactory,
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]

SUGGESTED = "Hello Ada,\n\nyour order FK-10001 is on its way, by [date?].\n\nKind regards"


@pytest.fixture
def ticket(transactional_db):
    ada = CustomerFactory(name="Ada Byron", country="United Kingdom")
    OrderFactory(customer=ada, number="FK-10001")
    ticket = TicketFactory(customer=ada, body="Where is FK-10001? Ring 020 7946 0958.")
    SummaryFactory(ticket=ticket)
    return ticket


def test_an_agent_asks_inserts_edits_and_sends(open_tab, agent, ticket):
    tab = open_tab(agent)
    tab.goto(f"/tickets/{ticket.pk}/")
    tab.get_by_role("button", name="Suggest a reply").click()
    expect(tab.get_by_text("looking")).to_be_visible()
    Draft.objects.update(status="offered", text=SUGGESTED, origin="ticket", score=0.8)
    tab.get_by_label("Text", exact=True).fill("Good morning.")
    tab.get_by_role("button", name="Insert", exact=True).click()
    box = tab.get_by_label("Text", exact=True)
    expect(box).to_have_value(f"Good morning.\n\n{SUGGESTED}")
    assert Message.objects.filter(author_kind="agent").count() == 0
    box.fill(SUGGESTED.replace(", by [date?]", ""))
    tab.get_by_role("button", name="Send", exact=True).click()
    expect(tab.get_by_text("Your reply is added.")).to_be_visible()
    draft = Draft.objects.get()
    assert draft.status == "sent"
    assert 0 < draft.edit_distance < 0.3
    assert tab.troubles == []


def test_fields_are_found_ticked_and_undone(open_tab, agent, ticket):
    tab = open_tab(agent)
    tab.goto(f"/tickets/{ticket.pk}/")
    tab.get_by_role("button", name="Find fields in the text").click()
    expect(tab.locator("#fields mark")).to_have_count(2)
    tab.get_by_role("button", name="Apply ticked").click()
    expect(tab.get_by_text("2 fields are applied.")).to_be_visible()
    tab.get_by_role("button", name="Undo").click()
    expect(tab.get_by_text("The fields are as they were.")).to_be_visible()
    ticket.refresh_from_db()
    assert ticket.order is None
    assert tab.troubles == []


def test_all_of_it_works_without_javascript(open_tab, agent, ticket):
    DraftFactory(ticket=ticket, text="It is on its way.")
    tab = open_tab(agent, java_script_enabled=False)
    tab.goto(f"/tickets/{ticket.pk}/")
    tab.get_by_label("Text", exact=True).fill("Good morning.")
    tab.get_by_role("button", name="Insert", exact=True).click()
    expect(tab.get_by_label("Text", exact=True)).to_have_value("Good morning.\n\nIt is on its way.")
    tab.get_by_role("button", name="Send", exact=True).click()
    assert Draft.objects.get().status == "sent"
    tab.get_by_role("button", name="Find fields in the text").click()
    tab.get_by_role("button", name="Apply ticked").click()
    expect(tab.get_by_text("2 fields are applied.")).to_be_visible()
    assert tab.troubles == []
