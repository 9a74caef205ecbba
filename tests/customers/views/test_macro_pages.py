"""Macros are written by staff and inserted into replies."""

import pytest

from customers.models import Macro, Message
from tests.customers.desk import posting
from tests.factories import CustomerFactory, MacroFactory, OrderFactory, TicketFactory

FORM = {"name": "Hello", "body": "Dear {{customer.first_name}}", "language": "en", "category": ""}


@pytest.fixture
def ticket():
    return TicketFactory(customer=CustomerFactory(name="Ben Moss"), order=None)


def reply_box(answer):
    return answer.context["reply_form"].initial["body"]


def test_a_macro_is_written_and_changed(agent):
    assert agent.post("/macros/new/", {**FORM, "is_active": "on"})["Location"] == "/macros/"
    macro = Macro.objects.get()
    agent.post(f"/macros/{macro.pk}/edit/", {**FORM, "name": "Good day"})
    macro.refresh_from_db()
    assert (macro.name, macro.is_active) == ("Good day", False)
    assert "Good day" in agent.get("/macros/").content.decode()


def test_an_unknown_variable_is_told_with_the_known_ones(agent):
    answer = agent.post("/macros/new/", {**FORM, "body": "Dear {{customer.frist_name}}"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "There is no variable {{customer.frist_name}}" in page
    assert "{{customer.first_name}}, {{customer.name}}, {{order.number}}" in page
    assert "Dear {{customer.frist_name}}</textarea>" in page
    assert not Macro.objects.exists()


def test_two_macros_of_one_name_are_refused(agent):
    MacroFactory(name="Hello")
    assert agent.post("/macros/new/", FORM).status_code == 422
    assert Macro.objects.count() == 1


def test_a_macro_fills_the_reply_box(agent, ticket):
    macro = MacroFactory(body="Dear {{customer.first_name}}, {{order.number}} is on its way.")
    answer = agent.get(f"/tickets/{ticket.pk}/?macro={macro.pk}")
    assert reply_box(answer) == "Dear Ben, [order.number?] is on its way."
    assert "[order.number?]</p>" in answer.content.decode()
    assert not Message.objects.filter(author_kind="agent").exists()


def test_what_is_typed_stays_before_the_macro(agent, ticket):
    macro = MacroFactory(body="Yours, {{agent.name}}")
    typed = {"macro": macro.pk, "body": "We sent it.\n"}
    answer = agent.post(f"/tickets/{ticket.pk}/macro/", typed)
    assert answer.status_code == 200
    assert reply_box(answer) == "We sent it.\n\nYours, agent"
    assert not Message.objects.filter(author_kind="agent").exists()


@pytest.mark.parametrize("macro", ["", "x", "999999", "9" * 40])
def test_a_macro_that_there_is_not_fills_nothing(agent, ticket, macro):
    MacroFactory(is_active=False)
    answer = agent.get(f"/tickets/{ticket.pk}/?macro={macro}")
    assert (answer.status_code, reply_box(answer)) == (200, "")


def test_a_reply_with_a_marker_left_is_refused(agent, ticket):
    body = "Your order [order.number?] is on its way."
    answer = posting.reply(agent, ticket, body)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Fill in before it goes to the customer: [order.number?]" in page
    assert body in page
    assert not Message.objects.filter(author_kind="agent").exists()
    done = body.replace("[order.number?]", "1042")
    posting.reply(agent, ticket, done)
    assert Message.objects.get(author_kind="agent").body == done


def test_a_name_in_braces_is_no_name_and_is_not_filled_in(agent):
    customer = CustomerFactory(name="{{order.number}}")
    ticket = TicketFactory(customer=customer, order=OrderFactory(number="1042"))
    macro = MacroFactory(body="Dear {{customer.first_name}}")
    assert reply_box(agent.get(f"/tickets/{ticket.pk}/?macro={macro.pk}")) == (
        "Dear [customer.first_name?]"
    )


def test_pages_of_macros_want_a_login(client, db):
    for address in ("/macros/", "/macros/new/", f"/macros/{MacroFactory().pk}/edit/"):
        assert client.get(address)["Location"].startswith("/login/")
