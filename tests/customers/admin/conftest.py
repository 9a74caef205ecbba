import pytest

from tests.factories import UserFactory


@pytest.fixture
def admin(client, db):
    """A client that an admin is logged in with; `.user` is the admin."""
    client.user = UserFactory(username="ada", role="admin", is_staff=True, is_superuser=True)
    client.force_login(client.user)
    return client


@pytest.fixture
def agent_user(db):
    return UserFactory(username="agent")
