"""Processes of the web server die amid writes, or are changed over under load."""

import os
import random
import signal
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from customers.models import IdempotentReply, Ticket
from tests.factories import UserFactory
from tests.faults.processes import CALLER, ProductWeb, wait_for
from tests.faults.test_workers import tell
from tests.partners import bearer

POSTS = int(os.environ.get("RAPPORT_POSTS", "2000"))
KILLS = int(os.environ.get("RAPPORT_WEB_KILLS", "50"))
DEATHS = 20


@pytest.fixture
def start_web(tmp_path, settings, transactional_db):
    running = []

    def start(**variables):
        web = ProductWeb(tmp_path, {"RAPPORT_VAR": str(settings.VAR_DIR)} | variables)
        running.append(web)
        return web.start()

    yield start
    for web in running:
        web.kill()


@pytest.fixture
def partner(transactional_db):
    return bearer(UserFactory(username="partner", role="partner"))


def posted(web, header, number, *, keyed=True, alone=False, seconds=60):
    """The first answer that acknowledges the write, sent again until there is one; `alone` also
    looks after the server.
    """
    headers = {"Authorization": header} | ({"Idempotency-Key": f"n{number}"} if keyed else {})
    body = {"subject": f"Kettle {number}", "body": "It is good."}
    ending = time.monotonic() + seconds
    while time.monotonic() < ending:
        try:
            answer = CALLER.post(
                f"{web.address}/api/v1/tickets/", json=body, headers=headers, timeout=10
            )
        except httpx.HTTPError:
            time.sleep(0.1)
            if alone:
                web.look_after()
            continue
        if answer.status_code == 201:
            return answer
        assert answer.status_code in (409, 503), answer.text
        time.sleep(0.2)
    return None


def found():
    """How often each ticket that was posted is there."""
    rows = Ticket.objects.filter(subject__startswith="Kettle").values_list("subject", flat=True)
    return Counter(rows)


def told(name, posts, answers, **more):
    there = found()
    figures = {
        "posts": posts,
        "unanswered": sum(answer is None for answer in answers),
        "lost": sum(f"Kettle {n}" not in there for n, a in enumerate(answers) if a is not None),
        "doubled": sum(times - 1 for times in there.values()),
        "keys_stuck": IdempotentReply.objects.filter(status=None).count(),
    }
    tell(name, **figures, **more)
    return figures


def test_killing_web_processes_loses_and_doubles_no_write(start_web, partner):
    web, ended = start_web(), threading.Event()
    draw, kills, acknowledged = random.Random(9), [], []

    def post(number):
        answer = posted(web, partner, number)
        acknowledged.append(number)
        return answer

    def kill():
        while sum(kills) < KILLS and not ended.is_set():
            told, pause = len(acknowledged), time.monotonic() + draw.uniform(2.9, 3.3)
            while len(acknowledged) < told + POSTS / KILLS or time.monotonic() < pause:
                if ended.wait(0.02):
                    return
                web.look_after()
            kills.append(web.kill_one())

    started = time.monotonic()
    killer = threading.Thread(target=kill)
    killer.start()
    with ThreadPoolExecutor(4) as callers:
        answers = list(callers.map(post, range(POSTS)))
        # what is left of the kills falls on repetitions, which must answer as before
        again = []
        while killer.is_alive():
            numbers = draw.sample(range(POSTS), 20)
            kept = callers.map(post, numbers)
            again += [(answers[n], answer) for n, answer in zip(numbers, kept, strict=True)]
    ended.set()
    killer.join()
    seconds = time.monotonic() - started
    differ = sum(first.content != second.content for first, second in again)
    figures = told(
        "web processes killed",
        POSTS,
        answers,
        kills=sum(kills),
        repeated=len(again),
        differ=differ,
        servers_started=web.starts,
        seconds=round(seconds, 1),
    )
    assert sum(kills) == KILLS
    assert set(figures.values()) == {0, POSTS}
    assert differ == 0


@pytest.mark.parametrize("place", ["answering", "committed"])
def test_a_write_that_dies_at_a_named_place_is_done_once(start_web, partner, tokens, place):
    web = start_web(FAILPOINT=f"{place}:{tokens(DEATHS)}")
    answers = [posted(web, partner, number, alone=True) for number in range(2 * DEATHS)]
    deaths = DEATHS - len(list(tokens.folder.glob("*")))
    figures = told(f"failpoint {place}", 2 * DEATHS, answers, deaths=deaths)
    assert deaths == DEATHS
    assert set(figures.values()) == {0, 2 * DEATHS}


def test_without_a_key_a_write_that_dies_after_its_effect_is_doubled(start_web, partner, tokens):
    """The control."""
    web = start_web(FAILPOINT=f"answering:{tokens(3)}")
    answers = [posted(web, partner, number, keyed=False, alone=True) for number in range(6)]
    figures = told("control, no key", 6, answers)
    assert figures["doubled"] >= 3


@pytest.fixture
def tokens(tmp_path):
    folder = tmp_path / "tokens"
    folder.mkdir()

    def make(count):
        for number in range(count):
            (folder / str(number)).touch()
        return folder

    make.folder = folder
    return make


class Load:
    """Requests at an even pace, each on a connection of its own, from several callers."""

    def __init__(self, ask, per_second=20, callers=8):
        self.ask, self.pause, self.callers = ask, callers / per_second, callers
        self.seen, self.ending = [], threading.Event()

    def __enter__(self):
        self.threads = [threading.Thread(target=self._call) for _ in range(self.callers)]
        for thread in self.threads:
            thread.start()
            time.sleep(self.pause / self.callers)
        return self

    def __exit__(self, *_):
        self.ending.set()
        for thread in self.threads:
            thread.join()

    def _call(self):
        due = time.monotonic()
        while not self.ending.is_set():
            started = time.monotonic()
            try:
                status = self.ask()
            except httpx.HTTPError as error:
                status = type(error).__name__
            self.seen.append((status, time.monotonic() - started))
            due = max(due + self.pause, time.monotonic() - self.pause)
            time.sleep(max(0, due - time.monotonic()))


def test_a_reload_under_load_fails_no_request(start_web, partner):
    web = start_web()

    def ask():
        headers = {"Authorization": partner}
        return CALLER.get(f"{web.address}/api/v1/tickets/", headers=headers, timeout=30).status_code

    before = web.workers()
    with Load(ask) as load:
        time.sleep(3)
        os.kill(web.process.pid, signal.SIGHUP)
        seconds = wait_for(lambda: not set(before) & set(web.workers()), "the change", 60)
        time.sleep(3)
    answers = Counter(status for status, _took in load.seen)
    times = sorted(took for _status, took in load.seen)
    tell(
        "reload at 20 a second",
        requests=len(load.seen),
        answers=dict(answers),
        changed_over_in_s=round(seconds, 1),
        p95_ms=round(1000 * times[int(len(times) * 0.95)]),
    )
    assert set(answers) == {200}


def test_a_server_that_is_stopped_answers_what_it_has_begun(start_web, partner):
    web, number = start_web(), iter(range(10_000))

    def ask():
        headers = {"Authorization": partner}
        body = {"subject": f"Kettle {next(number)}", "body": "It is good."}
        url = f"{web.address}/api/v1/tickets/"
        return CALLER.post(url, json=body, headers=headers, timeout=30).status_code

    with Load(ask) as load:
        time.sleep(3)
        stopping = time.monotonic()
        os.kill(web.process.pid, signal.SIGTERM)
        web.process.wait(30)
        seconds = time.monotonic() - stopping
    answers = Counter(status for status, _took in load.seen)
    tell("stop at 20 a second", answers=dict(answers), out_after_s=round(seconds, 1))
    assert set(answers) <= {201, "ConnectError"}  # none is cut off
    assert sum(found().values()) == answers[201]
