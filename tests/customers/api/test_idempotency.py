"""A write that is sent again has one effect and one answer."""

import threading

import pytest
from django.db import connections
from rest_framework.test import APIClient

from customers.api import idempotency
from customers.models import Customer, IdempotentReply, User
from tests.factories import UserFactory
from tests.partners import bearer, calling

ADDRESS = "/api/v1/customers/"


def post(client, key, name="Ada", **more):
    return client.post(ADDRESS, {"name": name}, format="json", HTTP_IDEMPOTENCY_KEY=key, **more)


def test_the_same_write_again_gets_the_same_bytes_and_makes_nothing(api):
    first, second = post(api, "k1"), post(api, "k1")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert second["Content-Type"] == first["Content-Type"]
    assert second["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first
    assert Customer.objects.count() == 1


def test_another_body_or_address_under_the_same_key_is_refused(api):
    post(api, "k1")
    answer = post(api, "k1", name="Grace")
    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    elsewhere = api.post(
        "/api/v1/products/", {"name": "x"}, format="json", HTTP_IDEMPOTENCY_KEY="k1"
    )
    assert elsewhere.status_code == 422
    assert Customer.objects.count() == 1


def test_keys_of_two_callers_never_meet(api):
    other = calling(UserFactory(username="other", role="partner"))
    post(api, "k1")
    assert "Idempotent-Replayed" not in post(other, "k1", name="Grace")
    assert Customer.objects.count() == 2


def test_what_was_refused_had_no_effect_and_may_be_sent_again(api):
    refused = api.post(ADDRESS, {}, format="json", HTTP_IDEMPOTENCY_KEY="k1")
    assert refused.status_code == 400
    assert not IdempotentReply.objects.exists()
    assert post(api, "k1").status_code == 201


def test_an_error_of_ours_takes_the_effect_and_the_key_back(api, monkeypatch):
    def failing(*_):
        raise RuntimeError

    monkeypatch.setattr("customers.api.viewsets.likely_duplicates", failing)
    api.raise_request_exception = False
    assert post(api, "k1").status_code == 500
    assert not Customer.objects.exists()
    monkeypatch.undo()
    assert post(api, "k1").status_code == 201


@pytest.mark.parametrize("key", ["", " ", "ä", "a" * 201, "a b"])
def test_a_key_that_cannot_be_one_is_refused(api, key):
    assert post(api, key).status_code == 400
    assert not Customer.objects.exists()


def test_a_read_with_the_header_is_a_read(api):
    assert api.get(ADDRESS, HTTP_IDEMPOTENCY_KEY="k1").status_code == 200
    assert not IdempotentReply.objects.exists()


def at_once(calls):
    """Each of `calls` in a thread of its own."""

    def run(call):
        call()
        connections.close_all()

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def three_times_each(count):
    """`count` writes, each three times at once with one key: the answers by key."""
    user = UserFactory(username="partner", role="partner")
    header, answers = bearer(user), {}

    def call(key):
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=header)
        answer = post(client, key, name=key)
        answers.setdefault(key, []).append((answer.status_code, answer.content))

    for number in range(count):
        key = f"k{number}"
        at_once([lambda key=key: call(key)] * 3)
    return answers


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_writes_sent_three_times_at_once_have_one_effect_each():
    answers = three_times_each(12)
    assert Customer.objects.count() == 12
    for given in answers.values():
        assert len(given) == 3
        assert {status for status, _ in given} == {201}
        assert len({content for _, content in given}) == 1


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_without_the_guard_they_have_more(monkeypatch):
    monkeypatch.setattr(idempotency, "METHODS", set())
    three_times_each(2)
    assert Customer.objects.count() == 6


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_repetition_does_not_wait_forever_for_the_first(monkeypatch):
    monkeypatch.setattr(idempotency, "WAITS", "100ms")
    client = calling()
    inside, done, seen = threading.Event(), threading.Event(), []

    def slow(*_):
        inside.set()
        done.wait(20)
        return []

    monkeypatch.setattr("customers.api.viewsets.likely_duplicates", slow)
    first = threading.Thread(
        target=lambda: (seen.append(post(client, "k1")), connections.close_all())
    )
    first.start()
    assert inside.wait(20)
    again = APIClient()
    again.credentials(**client._credentials)
    answer = post(again, "k1")
    done.set()
    first.join()
    assert (answer.status_code, answer["Retry-After"]) == (409, "5")
    assert seen[0].status_code == 201
    assert User.objects.filter(username="partner").exists()
