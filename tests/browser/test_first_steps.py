"""Logging in, home, and finding anything, with the mouse and by keyboard."""

import pytest
from playwright.sync_api import expect

from tests.browser.hands import HANDS
from tests.factories import CustomerFactory, OrderFactory, TicketFactory

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]


def test_an_agent_logs_in_and_goes_from_home_to_what_is_due(open_tab, agent):
    TicketFactory(subject="Where is it?", assignee=agent)
    for hand in HANDS:
        tab = open_tab()
        work = hand(tab)
        tab.goto("/")
        work.write(tab.get_by_label("Username"), "agent")
        work.write(tab.get_by_label("Password"), "wrong")
        work.press(tab.get_by_role("button", name="Log in"))
        expect(
            tab.get_by_text("The username and/or password you specified are not correct.")
        ).to_be_visible()
        expect(tab.get_by_label("Username")).to_have_value("agent")
        work.write(tab.get_by_label("Password"), "correct horse")
        work.press(tab.get_by_role("button", name="Log in"))
        expect(tab.get_by_role("heading", name="What needs you now")).to_be_visible()
        work.press(tab.get_by_role("link", name="Where is it?").first)
        expect(tab.get_by_role("heading", name="Where is it?")).to_be_visible()
        assert tab.troubles == []


def test_anything_is_found_from_every_page(open_tab, agent):
    ada = CustomerFactory(name="Ada Byron")
    OrderFactory(customer=ada, number="FK-10001")
    tab = open_tab(agent)
    tab.goto("/tasks/")
    tab.locator("[data-open-search]").click()
    found = tab.locator("#search-dialog-found")
    tab.keyboard.type("byron")
    found.get_by_role("link", name="Ada Byron").click()
    expect(tab.get_by_role("heading", name="Ada Byron")).to_be_visible()
    tab.keyboard.press("Control+k")
    expect(tab.locator("#search-dialog-text")).to_be_focused()
    tab.keyboard.type("FK-10001")
    hit = found.get_by_role("link", name="FK-10001").first
    expect(hit).to_contain_text("exact")
    for _ in range(9):
        tab.keyboard.press("ArrowDown")
        if hit.evaluate("(link) => link === document.activeElement"):
            break
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("heading", name="Order FK-10001")).to_be_visible()
    tab.keyboard.press("Control+k")
    tab.keyboard.press("Escape")
    expect(tab.locator("#search-dialog")).to_be_hidden()
    assert tab.troubles == []
