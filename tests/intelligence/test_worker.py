"""The road with a real worker and the embedded broker: nothing lost, nothing doubled."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from customers.models import Message, Ticket
from intelligence.models import Prediction
from intelligence.tasks import analyse_pending, analyse_rows, sweep

pytestmark = [pytest.mark.worker, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

PATIENCE_SECONDS = 60
ROOT = Path(__file__).parents[2]


def wait_for(condition, what):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.05)


def database_url():
    parts = connection.get_connection_params()
    host = parts.get("host", "")
    return f"postgres://{parts['user']}@/{parts['dbname']}?host={host}"


@pytest.fixture
def start_worker(ledger, tmp_path, settings):
    """Starts real workers on the test's database and broker, whose queues are emptied."""
    for message in (settings.VAR_DIR / "broker").glob("*/*"):
        message.unlink()
    environment = os.environ | {
        "DATABASE_URL": database_url(),
        "RAPPORT_VAR": str(settings.VAR_DIR),
        "ENGINE_TEXT": "tests.intelligence.ledger_engine.load",
        "ENGINE_LEDGER": str(ledger),
        "PYTHONPATH": str(ROOT),
    }
    running = []

    def start(queues="interactive,bulk"):
        command = [
            "-m",
            "celery",
            "-A",
            "crm_site",
            "worker",
            "-Q",
            queues,
            "-c",
            "1",
            "-l",
            "INFO",
        ]
        log = (tmp_path / f"worker{len(running)}.log").open("w")
        worker = subprocess.Popen(
            [sys.executable, *command, "-n", f"test{len(running)}@localhost"],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        running.append(worker)
        return worker

    yield start
    for worker in running:
        kill_group(worker)


def kill_group(worker):
    if worker.poll() is None:
        os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()


def make_messages(count, body="good"):
    ticket = Ticket.objects.create(subject="Parcel")
    return Message.objects.bulk_create(
        Message(ticket=ticket, body=f"{body} {number}") for number in range(count)
    )


def all_analysed():
    return not Message.objects.awaiting().exists()


def test_a_saved_message_is_read_by_the_worker(start_worker):
    start_worker()
    ticket = Ticket.objects.create(subject="Parcel")
    message = ticket.add_message("all good", author_kind="customer")
    wait_for(all_analysed, "the analysis")
    message.refresh_from_db()
    ticket.refresh_from_db()
    assert (message.sentiment, ticket.suggested_intent_id) == ("positive", "track_order")


def test_a_worker_killed_in_the_middle_of_a_batch_loses_nothing(start_worker, ledger):
    make_messages(40)
    make_messages(1, body="WAIT")
    worker = start_worker()
    analyse_pending.delay("message")
    wait_for(lambda: "WAIT" in ledger.read_text(), "the worker to be in the batch")
    kill_group(worker)
    assert Message.objects.pending().count() == 41
    Path(f"{ledger}.go").touch()
    start_worker()
    Message.objects.update(requested_at=timezone.now() - timedelta(minutes=5))
    sweep.delay()
    wait_for(all_analysed, "the second worker")
    assert Prediction.objects.filter(task="sentiment").count() == 41


def test_a_message_rung_five_times_is_stored_once(start_worker, ledger):
    (message,) = make_messages(1)
    for _ in range(5):
        analyse_rows.delay("message", [message.pk])
    start_worker()
    wait_for(all_analysed, "the analysis")
    sweep.delay()
    time.sleep(1)
    assert Prediction.objects.filter(task="sentiment").count() == 1
    assert len(ledger.read_text().splitlines()) == 1


def test_a_row_that_kills_its_worker_is_set_aside_and_the_rest_is_done(start_worker, ledger):
    make_messages(30)
    make_messages(1, body="KILL")
    start_worker()
    for _ in range(PATIENCE_SECONDS):
        if not Message.objects.pending().exists():
            break
        analyse_pending.delay("message")
        time.sleep(1)
    assert Message.objects.analysed().count() == 30
    assert Message.objects.failed().get().body == "KILL 0"
    counts = Counter(ledger.read_text().splitlines())
    assert max(counts.values()) <= 3


def test_a_text_edited_while_it_is_read_is_read_again(start_worker, ledger):
    start_worker()
    ticket = Ticket.objects.create(subject="Parcel")
    message = ticket.add_message("WAIT good", author_kind="customer")
    wait_for(lambda: "WAIT" in ledger.read_text(), "the worker to read the first text")
    edited = Message.objects.get(pk=message.pk)
    edited.body = "bad"
    edited.save()
    Path(f"{ledger}.go").touch()
    wait_for(all_analysed, "the second reading")
    edited.refresh_from_db()
    assert edited.sentiment == "negative"
    assert Prediction.objects.filter(task="sentiment").count() == 1
