"""The search page and box: results as they are typed, and meaning once a worker has read it."""

import pytest
from django.utils import timezone

from customers.models import MeaningSearch
from tests.factories import CustomerFactory, OrderFactory, ProductFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent(client):
    client.user = UserFactory()
    client.force_login(client.user)
    return client


def page(client, address, **headers):
    return client.get(address, headers=headers).content.decode()


def test_the_box_gets_results_alone_and_asks_no_worker(agent):
    CustomerFactory(name="Ann <b>Bell</b>")
    shown = page(agent, "/search/?q=ann", **{"HX-Request": "true"})
    assert "Ann &lt;b&gt;Bell&lt;/b&gt;" in shown
    assert "<html" not in shown
    assert not MeaningSearch.objects.exists()


def test_the_page_works_without_scripts_and_keeps_what_was_typed(agent):
    order = OrderFactory(number="A-77")
    shown = page(agent, "/search/?q=A-77")
    assert f'href="/orders/{order.pk}/"' in shown
    assert 'value="A-77"' in shown
    assert "exact" in shown


def test_too_little_or_nothing_found_is_said(agent):
    assert "at least two letters" in page(agent, "/search/?q=a")
    assert "Nothing says “zeppelin”" in page(agent, "/search/?q=zeppelin")


def test_meaning_is_asked_for_once_and_polled_until_it_is_there(agent):
    shown = page(agent, "/search/?q=something+to+boil+water")
    page(agent, "/search/?q=something+to+boil+water")
    asked = MeaningSearch.objects.get()
    assert f'hx-get="/search/meaning/{asked.pk}/"' in shown

    kettle = ProductFactory(name="Kettle")
    gone = {"kind": "product", "pk": kettle.pk + 1, "cosine": 0.5}
    asked.found = [{"kind": "product", "pk": kettle.pk, "cosine": 0.6}, gone]
    asked.finished_at = timezone.now()
    asked.save()
    shown = page(agent, f"/search/meaning/{asked.pk}/")
    assert "Kettle" in shown
    assert "hx-get" not in shown


@pytest.mark.parametrize("typed", ["1234", "ann@example.com", "绿茶 绿茶", "ab"])
def test_identifiers_and_other_scripts_have_no_meaning_to_look_for(agent, typed):
    CustomerFactory(email="ann@example.com")
    page(agent, f"/search/?q={typed}")
    assert not MeaningSearch.objects.exists()


def test_somebody_elses_search_is_not_shown(agent):
    theirs = MeaningSearch.objects.ask("tea", by=UserFactory())
    assert agent.get(f"/search/meaning/{theirs.pk}/").status_code == 404


def test_strangers_are_led_to_the_login(client):
    assert client.get("/search/?q=ann").status_code == 302
