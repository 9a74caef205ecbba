import pytest

from tests.factories import UserFactory


@pytest.fixture(autouse=True)
def quick_passwords(settings):
    """Users are made by the hundred here, and nobody guesses their passwords."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def admin(client, db):
    """A client that an admin is logged in with; `.user` is the admin."""
    client.user = UserFactory(username="ada", role="admin", is_staff=True, is_superuser=True)
    client.force_login(client.user)
    return client


@pytest.fixture
def agent_user(db):
    return UserFactory(username="agent")
