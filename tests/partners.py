"""Clients of the API that call with a key."""

from rest_framework.test import APIClient

from customers.partners.keys import issue
from customers.partners.scopes import scope_names
from tests.factories import UserFactory


def bearer(user, **columns):
    """The header's value with a new key of `user`; all scopes unless others are named."""
    columns = {"scopes": scope_names(), "requests_per_minute": 60_000} | columns
    _key, secret = issue(user, name="tests", by=user, **columns)
    return f"Bearer {secret}"


def calling(user=None, **columns):
    """A client that calls with a new key; of a partner unless a user is named."""
    client = APIClient()
    client.user = user or UserFactory(username="partner", role="partner")
    client.credentials(HTTP_AUTHORIZATION=bearer(client.user, **columns))
    return client
