"""A real browser on the live server, logged in as an agent, that notes every trouble."""

import shutil

import pytest
from django.conf import settings as django_settings
from django.db import connection
from playwright.sync_api import sync_playwright

from tests.factories import UserFactory

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
WIDE = {"width": 1440, "height": 900}
NARROW = {"width": 390, "height": 844}
TELL_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`refused by ${event.effectiveDirective}: ${event.blockedURI} ${event.sample}`));
"""
PATIENCE_MS = 10_000


@pytest.fixture(scope="module")
def browser(django_db_setup):
    """Headless Chromium; a test that needs it is skipped where there is none.

    While Playwright's event loop runs in this thread, Django takes it for asynchronous: it
    would refuse queries, and it makes a connection of its own, without the migrated rows
    that are restored before each test. So it runs no longer than this module.
    """
    if CHROMIUM is None:
        pytest.skip("there is no chromium on this machine: apt-get install chromium")
    migrated_rows = connection._test_serialized_contents
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as driver:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        connection._test_serialized_contents = migrated_rows
        started = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield started
        started.close()
        connection.close()


@pytest.fixture
def agent(transactional_db):
    """Who sits before the browser."""
    return UserFactory(username="agent")


@pytest.fixture
def open_tab(browser, live_server, client):
    """Opens a tab that `user` is logged in on; `tab.troubles` are the errors it met."""
    contexts = []

    def opened(user=None, **options):
        looks = {"viewport": WIDE, **options}
        context = browser.new_context(base_url=live_server.url, **looks)
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        if user is not None:
            client.force_login(user)
            session = client.cookies[django_settings.SESSION_COOKIE_NAME].value
            name = django_settings.SESSION_COOKIE_NAME
            context.add_cookies([{"name": name, "value": session, "url": live_server.url}])
        tab = context.new_page()
        tab.troubles = []
        note_troubles(tab)
        return tab

    yield opened
    for context in contexts:
        context.close()


def note_troubles(tab):
    """Write what the console, scripts, the content policy and requests complain of."""
    tab.add_init_script(TELL_VIOLATIONS)
    tab.on("console", lambda said: said.type == "error" and tab.troubles.append(said.text))
    tab.on("pageerror", lambda error: tab.troubles.append(f"script: {error}"))
    tab.on("requestfailed", lambda asked: note_failure(tab, asked))
    tab.on("response", lambda answer: note_refusal(tab, answer))


def note_failure(tab, asked):
    if asked.failure != "net::ERR_ABORTED":  # given up because the tab went elsewhere
        tab.troubles.append(f"{asked.failure}: {asked.url}")


def note_refusal(tab, answer):
    if answer.status >= 400:
        tab.troubles.append(f"{answer.status}: {answer.url}")
