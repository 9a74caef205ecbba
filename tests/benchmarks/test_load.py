"""An open load: what is due goes, and is charged with all of its waiting."""

import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from benchmarks.instruments import open_load
from benchmarks.load import run
from benchmarks.load.mix import API, MAKERS, MIX, Shop, requests

STALL_SECONDS = 0.6


class Answers(BaseHTTPRequestHandler):
    """Says 200 at once, 503 to /broken, and stands still for all while it answers /stall."""

    protocol_version = "HTTP/1.1"
    one_at_a_time = threading.Lock()

    def do_GET(self):
        with self.one_at_a_time:
            if self.path == "/stall":
                time.sleep(STALL_SECONDS)
        self.send_response(503 if self.path == "/broken" else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        """Keeps the tests' output as it is."""


@contextmanager
def server():
    listening = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=listening.serve_forever, daemon=True).start()
    try:
        yield listening.server_address
    finally:
        listening.shutdown()
        listening.server_close()


def sent(paths, rate):
    with server() as (host, port):
        plan = [{"method": "GET", "path": path, "headers": {}, "body": None} for path in paths]
        told = open_load.sent({"host": host, "port": port, "rate": rate, "requests": plan})
    return told["answers"]


def test_a_server_that_stands_still_is_charged_with_all_that_came_due_meanwhile():
    answers = sent(["/stall", *["/"] * 10], rate=20)
    waited = [seconds for _status, seconds, _late in answers]
    assert waited[1] > STALL_SECONDS - 0.2  # due 0.05 s after the stall began
    assert sum(seconds > 0.1 for seconds in waited) >= 6
    assert max(late for _status, _seconds, late in answers) < STALL_SECONDS / 2


def test_what_went_wrong_is_told_by_its_kind():
    assert [status for status, _seconds, _late in sent(["/", "/broken"], rate=50)] == [200, 503]
    plan = {"host": "127.0.0.1", "port": 9, "rate": 50}
    nobody = {"method": "GET", "path": "/", "headers": {}, "body": None}
    (gone,) = open_load.sent(plan | {"requests": [nobody]})["answers"]
    assert gone[0] == "connection"


@pytest.fixture
def shop():
    who = [{"Cookie": "a"}], [{"Authorization": "b"}]
    return Shop(range(1, 9), range(1, 9), range(1, 9), 1, ["/api/v1/orders/"], ["/c/"], *who)


def test_each_hundred_requests_hold_the_whole_mix_and_the_same_each_time(shop):
    made = requests(shop, 300)
    kinds = [request["kind"] for request in made]
    assert sum(MIX.values()) == 100
    assert MAKERS.keys() == MIX.keys()
    for start in (0, 100, 200):
        found = kinds[start : start + 100]
        assert {kind: found.count(kind) for kind in MIX} == MIX
    assert [request["path"] for request in made] == [r["path"] for r in requests(shop, 300)]
    for request in made:
        assert ("Authorization" in request["headers"]) == (request["kind"] in API)


def test_errors_stand_apart_and_the_peer_is_not_among_the_pages():
    asked = [{"kind": kind} for kind in ("home", "home", "api_list", "api_list", "peer")]
    answers = [(200, 0.1, 0), (500, 0.2, 0), (429, 0.3, 0), ("timeout", 30.0, 0), (200, 9.0, 0)]
    found = run.figures(asked, answers, 10.0, {"web": 15.0}, 0)
    assert (found["errors_5xx"], found["errors_other"]) == (1, 2)
    assert found["audit_missing"] == 1  # of the one that came and shows personal data
    assert (found["errors_429"], found["errors_timeout"]) == (1, 1)
    assert (found["p50_ms"], found["slowest_ms"], found["peer_p50_ms"]) == (200.0, 30_000.0, 9000.0)
    assert (found["web_cores"], found["audit_entries"], found["home_p99_ms"]) == (1.5, 0, 200.0)
