import pytest
from django.test import Client

from tests.factories import UserFactory


def logged_in(**columns):
    client = Client()
    client.user = UserFactory(**columns)
    client.force_login(client.user)
    return client


@pytest.fixture
def ann(db):
    """A client that the agent Ann is logged in with; `.user` is she."""
    return logged_in(username="ann")


@pytest.fixture
def bob(db):
    """A second agent, Bob."""
    return logged_in(username="bob")


@pytest.fixture
def boss(db):
    """A manager."""
    return logged_in(username="boss", role="manager")


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
