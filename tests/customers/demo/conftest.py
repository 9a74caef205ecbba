from datetime import date

import pytest

from customers.demo.shop import SEED, generate

ANCHOR = date(2026, 5, 4)


@pytest.fixture(scope="session")
def shop():
    """The demo shop as of one fixed morning, made once for all tests."""
    return generate(SEED, ANCHOR)
