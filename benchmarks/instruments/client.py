"""A caller of the product's web server: staff with a session, or a partner with a token."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.test import Client

from benchmarks.instruments.product import Product
from customers.models import ApiKey, User
from customers.partners.keys import issue
from customers.partners.scopes import scope_names

PATIENCE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Caller:
    """Sends one request a connection, so that both web processes get their share."""

    product: Product
    headers: Mapping[str, str] = field(default_factory=dict)

    def get(self, path: str) -> bytes:
        """The body of a page. Raises RuntimeError unless the status is 200."""
        return self._call("GET", path, None, expected=(200,))

    def post(self, path: str, content: Mapping[str, Any]) -> dict[str, Any]:
        """What the API made of the content. Raises RuntimeError unless it made or took it in
        (201, 202).
        """
        return json.loads(self._call("POST", path, json.dumps(content), expected=(201, 202)))

    def _call(
        self, method: str, path: str, body: str | None, *, expected: tuple[int, ...]
    ) -> bytes:
        line = http.client.HTTPConnection(self.product.host, self.product.port, PATIENCE_SECONDS)
        try:
            line.request(method, path, body, dict(self.headers))
            answer = line.getresponse()
            content = answer.read()
        finally:
            line.close()
        if answer.status not in expected:
            raise RuntimeError(f"{method} {path}: {answer.status} {content[:300]!r}")
        return content


def partner(product: Product) -> Caller:
    """A partner system with a key of its own."""
    headers = {"Authorization": bearer(_user("partner")), "Content-Type": "application/json"}
    return Caller(product, headers)


def bearer(user: User, *, requests_per_minute: int = ApiKey.MOST_A_MINUTE) -> str:
    """The header's value with a new key of `user`, in all scopes."""
    limit = {"requests_per_minute": requests_per_minute}
    _key, secret = issue(user, name="benchmark", by=user, scopes=scope_names(), **limit)
    return f"Bearer {secret}"


def staff(product: Product) -> Caller:
    """An admin who is logged in."""
    cookie = staff_client().cookies[settings.SESSION_COOKIE_NAME].value
    return Caller(product, {"Cookie": f"{settings.SESSION_COOKIE_NAME}={cookie}"})


def staff_user() -> User:
    """That admin's own row."""
    return _user("admin")


def staff_client() -> Client:
    """The same admin without a web server between, for counting queries."""
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(_user("admin"))
    return client


def _user(role: str) -> User:
    user, _ = User.objects.get_or_create(username=f"benchmark-{role}")
    user.groups.add(Group.objects.get(name=role))
    return user
