"""The screens in a real browser: work done with mouse, keyboard, and without JavaScript."""

import pytest
from django.utils.translation import gettext, override
from playwright.sync_api import expect

from customers.models import Ticket
from tests.browser.conftest import NARROW, WIDE
from tests.browser.shop import LONG, make_records, overflow_of
from tests.factories import UserFactory

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]


@pytest.fixture
def records(transactional_db):
    return make_records()


def troubles_of(tab, address, until="load"):
    """What goes wrong on a page: errors, and content wider than the screen."""
    tab.troubles.clear()
    tab.set_viewport_size(WIDE)
    tab.goto(address, wait_until=until)
    if tab.locator("[hx-trigger=load]").count():  # what the page fetches by itself
        tab.wait_for_load_state("networkidle")
    found = overflow_of(tab)
    tab.set_viewport_size(NARROW)
    return found + overflow_of(tab) + tab.troubles


def test_admin_and_api_pages_meet_no_error_either(open_tab, records):
    tab = open_tab(UserFactory(is_staff=True, is_superuser=True))
    pages = ("/admin/", "/admin/customers/customer/", "/api/docs/")
    found = {address: troubles_of(tab, address, until="networkidle") for address in pages}
    assert {address: troubles for address, troubles in found.items() if troubles} == {}


def test_an_agent_logs_in_opens_a_customers_ticket_and_corrects_its_intent(
    open_tab, agent, records
):
    tab = open_tab()
    tab.goto("/customers/")
    tab.get_by_label("Username").fill("agent")
    tab.get_by_label("Password").fill("correct horse")
    tab.get_by_role("button", name="Log in").click()
    tab.get_by_role("link", name=LONG, exact=True).click()
    tab.get_by_role("link", name=records["ticket"].subject, exact=True).last.click()
    tab.locator("#id_intent").select_option("complaint")
    tab.locator("form", has=tab.locator("#id_intent")).get_by_role("button").click()
    expect(tab.locator("#reading")).to_contain_text("Decided by agent on")
    expect(tab.locator("#reading")).to_contain_text("The model says: Get refund (90%)")
    ticket = Ticket.objects.get(pk=records["ticket"].pk)
    assert (ticket.intent_id, ticket.intent_set_by) == ("complaint", agent)
    assert ticket.suggested_intent_id == "get_refund"
    assert tab.troubles == []


def test_without_javascript_the_intent_can_be_corrected_too(open_tab, agent, records):
    tab = open_tab(agent, java_script_enabled=False)
    tab.goto(f"/tickets/{records['ticket'].pk}/")
    tab.locator("#id_intent").select_option("complaint")
    tab.locator("form", has=tab.locator("#id_intent")).get_by_role("button").click()
    expect(tab.locator("#reading")).to_contain_text("Decided by agent on")
    assert Ticket.objects.get(pk=records["ticket"].pk).intent_id == "complaint"


def test_the_keyboard_reaches_the_search_field_and_skips_the_navigation(open_tab, agent):
    tab = open_tab(agent)
    tab.goto("/customers/")
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.textContent") == "Skip to content"
    tab.keyboard.press("Enter")
    assert tab.evaluate("document.activeElement.id") == "content"
    tab.keyboard.press("/")
    assert tab.evaluate("document.activeElement.type") == "search"
    tab.keyboard.type("a/b")
    assert tab.get_by_role("searchbox").input_value() == "a/b"


def test_the_page_speaks_chinese_as_soon_as_it_is_chosen(open_tab, agent):
    tab = open_tab(agent)
    tab.goto("/customers/")
    with tab.expect_navigation():
        tab.locator("#language").select_option("zh-hans")
    with override("zh-hans"):
        heading = gettext("Customers")
    assert tab.locator("h1").inner_text() == heading != "Customers"
    assert tab.locator("html").get_attribute("lang") == "zh-hans"
    assert tab.troubles == []
