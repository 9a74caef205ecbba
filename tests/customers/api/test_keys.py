"""Keys of partners: what opens, what does not, and how often."""

import datetime
import threading

import pytest
from django.db import connection, connections
from django.utils import timezone
from rest_framework.test import APIClient

from customers.models import ApiKey, Customer, RateWindow
from customers.partners.keys import issue, key_of, rotate
from customers.partners.scopes import PARTS, scope_names
from tests.factories import CustomerFactory, OrderFactory, UserFactory
from tests.partners import bearer, calling

DAY = datetime.timedelta(days=1)


@pytest.fixture
def owner(db):
    return UserFactory(username="partner", role="partner")


def made(owner, **columns):
    return issue(owner, name="shop", by=owner, scopes=scope_names(), **columns)


def status_with(secret):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return client.get("/api/v1/customers/").status_code


def test_the_secret_is_kept_nowhere(owner):
    key, secret = made(owner)
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(k)::text FROM customers_apikey k")
        stored = cursor.fetchone()[0]
    assert secret not in stored
    assert secret.rsplit("_", 1)[1] not in stored
    assert secret.startswith(f"rpt_{key.prefix}_")


def test_a_key_is_found_by_its_whole_secret_alone(owner):
    key, secret = made(owner)
    _other, others = made(owner)
    assert key_of(secret) == key
    forged = f"rpt_{key.prefix}_{others.rsplit('_', 1)[1]}"
    for wrong in (forged, secret[:-1], secret + "a", secret.upper(), "", "rpt__", "\0"):
        assert key_of(wrong) is None


def test_a_revoked_expired_or_ownerless_key_opens_nothing_from_the_next_request_on(owner):
    key, secret = made(owner)
    assert status_with(secret) == 200
    key.revoke()
    assert status_with(secret) == 401
    _key, secret = made(owner, expires_at=timezone.now() - DAY)
    assert status_with(secret) == 401
    _key, secret = made(owner)
    owner.is_active = False
    owner.save()
    assert status_with(secret) == 401


def test_rotation_lets_both_keys_work_for_a_while_and_no_third(owner):
    key, secret = made(owner, source="shop", requests_per_minute=7)
    new, newer = rotate(key, overlap=DAY, by=owner)
    assert (new.source, new.requests_per_minute, new.replaces) == ("shop", 7, key)
    assert status_with(secret) == status_with(newer) == 200
    with pytest.raises(ValueError, match="replaces"):
        rotate(key, overlap=DAY, by=owner)
    ApiKey.objects.filter(pk=key.pk).update(expires_at=timezone.now())
    assert (status_with(secret), status_with(newer)) == (401, 200)


def test_use_is_noted_at_most_once_a_minute(owner, django_assert_num_queries):
    key, secret = made(owner)
    status_with(secret)
    key.refresh_from_db()
    first = key.last_used_at
    status_with(secret)
    key.refresh_from_db()
    assert first is not None
    assert key.last_used_at == first


READS = {
    "customers": "customers/",
    "companies": "companies/",
    "consents": "consents/",
    "orders": "orders/",
    "products": "products/",
    "tickets": "tickets/",
    "reviews": "reviews/",
    "articles": "articles/",
    "questions": "questions/",
    "recommendations": "recommendations/",
    "corrections": "corrections/",
    "audiences": "audiences/",
    "imports": "imports/",
    "proposals": "proposals/",
    "predictions": "predictions/?kind=ticket&record=0",
    "search": "search/?q=kettle",
    "insight": "alarms/",
    "webhooks": "webhooks/",
    "taxonomies": "intents/",
}


def test_each_scope_opens_its_own_part_and_no_other(db):
    owner = UserFactory(username="admin", role="admin")  # webhooks are for admins alone
    assert set(READS) == set(PARTS)
    for part in PARTS:
        client = calling(owner, scopes=[f"{part}:read"])
        paths = {name: f"/api/v1/{path}" for name, path in READS.items()}
        opened = {name for name, path in paths.items() if client.get(path).status_code != 403}
        assert opened == {part}


def test_reading_does_not_write(owner):
    client = calling(owner, scopes=["customers:read"])
    answer = client.post("/api/v1/customers/", {"name": "Ada"}, format="json")
    assert (answer.status_code, answer.json()["detail"]) == (
        403,
        "This key lacks the scope customers:write.",
    )
    assert not Customer.objects.exists()


def test_a_key_bound_to_a_source_neither_sees_nor_writes_another(owner):
    mine = CustomerFactory(source="mine", external_id="1")
    other = CustomerFactory(source="other", external_id="1")
    client = calling(owner, source="mine")
    listed = client.get("/api/v1/customers/").json()["results"]
    assert [row["id"] for row in listed] == [mine.pk]
    assert client.get(f"/api/v1/customers/{other.pk}/").status_code == 404
    assert client.get("/api/v1/customers/by-external-id/other/1/").status_code == 404
    write = client.put("/api/v1/customers/by-external-id/other/1/", {"name": "x"}, format="json")
    assert write.status_code == 403
    moved = client.patch(f"/api/v1/customers/{mine.pk}/", {"source": "other"}, format="json")
    assert moved.status_code == 403
    other.refresh_from_db()
    assert other.name != "x"


def test_what_a_bound_key_makes_is_of_its_source_and_refers_to_its_own_rows_alone(owner):
    other = CustomerFactory(source="other", external_id="1")
    client = calling(owner, source="mine")
    answer = client.post("/api/v1/customers/", {"name": "Ada"}, format="json")
    assert answer.json()["source"] == "mine"
    ticket = {"subject": "s", "body": "b", "customer": other.pk}
    assert client.post("/api/v1/tickets/", ticket, format="json").status_code == 400
    order = OrderFactory(source="other", external_id="o")
    assert client.get(f"/api/v1/orders/{order.pk}/").status_code == 404


def test_every_view_of_the_api_names_the_part_that_a_key_must_be_given():
    from django.urls import get_resolver

    from customers.api.idempotency import OncePerKey

    def views(patterns, prefix=""):
        for pattern in patterns:
            path = prefix + str(pattern.pattern)
            if hasattr(pattern, "url_patterns"):
                yield from views(pattern.url_patterns, path)
            elif path.startswith("api/v1/"):
                yield path, getattr(pattern.callback, "cls", None)

    found = [one for one in views(get_resolver().url_patterns) if one[1]]
    known = {cls for _path, cls in found if cls.__name__ != "ApiRoot"}
    assert len(known) > 15
    assert {cls.__name__ for cls in known if getattr(cls, "scope", "") not in PARTS} == set()
    assert {cls.__name__ for cls in known if not issubclass(cls, OncePerKey)} == set()


def test_answers_say_how_much_is_left_and_the_one_too_many_how_long_to_wait(owner):
    client = calling(owner, requests_per_minute=2)
    first = client.get("/api/v1/customers/")
    assert first["RateLimit-Policy"] == '"key";q=2;w=60'
    assert first["RateLimit"].startswith('"key";r=1;t=')
    client.get("/api/v1/customers/")
    refused = client.get("/api/v1/customers/")
    assert refused.status_code == 429
    assert refused["Content-Type"] == "application/problem+json"
    assert 1 <= int(refused["Retry-After"]) <= 60
    RateWindow.objects.update(started_at=timezone.now() - datetime.timedelta(seconds=61))
    assert client.get("/api/v1/customers/").status_code == 200


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_the_limit_holds_for_calls_at_the_same_time():
    user = UserFactory(username="partner", role="partner")
    header, statuses = bearer(user, requests_per_minute=30), []

    def call():
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=header)
        statuses.extend(client.get("/api/v1/intents/").status_code for _ in range(10))
        connections.close_all()

    threads = [threading.Thread(target=call) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (statuses.count(200), statuses.count(429)) == (30, 50)


def test_scope_names_are_reads_and_writes_of_the_parts():
    assert "orders:write" in scope_names()
    assert "recommendations:write" not in scope_names()
