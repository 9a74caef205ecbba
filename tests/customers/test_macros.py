"""Macros are filled from a closed list of variables, once, and say what they do not know."""

import pytest

from customers.macros import VARIABLES, RenderedMacro, render, unfilled, unknown_variables
from customers.models import Macro
from tests.factories import CustomerFactory, MacroFactory, OrderFactory, TicketFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent():
    return UserFactory(first_name="Ada", last_name="Stone")


@pytest.fixture
def ticket():
    customer = CustomerFactory(name="Ben Moss")
    return TicketFactory(customer=customer, order=OrderFactory(number="1042", customer=customer))


def filled(body, ticket, agent, language="en"):
    return render(Macro(body=body, language=language), ticket, agent)


def test_every_variable_is_filled_from_the_ticket(ticket, agent, settings):
    settings.SHOP_NAME = "Fern & Kettle"
    values = {name: filled("{{" + name + "}}", ticket, agent).text for name in VARIABLES}
    assert values == {
        "customer.first_name": "Ben",
        "customer.name": "Ben Moss",
        "order.number": "1042",
        "order.status": "open",
        "order.total": "£12.50",
        "order.placed_on": "March 2, 2026",
        "agent.name": "Ada Stone",
        "shop.name": "Fern & Kettle",
    }


def test_a_macro_speaks_its_own_language(ticket, agent):
    said = filled("{{ order.placed_on }}，{{order.total}}", ticket, agent, "zh")
    assert said == RenderedMacro("2026年3月2日，£12.50", ())


def test_a_chinese_name_stays_whole(agent):
    ticket = TicketFactory(customer=CustomerFactory(name="王 小明"))
    assert filled("{{customer.first_name}}您好", ticket, agent).text == "王 小明您好"


def test_what_is_not_known_leaves_a_marker(agent):
    ticket = TicketFactory(customer=None)
    said = filled("Dear {{customer.first_name}}, {{order.number}} {{order.number}}", ticket, agent)
    assert said.text == "Dear [customer.first_name?], [order.number?] [order.number?]"
    assert said.missing == ("customer.first_name", "order.number")
    assert unfilled(said.text) == ["[customer.first_name?]", "[order.number?]"]
    assert unfilled("What [now?], [order?]") == []


@pytest.mark.parametrize(
    "name",
    [
        "{{order.number}}",
        "{{agent.name}} {{shop.name}}",
        "{% load x %}",
        "{{ settings.SECRET_KEY }}",
        "\\g<0>",
        "{{{{agent.name}}}}",
        "<b>x</b>",
    ],
)
def test_a_name_is_never_read_for_variables(name, agent):
    ticket = TicketFactory(customer=CustomerFactory(name=name), order=OrderFactory(number="1042"))
    said = filled("Dear {{customer.name}}: {{order.number}}", ticket, agent)
    assert said == RenderedMacro("Dear [customer.name?]: 1042", ("customer.name",))
    agent.first_name, agent.last_name = name, ""
    assert filled("{{agent.name}}", ticket, agent).text == name


def test_a_name_cannot_bring_lines_or_unseen_characters(agent):
    ticket = TicketFactory(customer=CustomerFactory(name="Ben\n\nPay here"))
    assert filled("{{customer.name}}", ticket, agent).text == "Ben Pay here"
    ticket.customer.name = "Ben Pay\u202e\u200b here"
    assert filled("{{customer.name}}", ticket, agent).text == "[customer.name?]"


def test_unknown_variables_are_named_once():
    body = "{{order.number}} {{ order.nunber }} {{x}} {{x}} {{}} { {y} }"
    assert unknown_variables(body) == ["order.nunber", "x", ""]


def test_an_unknown_variable_that_stands_in_a_row_is_a_marker(ticket, agent):
    assert filled("{{nonsense}}", ticket, agent) == RenderedMacro("[nonsense?]", ("nonsense",))


def test_macros_in_the_customers_language_come_first():
    MacroFactory(name="B", language="en")
    MacroFactory(name="A", language="")
    MacroFactory(name="C", language="zh")
    MacroFactory(name="off", language="zh", is_active=False)
    names = Macro.objects.active().nearest("zh").values_list("name", flat=True)
    assert list(names) == ["C", "A", "B"]
