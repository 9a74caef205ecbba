"""What stands for a customer in a letter: a name, or nothing."""

import pytest

from customers.assisting.wording import first_name
from customers.macros import render
from customers.models import Macro
from customers.person_names import spoken_name
from tests.factories import CustomerFactory, TicketFactory, UserFactory

NO_NAMES = [
    "[Anna](https://evil.example/x)",
    '=HYPERLINK("https://evil.example/","Anna")',
    "<b>Anna</b>",
    "evil.example",
    "{{order.number}}",
    "Anna\u202e",
    "5 pounds",
    "a" * 81,
    "we have approved your refund and send it to you today",
    "",
]


@pytest.mark.parametrize("name", NO_NAMES)
def test_what_is_no_name_is_not_said(name):
    assert spoken_name(name) == ""
    assert first_name(name) == ""


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("Ada Byron", "Ada"),
        ("J. R. R. Tolkien", "J."),
        ("Siân O'Brien-Müller", "Siân"),
        ("María José de la Cruz", "María"),
        ("Holloway & Sons, Ltd.", "Holloway"),
        ("王小明", "王小明"),
        ("प्रिया शर्मा", "प्रिया"),
        ("  Ada \n Byron ", "Ada"),
    ],
)
def test_names_of_people_and_firms_are_said(name, first):
    assert spoken_name(name) == " ".join(name.split())
    assert first_name(name) == first


@pytest.mark.django_db
def test_a_macro_leaves_open_what_is_no_name():
    ticket = TicketFactory(customer=CustomerFactory(name=NO_NAMES[0]))
    macro = Macro(name="m", body="Hello {{customer.first_name}}, {{customer.name}}", language="en")
    filled = render(macro, ticket, UserFactory())
    assert filled.text == "Hello [customer.first_name?], [customer.name?]"
