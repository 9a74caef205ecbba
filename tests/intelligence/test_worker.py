"""The road with a real worker and the embedded broker: nothing lost, nothing doubled."""

import json
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

from customers.models import Customer, Message, Ticket
from intelligence import recommender
from intelligence.models import Prediction
from intelligence.tasks import analyse_pending, analyse_rows, sweep
from tests.factories import NOON
from tests.intelligence import shop
from tests.partners import calling
from tests.processes import ROOT, environment

pytestmark = [pytest.mark.worker, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

PATIENCE_SECONDS = 60
WEIGHTS = ROOT / "intelligence" / "engines" / "weights"
CUT_OTHERS_SQL = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
DEFAULT_ENGINE = "intelligence.engines.default.load_text_reader"


def wait_for(condition, what):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.05)


@pytest.fixture
def start_worker(ledger, tmp_path, settings):
    """Starts real workers on the test's database and broker, whose queues are emptied.

    They read with the ledger engine, unless `variables` of the environment say otherwise.
    """
    for message in (settings.VAR_DIR / "broker").glob("*/*"):
        message.unlink()
    ledger_engine = {
        "RAPPORT_VAR": str(settings.VAR_DIR),
        "ENGINE_TEXT": "tests.intelligence.ledger_engine.load",
        "ENGINE_LEDGER": str(ledger),
    }
    running = []

    def start(queues="interactive,bulk", **variables):
        name = f"test{len(running)}"
        options = ["-Q", queues, "-c", "1", "-l", "INFO", "-n", f"{name}@localhost"]
        worker = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "crm_site", "worker", *options],
            cwd=ROOT,
            env=environment(**ledger_engine | variables),
            stdout=(tmp_path / f"{name}.log").open("w"),
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


def test_a_worker_whose_connection_was_cut_takes_a_new_one(start_worker):
    start_worker()
    for body in ("first", "second"):
        make_messages(1, body=body)
        analyse_pending.delay("message")
        wait_for(all_analysed, f"the {body} message")
        with connection.cursor() as cursor:
            cursor.execute(CUT_OTHERS_SQL)


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


@pytest.fixture
def partner(transactional_db):
    """A partner system that calls the API with a key."""
    return calling()


def post_ticket(partner, body):
    """A ticket posted to the API, as the API shows it once it is read."""
    ticket = {"subject": "Kettle", "body": body}
    posted = partner.post("/api/v1/tickets/", ticket, format="json").json()
    assert posted["pending"] is True
    wait_for(all_analysed, "the analysis")
    return partner.get(f"/api/v1/tickets/{posted['id']}/").json()


def shipped_version(task):
    return json.loads((WEIGHTS / task / "card.json").read_text())["sha256"]


def test_a_ticket_posted_to_the_api_is_read_by_the_models_that_ship(start_worker, partner):
    start_worker(ENGINE_TEXT=DEFAULT_ENGINE)
    ticket = post_ticket(partner, "This is terrible. I want a refund, give me my money back!")
    intent, message = ticket["intent"]["prediction"], ticket["messages"][0]
    assert intent["label"] == "get_refund"
    assert message["sentiment"]["label"] in ("negative", "very_negative")
    assert message["language"] == "en"
    assert intent["model_version"] == shipped_version("intent")
    assert message["sentiment"]["model_version"] == shipped_version("sentiment")
    assert ticket["pending"] is False


def line_of(product):
    return {"product": product.pk, "quantity": 1, "unit_price": "10.00"}


def test_an_order_posted_to_the_api_moves_the_customers_recommendations(start_worker, partner):
    kitchen, garden = shop.stock("kitchen"), shop.stock("garden")
    shop.customers_who_keep_to(garden)
    ada = shop.customers_who_keep_to(kitchen)[0]
    recommender.fit_shop()
    shop.all_read()
    start_worker()
    order = {
        "number": "W-1",
        "source": "shop",
        "customer": ada.pk,
        "placed_at": NOON.isoformat(),
        "currency": "GBP",
        "lines": [line_of(product) for product in garden[2:4]],
    }
    assert partner.post("/api/v1/orders/", order, format="json").status_code == 201
    wait_for(lambda: not Customer.objects.awaiting().exists(), "the customer to be read")
    found = partner.get(f"/api/v1/recommendations/?customer={ada.pk}").json()["results"]
    names = {product.pk: product.name for product in (*kitchen, *garden)}
    assert names[found[0]["product"]].startswith("garden")
    assert not {product.pk for product in garden[2:4]} & {row["product"] for row in found}
    assert {row["method"] for row in found} == {"purchases"}
    ada.refresh_from_db()
    assert ada.suggested_segment_id == ada.segment_detail["label"]


WITHIN_SECONDS = 5


def stored_for(partner, customer):
    found = partner.get(f"/api/v1/recommendations/?customer={customer.pk}").json()["results"]
    return [row["product"] for row in found]


def live_for(partner, customer):
    address = f"/api/v1/customers/{customer.pk}/recommendations/live/?preview=true"
    return [item["product"] for item in partner.get(address).json()["items"]]


def seconds_until(condition):
    started = time.monotonic()
    wait_for(condition, "the lists to follow")
    return time.monotonic() - started


def test_a_purchase_and_a_complaint_reach_the_lists_within_seconds(start_worker, partner):
    kitchen, garden = shop.stock("kitchen"), shop.stock("garden")
    shop.customers_who_keep_to(garden)
    ada = shop.customers_who_keep_to(kitchen)[0]
    recommender.fit_shop()
    start_worker()
    wait_for(lambda: kitchen[0].pk in stored_for(partner, ada), "the first lists")
    assert live_for(partner, ada)[0] == stored_for(partner, ada)[0] == kitchen[0].pk
    order = {
        "number": "W-1",
        "source": "shop",
        "customer": ada.pk,
        "placed_at": NOON.isoformat(),
        "currency": "GBP",
        "lines": [line_of(product) for product in garden[2:4]],
    }
    assert partner.post("/api/v1/orders/", order, format="json").status_code == 201
    assert live_for(partner, ada)[0] in {product.pk for product in garden}
    at_once = live_for(partner, ada)
    assert seconds_until(lambda: stored_for(partner, ada) == at_once) < WITHIN_SECONDS
    ticket = {"subject": "Kitchen 0 is bad", "customer": ada.pk, "body": "It came in pieces."}
    assert partner.post("/api/v1/tickets/", ticket, format="json").status_code == 201
    took = seconds_until(lambda: kitchen[0].pk not in stored_for(partner, ada))
    assert took < WITHIN_SECONDS
    assert kitchen[0].pk not in live_for(partner, ada)
