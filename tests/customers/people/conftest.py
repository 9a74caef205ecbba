import pytest

from tests.factories import UserFactory


@pytest.fixture
def agent(client, db):
    """A client that an agent is logged in with; `.user` is the agent."""
    client.user = UserFactory(username="agent")
    client.force_login(client.user)
    return client


@pytest.fixture
def manager(client, db):
    """A client that a manager is logged in with; `.user` is the manager."""
    client.user = UserFactory(username="manager", role="manager")
    client.force_login(client.user)
    return client
