"""Every page, in both themes, both widths and both languages: accessible, whole and quiet.

Accessible is what axe-core finds nothing against by WCAG 2.1 A and AA. `tests/routes.py` says
how the pages are found.
"""

from importlib.resources import files
from itertools import cycle

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import NARROW, WIDE
from tests.browser.shop import overflow_of
from tests.factories import UserFactory
from tests.routes import make_rows, pages_of, screens

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text()
RUN_AXE = """([within, only]) => axe.run(within, {runOnly: only, resultTypes: ["violations"]})
  .then((found) => found.violations.flatMap((rule) => rule.nodes.map((node) =>
    `${rule.id}: ${node.target} ${node.any[0] ? node.any[0].message : rule.help}`)))"""
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
OF_LOOKS = ["color-contrast", "scrollable-region-focusable"]  # what a theme and a width change
WHOLE = {"include": ["html"]}
WITHOUT_RAIL = {"include": ["html"], "exclude": [".rail"]}  # alike on every page
LEAST_PAGES, PARTS = 100, 2  # in parts, so that two processes share them


def against(tab, within=WHOLE):
    """What is wrong with the page that is shown: wide and light, then narrow and dark."""
    expect(tab.locator(".htmx-request")).to_have_count(0)
    tab.evaluate(AXE)  # by the debugger: the page's own policy would refuse a script
    found = tab.evaluate(RUN_AXE, [within, WCAG]) + overflow_of(tab)
    tab.emulate_media(color_scheme="dark")
    tab.set_viewport_size(NARROW)
    return found + tab.evaluate(RUN_AXE, [within, OF_LOOKS]) + overflow_of(tab)


def troubles_of(tab, address, within=WITHOUT_RAIL):
    tab.troubles.clear()
    tab.set_viewport_size(WIDE)
    tab.emulate_media(color_scheme="light")
    tab.goto(address)
    return against(tab, within) + tab.troubles


@pytest.fixture
def admin(transactional_db):
    return UserFactory(username="admin", role="admin", is_staff=True, is_superuser=True)


@pytest.mark.parametrize("part", range(PARTS))
def test_no_page_has_anything_against_it(open_tab, client, admin, part):
    client.force_login(admin)
    pages, strange = pages_of(client, make_rows(), screens()[part::PARTS])
    assert strange == {}
    assert len(pages) > LEAST_PAGES / PARTS
    tabs = cycle([open_tab(admin, locale="en-GB"), open_tab(admin, locale="zh-CN")])
    shown = zip(tabs, pages.items(), strict=False)
    found = {name: troubles_of(tab, address) for tab, (name, address) in shown}
    assert {name: troubles for name, troubles in found.items() if troubles} == {}


def test_the_menu_its_dialogs_and_the_login_have_nothing_against_them(open_tab, admin):
    tab = open_tab()
    assert troubles_of(tab, "/login/") == []
    tab = open_tab(admin)
    assert troubles_of(tab, "/tasks/", WHOLE) == []
    for key, dialog in (("Control+k", "#search-dialog"), ("?", "#keys")):
        tab.goto("/tasks/")
        tab.keyboard.press(key)
        expect(tab.locator(dialog)).to_be_visible()
        assert against(tab) == []


def test_a_page_written_from_right_to_left_is_not_wider_than_the_screen(open_tab, admin, settings):
    settings.LANGUAGES = [*settings.LANGUAGES, ("ar", "Arabic")]
    ticket = make_rows()["ticket"]
    tab = open_tab(admin, locale="ar", viewport=NARROW)
    for address in ("/", "/tickets/", f"/tickets/{ticket.pk}/", "/customers/"):
        tab.goto(address)
        expect(tab.locator("html")).to_have_attribute("dir", "rtl")
        assert overflow_of(tab) == []
