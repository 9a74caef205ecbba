"""A small shop for the tests of insight, and who looks at it."""

import pytest
from django.core.cache import cache

from tests.factories import UserFactory


@pytest.fixture
def agent(client, db):
    client.force_login(UserFactory(username="agent"))
    return client


@pytest.fixture(autouse=True)
def nothing_picked_yet():
    """What was chosen to be said of another test's shop is forgotten."""
    cache.clear()
