"""Walks the day that docs/tour.md tells, in a product of its own, and takes its pictures.

    make .venv/dev.stamp && .venv/bin/python docs/tour.py [--var FOLDER] [--port 8130]

It starts an SMTP and an IMAP server on this machine, the product with its demo shop, and a
browser; it writes docs/images/tour-*.png and stops what it started. Needs Debian's chromium.
"""

from __future__ import annotations

import argparse
import imaplib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import make_msgid
from pathlib import Path
from typing import Any

import django
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "images"
SHOP, FOLDER = "help@shop.example", "Shop"
MAIL_USER, MAIL_PASSWORD = "demouser", "demopass"  # those of the IMAP server's demo data
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
PATIENCE_MS = 90_000
SUBJECT = "My teapot came broken"
TEXT = """Hello,

order {number} arrived this morning and the {product} is broken: the spout has come off, and
there are shards all through the box. It was to be a birthday present, so I am really upset.

Please refund the teapot, I do not want another one.

{name}
"""


@dataclass
class Postman:
    """Takes the mail that the shop sends."""

    mails: list[Any] = field(default_factory=list)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """Keep it."""
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 taken"

    def authenticate(self, *said: Any) -> AuthResult:
        """Whoever knows the password."""
        return AuthResult(success=said[-1].password == MAIL_PASSWORD.encode())

    def wait_for(self, is_it: Callable[[Any], bool]) -> Any:
        """The mail that came, as soon as it came. Raises TimeoutError."""

        def look() -> Any:
            return next((mail for mail in self.mails if is_it(mail)), None)

        return until(look, "a mail", 420)


def until(look: Callable[[], Any], what: str, seconds: float = 180) -> Any:
    """What `look` finds, as soon as it finds something. Raises TimeoutError."""
    ends_at = time.monotonic() + seconds
    while time.monotonic() < ends_at:
        if found := look():
            return found
        time.sleep(0.3)
    raise TimeoutError(f"{what} did not come within {seconds:.0f} seconds")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@contextmanager
def smtp_server() -> Iterator[tuple[Postman, int]]:
    """The server that the shop sends by, and its port."""
    postman, port = Postman(), free_port()
    controller = Controller(
        postman,
        hostname="127.0.0.1",
        port=port,
        authenticator=postman.authenticate,
        auth_require_tls=False,
    )
    controller.start()
    yield postman, port
    controller.stop()


@contextmanager
def imap_server() -> Iterator[int]:
    """The server that customers' mail comes to, by its port."""
    port, start = free_port(), "import sys; from pymap.main import main; sys.exit(main())"
    options = ["--host", "127.0.0.1", "--port", str(port), "--no-tls", "dict", "--demo-data"]
    process = subprocess.Popen([sys.executable, "-c", start, *options], stderr=subprocess.DEVNULL)

    def answers() -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return True
        return False

    until(answers, "the IMAP server")
    yield port
    process.terminate()


@contextmanager
def product(var: Path, port: int) -> Iterator[None]:
    """The product on `port` with the demo shop; one that runs there already is used as it is."""

    def is_up() -> bool:
        with suppress(OSError):
            return bool(urllib.request.urlopen(f"http://127.0.0.1:{port}/login/"))
        return False

    if is_up():
        yield
        return
    own = {
        "RAPPORT_VAR": str(var),
        "TOUR_MAIL_SECRET": MAIL_PASSWORD,
        "PUBLIC_ADDRESS": f"http://127.0.0.1:{port}",
    }
    command = [sys.executable, str(ROOT / "manage.py"), "up", "--port", str(port)]
    with (var / "tour.log").open("w") as log:
        process = subprocess.Popen(command, env=os.environ | own, stdout=log, stderr=log)

    try:
        until(is_up, "the product", 600)
        yield
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


class Shop:
    """The shop in a browser, and the mail around it."""

    def __init__(self, browser: Browser, address: str, logins: dict[str, str]) -> None:
        self.browser, self.address, self.logins = browser, address, logins

    def tab(self, user: str = "", size: dict[str, int] | None = None) -> Page:
        """A tab, with `user` logged in."""
        page = self.browser.new_context(base_url=self.address, viewport=size or WIDE).new_page()
        page.set_default_timeout(PATIENCE_MS)
        if user:
            page.goto("/login/")
            page.locator("[name=login]").fill(user)
            page.locator("[name=password]").fill(self.logins[user])
            page.get_by_role("button", name="Log in").click()
            page.wait_for_url("**/")
        return page


def picture(page: Page, name: str, *, whole: bool = False) -> None:
    """Take a picture of the page as it is, once nothing is loading."""
    page.wait_for_load_state("networkidle")
    page.mouse.move(0, 0)
    page.screenshot(path=PICTURES / f"tour-{name}.png", full_page=whole)
    sys.stdout.write(f"took {name}\n")
    sys.stdout.flush()


def set_up(shop: Shop, imap_port: int, smtp_port: int) -> None:
    """The manager connects the mailbox and lets customers be asked."""
    page = shop.tab("manager")
    page.goto("/channels/")
    page.get_by_role("link", name=SHOP).first.click()
    values = {
        "imap_host": "127.0.0.1",
        "imap_port": imap_port,
        "imap_user": MAIL_USER,
        "smtp_host": "127.0.0.1",
        "smtp_port": smtp_port,
        "smtp_user": MAIL_USER,
        "imap_folder": FOLDER,
        "imap_variable": "TOUR_MAIL_SECRET",
        "smtp_variable": "TOUR_MAIL_SECRET",
    }
    for name, value in values.items():
        page.locator(f"[name={name}]").fill(str(value))
    for name in ("imap_security", "smtp_security"):
        page.locator(f"[name={name}]").select_option("none")
    for name in ("is_active", "on_own_network"):
        page.locator(f"[name={name}]").check()
    page.locator("form:has([name=imap_host]) button.primary").click()
    page.wait_for_load_state("networkidle")
    page.goto("/satisfaction/")
    page.locator("[name=is_on]").check()
    page.locator("[name=delay_hours]").fill("0")
    page.locator("form:has([name=delay_hours]) button").last.click()
    page.wait_for_load_state("networkidle")
    page.context.close()


def is_analysed() -> bool:
    """Whether the demo shop is loaded and the models have read all of it."""
    from customers.models import Review, Ticket
    from customers.operating.figures import figures

    waits = [one.value for one in figures() if one.name == "pending_age_seconds"]
    return Ticket.objects.exists() and Review.objects.exists() and waits == [None] * len(waits)


def who_writes() -> tuple[str, str, str, str]:
    """Name and address of a customer whose teapot came last, its order and its name."""
    from customers.models import OrderLine

    lines = OrderLine.objects.filter(
        product__name__contains="Teapot",
        order__kind="sale",
        order__payment="paid",
        order__status="completed",
        order__customer__language="en",
    )
    line = lines.select_related("order__customer", "product").latest("order__placed_at")
    order, product_ = line.order, line.product
    if order.customer is None or product_ is None:
        raise SystemExit("the demo shop sold no teapot")
    return order.customer.name, order.customer.email, order.number, product_.name


def mail_in(imap_port: int, mail: EmailMessage) -> None:
    """Put the mail into the shop's mailbox."""
    server = imaplib.IMAP4("127.0.0.1", imap_port)
    server.login(MAIL_USER, MAIL_PASSWORD)
    server.create(FOLDER)
    server.append(FOLDER, "", "", mail.as_bytes())
    server.logout()


def complaint() -> EmailMessage:
    """The mail that begins the day."""
    name, address, number, product_name = who_writes()
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = f'"{name}" <{address}>', SHOP, SUBJECT
    mail["Message-ID"] = make_msgid(domain="example.org")
    mail["Date"] = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime())
    mail.set_content(TEXT.format(number=number, product=product_name, name=name.split()[0]))
    return mail


def triage(agent: Page) -> None:
    """The agent's morning: home, the queue, the ticket as the models read it."""
    agent.goto("/")
    picture(agent, "home")
    link = agent.get_by_role("link", name=SUBJECT)
    row = agent.locator("[data-row]").filter(has=link)

    def is_read() -> bool:
        agent.goto("/tickets/")
        team = agent.locator(".queues").get_by_role("link", name="Returns")
        agent.goto(str(team.get_attribute("href")))
        return bool(row.count() and row.locator(".ticket-signs .chip").count())

    until(is_read, "the ticket, read by the models")
    picture(agent, "inbox")
    link.first.click()
    expect(agent.get_by_role("heading", name=SUBJECT, exact=True)).to_be_visible()
    agent.keyboard.press("a")
    expect(agent.locator("#properties select[name=assignee] option:checked")).to_have_text("agent")
    picture(agent, "ticket")


def refund(agent: Page) -> None:
    """The sum of the teapot goes back, from the ticket."""
    ticket = agent.url
    number = re.search(r"order (\S+)", agent.locator(".bubble").first.inner_text())
    name = number[1] if number else ""
    agent.locator("#content").get_by_role("link", name=name, exact=True).first.click()
    amount = agent.locator("#refund [name=amount]")
    price = agent.locator("tr", has_text="Teapot").locator("td.number").last.inner_text()
    amount.fill(re.sub(r"[^\d.]", "", price))
    for reason in agent.locator("#refund [name=reason]").all():
        reason.fill("The spout was broken")
    agent.locator("#refund button").click()
    picture(agent, "refund")
    agent.locator("main form button.primary").click()
    agent.wait_for_load_state("networkidle")
    agent.goto(ticket)


def answer(agent: Page) -> None:
    """A suggestion is looked at, a macro inserted and sent."""
    agent.get_by_role("button", name="Suggest a reply").click()
    insert = agent.locator("#suggestions").get_by_role("button", name="Insert").first
    insert.scroll_into_view_if_needed()
    picture(agent, "suggestion")
    macro = agent.locator("#id_macro option", has_text="Your refund is on its way").first
    agent.locator("#reply").scroll_into_view_if_needed()
    agent.locator("#id_macro").select_option(macro.get_attribute("value"))
    agent.get_by_role("button", name="Insert macro").click()
    expect(agent.locator("#id_body")).to_have_value(re.compile("refund"))
    written = agent.locator("#id_body").input_value()
    fitting = re.sub(
        r"your return .*? booked in", "I am sorry that the teapot came broken", written
    )
    agent.locator("#id_body").fill(fitting)
    picture(agent, "macro")
    agent.get_by_role("button", name="Send and solve").click()
    expect(agent.locator(".bubble", has_text="We have refunded")).to_be_visible()


def rate(shop: Shop, postman: Postman) -> None:
    """The customer says how it was, on a phone."""
    invitation = postman.wait_for(lambda mail: "/rate/" in text_of(mail))
    found = re.search(r"/rate/[^\s/]+/", text_of(invitation))
    phone = shop.tab(size=NARROW)
    phone.goto(found[0] if found else "/")
    phone.locator("[name=score]").first.check()
    phone.locator("[name=reason]").fill("Quick, kind, and the money is on its way.")
    picture(phone, "rating")
    phone.get_by_role("button", name="Send").click()
    phone.wait_for_load_state("networkidle")
    phone.context.close()


def text_of(mail: Any) -> str:
    """The text of a mail."""
    body = mail.get_body(("plain", "html"))
    return str(body.get_content()) if body else ""


def look_back(shop: Shop) -> None:
    """The manager's evening: the report, and the journal."""
    manager = shop.tab("manager")
    manager.goto("/insight/desk/")
    for plot in manager.locator(".plots .card").all():
        plot.scroll_into_view_if_needed()
    manager.wait_for_load_state("networkidle")
    manager.evaluate("scrollTo(0, 0)")
    picture(manager, "report")
    manager.goto("/journal/")
    picture(manager, "journal")
    manager.context.close()


def main() -> None:
    """Walk the day."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--var", type=Path, default=ROOT / "var" / "tour")
    parser.add_argument("--port", type=int, default=8130)
    asked = parser.parse_args()
    asked.var.mkdir(parents=True, exist_ok=True)
    os.environ |= {"RAPPORT_VAR": str(asked.var), "DJANGO_ALLOW_ASYNC_UNSAFE": "1"}
    os.environ["DJANGO_SETTINGS_MODULE"] = "crm_site.settings"
    sys.path.insert(0, str(ROOT))
    servers = (smtp_server(), imap_server(), product(asked.var, asked.port), sync_playwright())
    with (
        servers[0] as (postman, smtp_port),
        servers[1] as imap_port,
        servers[2],
        servers[3] as play,
    ):
        django.setup()
        until(is_analysed, "the demo shop, read by the models", 1200)
        mail = complaint()
        lines = (asked.var / "logins.txt").read_text().split("\n")
        logins = dict(line.split() for line in lines if line)
        browser = play.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        shop = Shop(browser, f"http://127.0.0.1:{asked.port}", logins)
        set_up(shop, imap_port, smtp_port)
        mail_in(imap_port, mail)
        agent = shop.tab("agent")
        triage(agent)
        refund(agent)
        answer(agent)
        postman.wait_for(lambda one: one["In-Reply-To"] == mail["Message-ID"])
        rate(shop, postman)
        look_back(shop)
        browser.close()


if __name__ == "__main__":
    main()
