import pytest
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from tests.factories import UserFactory


@pytest.fixture
def api(db):
    """A client that calls with the token of a partner."""
    client = APIClient()
    client.user = UserFactory(username="partner", role="partner")
    client.credentials(HTTP_AUTHORIZATION=f"Token {Token.objects.create(user=client.user).key}")
    return client
