"""The client that the documents offer, against the API itself."""

import httpx
import pytest
from django.test import Client

from customers.models import Customer
from docs.client import Rapport, Refused
from tests.factories import CustomerFactory, UserFactory
from tests.partners import bearer


class Straight(httpx.BaseTransport):
    """To the application of the tests; `breaks` answers are lost after they had their effect."""

    def __init__(self, breaks=0):
        self.app, self.breaks = Client(SERVER_NAME="localhost"), breaks

    def handle_request(self, request):
        asked = request.url.raw_path.decode()
        headers = {name: value for name, value in request.headers.items() if name != "host"}
        content_type = headers.pop("content-type", "application/octet-stream")
        answer = self.app.generic(
            request.method, asked, request.read(), content_type, headers=headers
        )
        if self.breaks:
            self.breaks -= 1
            raise httpx.ReadError("the line broke")
        return httpx.Response(
            answer.status_code, headers=dict(answer.headers), content=answer.content
        )


@pytest.fixture
def client(db):
    def make(breaks=0, **columns):
        key = bearer(UserFactory(role="partner"), **columns).removeprefix("Bearer ")
        waits = []
        made = Rapport("http://localhost", key, transport=Straight(breaks), sleep=waits.append)
        made.waits = waits
        return made

    return make


def test_records_are_written_read_and_followed(client):
    shop = client()
    ada = shop.upsert("customers", "shop", "1", {"name": "Ada"})
    rows = [{"source": "shop", "external_id": "2", "name": "G"}]
    outcomes = list(shop.upsert_many("customers", rows))
    assert [one["status"] for one in outcomes] == [201]
    assert {row["name"] for row in shop.rows("customers")} == {"Ada", "G"}
    assert shop.get(f"customers/{ada['id']}/", fields="name") == {"name": "Ada"}
    with pytest.raises(Refused):
        shop.changes("customers", since="nonsense")


def test_a_write_whose_answer_was_lost_is_sent_again_without_a_second_effect(client):
    shop = client(breaks=2)
    shop.post("customers/", {"name": "Ada"})
    assert Customer.objects.count() == 1
    assert shop.waits == [2.0, 4.0]


def test_the_limit_is_obeyed(client):
    shop = client(requests_per_minute=1)
    CustomerFactory()
    shop.get("customers/")
    with pytest.raises(Refused) as refused:
        shop.get("customers/")
    assert refused.value.problem["status"] == 429
    assert all(0 < wait <= 60 for wait in shop.waits)


def test_all_pages_come_each_row_once(client):
    for _ in range(205):
        CustomerFactory()
    listed = [row["id"] for row in client().rows("customers", fields="id")]
    assert len(listed) == len(set(listed)) == 205


def test_what_is_refused_says_why(client):
    with pytest.raises(Refused) as refused:
        client().post("customers/", {})
    assert refused.value.problem["errors"][0]["detail"]
