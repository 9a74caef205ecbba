"""No form that somebody sends makes a screen fail: a small part; all of it by `make contract`."""

import pytest
from django.urls import reverse

from tests.odd_forms import ODD, PLAIN, Screens


@pytest.mark.django_db
def test_no_form_makes_a_screen_fail(settings):
    screens = Screens(settings)
    screens.post_all([*ODD, *PLAIN, None], seed=1)
    assert screens.failed == {}
    assert len(screens.addresses) > 100


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["account_login", "account_reset_password"])
def test_whoever_asks_to_be_led_to_no_address_gets_the_page(client, name):
    assert client.get(reverse(name), {"next": "http://["}).status_code == 200
