"""Who sees what: every address of the screens and of the API, for everybody who should not.

The addresses come from the resolver and from OpenAPI; one without an example fails here.
"""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

from customers import models
from customers.models import RoleRule
from tests.customers.accounts.world import (
    FOREIGN,
    HIDDEN,
    HIDDEN_PHONE,
    HIDDEN_SUM,
    SOMEBODYS,
    body_of,
    make_world,
    stand_of,
)
from tests.factories import UserFactory
from tests.partners import calling
from tests.routes import OF, address_of, screens

REFUSED = {401, 403, 404, 405}
# What anybody may open; a key or a token in the address is the right to it.
BY_KEY = {
    *("portal-question", "portal-answer", "portal-rate", "portal-again", "portal-hand-over"),
    *("widget-question", "widget-answer", "widget-rate", "widget-hand-over", "rate"),
}
# The part of the API that a row's address is of.
API_OF = {
    "customers": "customer",
    "companies": "company",
    "contact-points": "contactpoint",
    "products": "product",
    "orders": "order",
    "tickets": "ticket",
    "reviews": "review",
    "audiences": "audience",
    "articles": "article",
    "macros": "macro",
    "questions": "question",
    "recommendations": "recommendation",
    "corrections": "correction",
    "alarms": "alarm",
    "findings": "finding",
    "topics": "topic",
    "insight": "weeklydigest",
    "consents": "consent",
    "imports": "import",
    "webhooks": "webhookendpoint",
    "webhook-deliveries": "webhookdelivery",
    "proposals": "proposal",
    "predictions": None,
    "search": None,
    "intents": None,
    "aspects": None,
    "segments": None,
}


@pytest.fixture
def rows(db, settings):
    settings.MFA_REQUIRED = False
    return make_world()


def of_route(route):
    start = max((start for start in OF if route.startswith(start)), key=len, default="")
    return OF.get(start)


def walk(rows):
    """Each address of the screens by name, with the record that it is of."""
    for pattern in screens():
        route = str(pattern.pattern)
        kind = of_route(route) if "<int:pk>" in route else None
        yield pattern.name, address_of(pattern, rows), kind


def logged_in(**columns):
    client = Client(raise_request_exception=False)
    client.force_login(UserFactory(**columns))
    return client


def leaks(answer, *words):
    return answer.status_code < 400 and any(word in body_of(answer) for word in words)


def reach(**columns):
    RoleRule.objects.filter(pk="agent").update(**columns)


def test_screens_show_nothing_foreign_to_another_team_and_write_nothing(rows):
    reach(tickets="team", customers="team")
    client, before = logged_in(username="ann"), stand_of(rows)
    wrong = []
    for name, address, kind in walk(rows):
        if name in BY_KEY or name == "account_logout":
            continue
        for method in (client.get, client.post):
            answer = method(address)
            if leaks(answer, FOREIGN, HIDDEN):
                wrong.append(f"{answer.status_code} shows: {name}")
            own = name.startswith(("portal", "account"))
            if kind in SOMEBODYS and not own and answer.status_code not in REFUSED:
                wrong.append(f"{answer.status_code} for a foreign {kind}: {name}")
    assert wrong == []
    assert before.items() <= stand_of(rows).items()


def test_the_words_are_on_the_screens_of_whoever_reaches_them(rows):
    """Otherwise the test above would find nothing whatever happened."""
    client = logged_in(username="max", role="manager")
    shown = [name for name, address, _ in walk(rows) if leaks(client.get(address), FOREIGN)]
    assert len(shown) > 30


@pytest.mark.parametrize("who", ["anonymous", "disabled", "partner"])
def test_screens_show_nothing_to_strangers_disabled_logins_and_partners(rows, who):
    client = Client(raise_request_exception=False)
    if who != "anonymous":
        user = UserFactory(username="pat", role="partner" if who == "partner" else "manager")
        client.force_login(user)
        if who == "disabled":
            type(user).objects.update(is_active=False)
    before, wrong = stand_of(rows), []
    for name, address, kind in walk(rows):
        if name in BY_KEY or name == "account_logout":
            continue
        for method in (client.get, client.post):
            answer = method(address)
            if leaks(answer, FOREIGN, HIDDEN):
                wrong.append(f"{answer.status_code} shows: {name}")
            led = answer.status_code == 302 and answer["Location"].startswith(("/login/", "/help/"))
            if kind in SOMEBODYS and not led and answer.status_code not in REFUSED:
                wrong.append(f"{answer.status_code} for a {kind}: {name}")
    assert wrong == []
    assert before.items() <= stand_of(rows).items()


def test_screens_show_no_hidden_field(rows):
    reach(hidden=RoleRule.Hidden.values)
    client = logged_in(username="ann")
    words = (HIDDEN, HIDDEN_PHONE, HIDDEN_SUM, "7,654,321")
    wrong = [
        name
        for name, address, _ in walk(rows)
        if name not in BY_KEY
        and not name.startswith(("portal", "account"))
        and leaks(client.get(address), *words)
    ]
    assert wrong == []


def operations(rows):
    """Each operation of the API: its name, method, address and the record that it is of."""
    examples = dict(rows) | {
        "correction": models.Correction.objects.first(),
        "recommendation": models.Recommendation.objects.first(),
    }
    for path, methods in SchemaGenerator().get_schema(request=None, public=True)["paths"].items():
        part = path.split("/")[3]
        assert part in API_OF, f"{path} needs an example in API_OF"
        row = examples.get(API_OF[part])
        told = {
            "id": getattr(row, "pk", 1),
            "slug": "loyal",
            "source": "elsewhere",
            "external_id": getattr(row, "external_id", "") or "1",
        }
        address = path
        for name, value in told.items():
            address = address.replace(f"{{{name}}}", str(value))
        assert "{" not in address, f"{path} needs an example"
        kind = API_OF[part] if "{id}" in path else None
        for method in methods:
            yield f"{method.upper()} {path}", method, address, kind


@pytest.mark.parametrize(
    "who", ["anonymous", "team", "no scope", "source", "disabled", "expired", "revoked"]
)
def test_the_api_shows_and_writes_nothing_foreign(rows, who):
    boss = UserFactory(username="max", role="manager")
    ended = timezone.now() - timedelta(minutes=1)
    reach(tickets="team", customers="team")
    client = {
        "anonymous": lambda: APIClient(),
        "team": lambda: calling(UserFactory(username="ann")),
        "no scope": lambda: calling(boss, scopes=[]),
        "source": lambda: calling(boss, source="here"),
        "disabled": lambda: calling(boss),
        "expired": lambda: calling(boss, expires_at=ended),
        "revoked": lambda: calling(boss),
    }[who]()
    client.raise_request_exception = False
    if who == "disabled":
        type(boss).objects.filter(pk=boss.pk).update(is_active=False)
    if who == "revoked":
        models.ApiKey.objects.update(revoked_at=timezone.now())
    exact = {"no scope": 403}.get(who, 401) if who not in ("team", "source") else None
    before, wrong, count = stand_of(rows), [], 0
    for name, method, address, kind in operations(rows):
        count += 1
        answer = getattr(client, method)(address, *([{}] if method != "get" else []), format="json")
        if leaks(answer, FOREIGN, HIDDEN):
            wrong.append(f"{answer.status_code} shows: {name}")
        if exact and answer.status_code != exact:
            wrong.append(f"{answer.status_code}, not {exact}: {name}")
        if kind in SOMEBODYS and answer.status_code not in REFUSED:
            wrong.append(f"{answer.status_code} for a foreign {kind}: {name}")
    assert wrong == []
    assert before.items() <= stand_of(rows).items()
    assert count > 60


def test_the_api_shows_no_hidden_field(rows):
    reach(hidden=RoleRule.Hidden.values)
    client = calling(UserFactory(username="ann"))
    words = (HIDDEN, HIDDEN_PHONE, HIDDEN_SUM)
    gets = [(name, address) for name, method, address, _ in operations(rows) if method == "get"]
    wrong = [name for name, address in gets if leaks(client.get(address), *words)]
    assert wrong == []


def test_every_scope_opens_its_own_part_alone(rows):
    """A key with one scope: what it does not name is refused."""
    boss, wrong = UserFactory(username="max", role="manager"), []
    for scope in ("customers:read", "orders:read", "tickets:write"):
        client = calling(boss, scopes=[scope])
        opened = {
            name.split("/")[3]
            for name, method, address, _ in operations(rows)
            if method == "get" and client.get(address).status_code != 403
        }
        part, verb = scope.split(":")
        own = {part, "contact-points"} if part == "customers" else {part}
        wrong += [(scope, opened)] if opened - (own if verb == "read" else set()) else []
    assert wrong == []
