"""A day at the inbox by keyboard, and two agents at one ticket, in a real browser."""

import pytest
from playwright.sync_api import expect

from customers.models import JournalEntry, Ticket, TypedReply
from tests.factories import NOON, TicketFactory, UserFactory

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]


def read_ticket(**columns):
    """A ticket that no model reads any more, so that its page is still."""
    ticket = TicketFactory(**columns)
    ticket.messages.update(analysed_at=NOON)
    return ticket


def test_tickets_are_ticked_opened_assigned_and_answered_by_keyboard_alone(open_tab, agent):
    older, newer = read_ticket(subject="Older"), read_ticket(subject="Newer")
    tab = open_tab(agent)
    tab.goto("/customers/")
    tab.keyboard.press("g")
    tab.keyboard.press("i")
    expect(tab.get_by_role("heading", name="All open")).to_be_visible()
    for key in "jxj":
        tab.keyboard.press(key)
    expect(tab.locator("[data-ticked]")).to_have_text("1")
    expect(tab.locator(f"#tick-{newer.pk}")).to_be_checked()
    tab.keyboard.press("k")
    tab.keyboard.press("j")
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("heading", name="Older", exact=True)).to_be_visible()
    tab.keyboard.press("?")
    expect(tab.locator("#keys")).to_be_visible()
    tab.keyboard.press("Escape")
    tab.keyboard.press("a")
    expect(tab.locator("#properties select[name=assignee]")).to_have_value(str(agent.pk))
    tab.keyboard.press("r")
    with tab.expect_response("**/typed/"):
        tab.keyboard.type("We are on it")
    assert TypedReply.objects.get().body == "We are on it"
    tab.reload()
    expect(tab.locator("#id_body")).to_have_value("We are on it")
    tab.keyboard.press("n")
    tab.keyboard.press("Control+Enter")
    expect(tab.locator(".bubble.internal")).to_contain_text("We are on it")
    older.refresh_from_db()
    assert (older.assignee, older.messages.last().is_internal) == (agent, True)
    assert not TypedReply.objects.exists()
    assert tab.troubles == []


def test_a_colleague_who_opens_or_answers_the_ticket_is_told_within_three_seconds(
    open_tab, agent, client
):
    ticket = read_ticket()
    mine = open_tab(agent)
    client.cookies.clear()  # else the second login would end the first one's session
    theirs = open_tab(UserFactory(username="colleague"))
    mine.goto(f"/tickets/{ticket.pk}/")
    theirs.goto(f"/tickets/{ticket.pk}/")
    soon = {"timeout": 3000}
    expect(mine.locator("#presence")).to_contain_text("colleague has this ticket open", **soon)
    theirs.locator("#id_body").press_sequentially("Dear")
    expect(mine.locator("#presence")).to_contain_text("colleague is typing", **soon)
    assert mine.troubles == theirs.troubles == []


def test_without_scripts_a_bulk_change_is_made_and_undone(open_tab, agent):
    ticket = read_ticket()
    tab = open_tab(agent, java_script_enabled=False)
    tab.goto("/tickets/?queue=open")
    tab.locator(f"#tick-{ticket.pk}").check()
    tab.locator("details.bulk summary").click()
    tab.locator("#bulk_status").select_option("solved")
    tab.get_by_role("button", name="Apply to ticked").click()
    expect(tab.get_by_text("1 ticket is changed.")).to_be_visible()
    assert Ticket.objects.get().status == "solved"
    tab.get_by_role("button", name="Undo").click()
    assert Ticket.objects.get().status == "open"
    assert JournalEntry.objects.get().is_undone
