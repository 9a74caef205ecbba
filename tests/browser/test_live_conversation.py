"""An open conversation grows while one writes, and colleagues are called by a few keys."""

import pytest
from playwright.sync_api import expect

from customers.models import StaffMention, Ticket
from tests.factories import NOON, MessageFactory, TicketFactory, UserFactory

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]
SOON = {"timeout": 3000}
TOP = "document.querySelector('#id_body').getBoundingClientRect().top"


def long_ticket():
    """A ticket whose page is longer than the window, and that no model reads any more."""
    ticket = TicketFactory(body="Hello\n" * 30)
    MessageFactory(ticket=ticket, body="More\n" * 30, quoted_text="Earlier mail")
    ticket.messages.update(analysed_at=NOON)
    return ticket


def test_a_new_message_comes_in_within_three_seconds_and_takes_nothing_away(open_tab, agent):
    ticket = long_ticket()
    tab = open_tab(agent)
    tab.goto(f"/tickets/{ticket.pk}/")
    tab.locator("details.quoted summary").click()
    tab.locator("#id_body").click()
    tab.keyboard.type("Dear Ann")
    seen = tab.locator("input[name=seen]").input_value()
    top = tab.evaluate(TOP)

    late = Ticket.objects.get().add_message("One more thing\n" * 20, author_kind="customer")
    expect(tab.locator(f"#message-{late.pk}")).to_contain_text("One more thing", **SOON)
    expect(tab.locator("#presence")).to_contain_text("1 new message", **SOON)
    assert abs(tab.evaluate(TOP) - top) < 2
    tab.keyboard.type(", thanks")
    expect(tab.locator("#id_body")).to_have_value("Dear Ann, thanks")
    assert tab.locator("details.quoted").get_attribute("open") is not None
    # what was begun before it came is held up once
    assert tab.locator("input[name=seen]").input_value() == seen

    ticket.messages.filter(pk=late.pk).update(analysed_at=NOON, body="Now it is read")
    expect(tab.locator(f"#message-{late.pk}")).to_contain_text("Now it is read", **SOON)
    ticket.messages.filter(pk=late.pk).delete()
    expect(tab.locator(f"#message-{late.pk}")).to_have_count(0, **SOON)
    assert tab.troubles == []


def test_who_has_typed_nothing_answers_the_message_that_came_in(open_tab, agent):
    ticket = long_ticket()
    tab = open_tab(agent)
    tab.goto(f"/tickets/{ticket.pk}/")
    late = Ticket.objects.get().add_message("One more thing", author_kind="customer")
    expect(tab.locator(f"#message-{late.pk}")).to_be_attached(**SOON)
    expect(tab.locator("input[name=seen]")).to_have_value(str(late.pk))
    tab.locator("#id_body").fill("Gladly")
    tab.keyboard.press("Control+Enter")
    expect(tab.locator(".bubble.agent")).to_contain_text("Gladly")
    assert tab.locator("#overtaken").count() == 0


def test_a_colleague_is_called_by_the_first_letters_and_the_arrows(open_tab, agent):
    UserFactory(username="maria", first_name="Maria", last_name="Zapf")
    max_ = UserFactory(username="max.k", first_name="Max", last_name="Klein")
    ticket = long_ticket()
    tab = open_tab(agent)
    tab.goto(f"/tickets/{ticket.pk}/")
    offered = tab.locator("#mention-list [role=option]")
    tab.locator("#id_body").click()
    tab.keyboard.type("@ma")
    expect(offered).to_have_count(0)  # a reply calls nobody
    tab.keyboard.press("Control+A")
    tab.locator("#reply input[value=note]").check()
    tab.locator("#id_body").click()
    tab.keyboard.press("Control+A")
    tab.keyboard.type("ask a@b.example or @ma")
    expect(offered).to_have_count(2)
    tab.keyboard.press("Escape")
    expect(offered).to_have_count(0)
    tab.keyboard.type("x")
    expect(offered).to_have_count(1)
    tab.keyboard.press("Backspace")
    tab.keyboard.press("ArrowDown")
    expect(offered.nth(1)).to_have_attribute("aria-selected", "true")
    active = tab.locator("#id_body").get_attribute("aria-activedescendant")
    assert active == offered.nth(1).get_attribute("id")
    tab.keyboard.press("Enter")
    expect(tab.locator("#id_body")).to_have_value("ask a@b.example or @max.k ")
    tab.keyboard.type("or @zap")
    offered.first.click()
    expect(tab.locator("#id_body")).to_have_value("ask a@b.example or @max.k or @maria ")
    tab.keyboard.press("Control+Enter")
    expect(tab.locator(".bubble.internal")).to_contain_text("@max.k or @maria")
    assert StaffMention.objects.filter(user=max_, ticket=ticket).exists()
    assert tab.troubles == []
