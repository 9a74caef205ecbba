"""A ticket is triaged and answered, and its order paid back, with the mouse and by keyboard."""

from decimal import Decimal

import pytest
from playwright.sync_api import expect

from customers.models import Draft, Order, OrderReturn, Ticket
from tests.browser.hands import HANDS
from tests.factories import (
    NOON,
    CustomerFactory,
    DraftFactory,
    MacroFactory,
    OrderFactory,
    TicketFactory,
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]


@pytest.fixture
def tickets(agent):
    """Two tickets of one customer that nobody has, each about an order that is paid."""
    ada = CustomerFactory(name="Ada Byron")
    made = []
    for number in (1, 2):
        order = OrderFactory(customer=ada, number=f"FK-{number}", payment="paid", lines=1)
        ticket = TicketFactory(customer=ada, subject=f"Ticket {number}", order=order)
        ticket.messages.update(analysed_at=NOON)
        made.append(ticket)
    return made


def test_tickets_of_a_queue_are_assigned_and_tagged_at_once(open_tab, agent, tickets):
    for hand, ticket in zip(HANDS, tickets, strict=True):
        tab = open_tab(agent)
        work = hand(tab)
        tab.goto("/tickets/?queue=open")
        work.press(tab.get_by_role("link", name="Unassigned"))
        expect(tab.get_by_role("heading", name="Unassigned")).to_be_visible()
        work.tick(tab.get_by_label(f"Tick {ticket.subject}"))
        expect(tab.locator("[data-ticked]")).to_have_text("1")
        work.choose(tab.locator("#bulk_assignee"), "agent")
        work.write(tab.locator("#bulk_add_tags"), "gift")
        work.press(tab.get_by_role("button", name="Apply to ticked"))
        expect(tab.get_by_text("1 ticket is changed.")).to_be_visible()
        expect(tab.get_by_role("link", name=ticket.subject, exact=True)).to_have_count(0)
        ticket.refresh_from_db()
        assert (ticket.assignee, ticket.tags) == (agent, ["gift"])
        assert tab.troubles == []


def test_a_macro_and_a_suggestion_make_the_answer(open_tab, agent, tickets):
    text = "Dear {{customer.first_name}}, we are sorry."
    MacroFactory(name="Sorry", body=text, category="", language="")
    for hand, ticket in zip(HANDS, tickets, strict=True):
        DraftFactory(ticket=ticket, text="It is on its way.")
        tab = open_tab(agent)
        work = hand(tab)
        tab.goto(f"/tickets/{ticket.pk}/")
        work.choose(tab.get_by_label("Macro"), "Sorry")
        work.press(tab.get_by_role("button", name="Insert macro"))
        box = tab.get_by_label("Text", exact=True)
        expect(box).to_have_value("Dear Ada, we are sorry.")
        work.press(tab.get_by_role("button", name="Insert", exact=True))
        expect(box).to_have_value("Dear Ada, we are sorry.\n\nIt is on its way.")
        work.press(tab.get_by_role("button", name="Send and solve"))
        expect(tab.get_by_text("Your reply is added.")).to_be_visible()
        ticket.refresh_from_db()
        assert ticket.status == Ticket.Status.SOLVED
        said = ticket.messages.last().body.split()
        assert said == ["Dear", "Ada,", "we", "are", "sorry.", "It", "is", "on", "its", "way."]
        assert Draft.objects.get(ticket=ticket).status == "sent"
        assert tab.troubles == []


def test_an_order_is_taken_back_and_paid_back_beside_its_ticket(open_tab, agent, tickets):
    for hand, ticket in zip(HANDS, tickets, strict=True):
        tab = open_tab(agent)
        work = hand(tab)
        tab.goto(f"/tickets/{ticket.pk}/")
        beside = tab.locator("#customer")
        work.press(beside.get_by_role("link", name=ticket.order.number, exact=True))
        line = ticket.order.lines.get()
        work.write(tab.locator(f"#id_return-line-{line.pk}"), "1")
        work.press(tab.get_by_role("button", name="Note the return"))
        expect(tab.get_by_role("heading", name=ticket.subject, exact=True)).to_be_visible()
        made = OrderReturn.objects.get(order=ticket.order)
        work.press(beside.get_by_role("link", name=made.number, exact=True))
        work.write(tab.locator("#refund").get_by_label("Sum"), "5.00")
        work.write(tab.locator("#refund").get_by_label("Reason"), "Too late")
        work.press(tab.get_by_role("button", name="Refund…"))
        expect(tab.get_by_role("heading", name="Pay back: £5.00?")).to_be_visible()
        work.press(tab.get_by_role("button", name="Pay back", exact=True))
        expect(beside).to_contain_text("−£5.00")
        paid_back = Order.objects.get(kind="return", returned_order=ticket.order)
        assert paid_back.total == Decimal("-5.00")
        assert tab.troubles == []
