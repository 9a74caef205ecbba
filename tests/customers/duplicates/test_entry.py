"""Who is entered twice is told before they are saved, and what was typed stays."""

import pytest

from customers.models import Customer, DuplicatePair
from tests.customers.people.test_editing import typed
from tests.factories import CustomerFactory

ADA = {"name": "Ada Stone", "email": "ada@example.com", "city": "Leeds"}


@pytest.fixture
def ada(db):
    for n in range(3):
        CustomerFactory(name=f"Other Person {n}", email=f"other{n}@example.com")
    return CustomerFactory(**ADA)


def test_the_first_press_warns_with_reasons_and_a_link_and_the_second_saves(agent, ada):
    address, said = typed(agent, name="Stone, Ada", email="ADA@example.com", notes="Calls often")
    asked = agent.post(address, said)
    page = asked.content.decode()
    assert (asked.status_code, Customer.objects.count()) == (422, 4)
    assert "This customer may be here already." in page
    assert f'href="/customers/{ada.pk}/" target="_blank"' in page
    assert "E-mail: the same" in page
    assert ("Calls often" in page, "Save anyway" in page) == (True, True)
    other = agent.post(address, said | {"seen_likely": "1"})
    assert (other.status_code, Customer.objects.count()) == (422, 4)
    agent.post(address, said | {"seen_likely": asked.context["seen_likely"]})
    assert Customer.objects.count() == 5


def test_while_typing_a_fragment_says_so_and_names_the_button(agent, ada):
    found = agent.post("/customers/new/likely/", {"name": "Ada Stone", "email": "ada@example.com"})
    page = found.content.decode()
    assert f'name="seen_likely" value="{ada.pk}"' in page
    assert 'id="save-label" hx-swap-oob="true">Save anyway' in page
    nobody = agent.post("/customers/new/likely/", {"name": "Cy\x00 Carver" * 99}).content.decode()
    assert ("notice-box" in nobody, 'value=""' in nobody) == (False, True)
    assert Customer.objects.count() == 4


def test_an_edit_warns_only_where_it_makes_somebody_like_another(agent, ada):
    twin = CustomerFactory(**ADA)
    agent.post(*typed(agent, twin, notes="Tall"))
    twin.refresh_from_db()
    assert twin.notes == "Tall"
    address, said = typed(agent, twin, name="Ada M. Stone")
    assert agent.post(address, said).status_code == 422
    first, second = sorted((ada.pk, twin.pk))
    DuplicatePair.objects.create(first_id=first, second_id=second, score=0.9, state="apart")
    assert agent.post(address, said).status_code == 302
    assert agent.post(f"/customers/{ada.pk + 99}/likely/", said).status_code == 404


def test_who_lacks_what_is_needed_is_told_both(agent, ada):
    address, said = typed(agent, **ADA, marketing_consent="unknown")
    page = agent.post(address, said | {"email": "nonsense"}).content.decode()
    assert "Enter a valid email address" in page
    assert 'value="nonsense"' in page
