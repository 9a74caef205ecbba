"""No form that somebody sends makes a screen fail: a small part; all of it by `make faults`."""

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import settings as limits

from tests.odd_forms import OddForms, Screens, forms


@pytest.mark.django_db
def test_no_form_makes_a_screen_fail(settings):
    hold_all(settings, examples=3)


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["account_login", "account_reset_password"])
def test_whoever_asks_to_be_led_to_no_address_gets_the_page(client, name):
    assert client.get(reverse(name), {"next": "http://["}).status_code == 200


def hold_all(product, *, examples):
    product.MFA_REQUIRED = False
    middleware = f"{OddForms.__module__}.{OddForms.__name__}"
    product.MIDDLEWARE = [product.MIDDLEWARE[0], middleware, *product.MIDDLEWARE[1:]]
    screens = Screens()

    @limits(max_examples=examples, derandomize=True, database=None, deadline=None)
    @given(forms())
    def hold(form):
        screens.post_all(*form)

    hold()
    assert screens.failed == {}
    assert len(screens.addresses) > 100
    return screens
