"""What is told by queue names nobody (guarantee 18): Redis, its messages, and temporary files."""

import base64
import re
import subprocess
import sys
import time

import httpx
import pytest

from customers.models import Customer
from customers.sealed import for_queue, from_queue
from tests.factories import UserFactory
from tests.faults.processes import ProductWeb, wait_for
from tests.faults.test_workers import tell
from tests.partners import bearer
from tests.processes import ROOT, environment

CANARY = "zanzibarquux"
PERSON = {"source": "shop", "external_id": f"{CANARY}-key", "email": f"{CANARY}@example.com"}


@pytest.fixture
def temporary(tmp_path):
    folder = tmp_path / "temporary"
    folder.mkdir()
    return folder


@pytest.fixture
def web(shop, temporary):
    collect = [sys.executable, "manage.py", "collectstatic", "--noinput"]
    told = environment(**shop.variables)
    subprocess.run(collect, cwd=ROOT, env=told, check=True, capture_output=True)
    server = ProductWeb(shop.folder, shop.variables | {"TMPDIR": str(temporary)}).start()
    yield server
    server.kill()


def everything_in(client):
    """Every key of a Redis with what it holds, as bytes."""
    readers = {
        b"string": client.get,
        b"list": lambda key: client.lrange(key, 0, -1),
        b"set": client.smembers,
        b"hash": client.hgetall,
        b"zset": lambda key: client.zrange(key, 0, -1),
    }
    return {key: repr(readers[client.type(key)](key)).encode() for key in client.keys("*")}


def traffic(web, header):
    """A person in every door: as record, ticket, file of an import, sign-in, question."""
    client = httpx.Client(
        base_url=web.address, headers={"Authorization": header}, timeout=60, follow_redirects=True
    )
    said = [
        client.post("/api/v1/customers/", json=PERSON | {"name": CANARY, "phone": "+442079460991"}),
        client.post("/api/v1/tickets/", json={"subject": CANARY, "body": f"I am {CANARY}. good"}),
        client.post("/api/v1/questions/", json={"text": f"Where is the parcel of {CANARY}?"}),
    ]
    visitor = httpx.Client(base_url=web.address, timeout=60, follow_redirects=True)
    for page, fields in (
        ("/help/identify/", {"email": PERSON["email"], "next": f"/help/ask/?q={CANARY}"}),
        ("/account/password/reset/", {"email": PERSON["email"]}),
    ):
        token = visitor.get(page).text.partition('csrfmiddlewaretoken" value="')[2][:64]
        said.append(visitor.post(page, data=fields | {"csrfmiddlewaretoken": token}))
    return [answer.status_code for answer in said]


def test_queues_and_temporary_files_name_nobody(shop, redis, web, temporary):
    codes = traffic(web, bearer(UserFactory(username="partner", role="partner")))
    waiting = everything_in(redis.client())
    shop.workers(TMPDIR=str(temporary), LOG_LEVEL="INFO", EMAIL_URL="dummymail://")
    wait_for(lambda: shop.bell.sweep() and shop.left() == 0, "all messages", every=1)
    time.sleep(1)
    after = everything_in(redis.client())
    files = [path for path in temporary.rglob("*") if path.is_file()]
    hits = [key for held in (waiting, after) for key, value in held.items() if is_named(value)]
    hits += [path for path in files if is_named(path.read_bytes())]
    logs = [path for path in shop.folder.glob("*.log") if is_named(path.read_bytes())]
    tell(
        "queues",
        calls=len(codes),
        keys=len(waiting) + len(after),
        messages=sum(value.count(b"headers") for value in waiting.values()),
        files=len(files),
        canaries=len(hits) + len(logs),
    )
    assert set(codes) <= {200, 201, 202}, codes
    assert Customer.objects.filter(email=PERSON["email"]).exists()
    assert sum(value.count(b"mail_link") for value in waiting.values()) >= 1
    assert (hits, logs) == ([], [])


WORDS = re.compile(rb"[A-Za-z0-9+/]{24,}")


def is_named(value):
    """Whether somebody is named, also in base64, in which bodies of messages are."""
    words = [word[: len(word) // 4 * 4] for word in WORDS.findall(value)]
    decoded = [base64.b64decode(word) for word in words]
    return any(CANARY.encode() in text for text in [value, *decoded])


def test_an_address_that_is_not_sealed_is_found(shop, redis):
    """The control."""
    shop.bell.ring("customers.tasks.mail_link", PERSON["email"], "http://x/", "")
    assert any(is_named(value) for value in everything_in(redis.client()).values())
    redis.client().flushall()
    shop.bell.ring("customers.tasks.mail_link", for_queue(PERSON["email"], "http://x/", ""))
    assert not any(is_named(value) for value in everything_in(redis.client()).values())
    assert from_queue(for_queue(PERSON["email"])) == [PERSON["email"]]
