"""How amounts are shown."""

from decimal import Decimal

import pytest

from customers.templatetags.records import money


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        (Decimal("1234.5678"), "GBP", "£1,234.57"),
        (Decimal("0.005"), "EUR", "€0.01"),
        (Decimal("-3.999"), "USD", "−$4.00"),
        (Decimal("-0.001"), "GBP", "£0.00"),
        (Decimal("12"), "SEK", "12.00 SEK"),
        (None, "GBP", "–"),
    ],
)
def test_an_amount_is_rounded_to_hundredths_and_names_its_currency(amount, currency, shown):
    assert money(amount, currency) == shown
