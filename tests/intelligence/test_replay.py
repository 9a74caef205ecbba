"""Replaying the ledger: the same weights say the same of the same input, one by one."""

import json

import pytest
from django.core.management import CommandError, call_command

from customers.models import Message, ModelVersion, Review
from intelligence.analysis.kinds import KINDS
from intelligence.analysis.run import analyse_pending
from intelligence.evaluation.text_tables import INTENT_LABELS, read_texts
from intelligence.models import Prediction
from intelligence.replay import replay
from intelligence.training.intent import TICKETS
from tests.factories import OrderFactory, ReviewFactory, TicketFactory
from tests.intelligence import shop

pytestmark = pytest.mark.django_db

BODIES = (
    "Lovely mugs, thick and warm.",
    "Broke on the second day and nobody answers.",
    "质量很好，下次还会再来。",
    "Fine.",
)


@pytest.fixture
def read_texts_of_a_shop():
    """Tickets and reviews of very different lengths, read together in batches."""
    for text in read_texts(TICKETS, INTENT_LABELS).texts[::10]:
        subject, body = text.split("\n", 1)
        TicketFactory(subject=subject, body=body)
    for body in BODIES:
        ReviewFactory(title="", body=body)
    for name in ("message", "review"):
        analyse_pending(KINDS[name])


def run(line, *options, capsys):
    call_command("replay", str(line.pk), *options)
    return capsys.readouterr().out


def test_thirty_predictions_read_in_batches_replay_alone(read_texts_of_a_shop):
    lines = list(Prediction.objects.select_related("model_version").order_by("pk"))
    assert len(lines) >= 30
    assert {line.task for line in lines} >= {"intent", "sentiment"}
    assert [
        (line.pk, found.said.label, found.difference)
        for line in lines
        if not (found := replay(line)).is_same
    ] == []


def test_the_command_prints_both_and_that_they_are_the_same(ledger, capsys):
    TicketFactory(body="good")
    analyse_pending(KINDS["message"])
    line = Prediction.objects.get(task="intent")
    told = run(line, capsys=capsys).splitlines()
    assert told[1:] == ["ledger: track_order 0.800000", "replay: track_order 0.800000", "same"]
    report = json.loads(run(line, "--json", "--task", "intent", capsys=capsys))
    assert (report["same"], report["label"], report["difference"]) == (True, "track_order", 0.0)
    assert report["model_version"] == line.model_version.sha256


def test_a_line_that_says_otherwise_ends_with_exit_status_1(ledger, capsys):
    TicketFactory(body="good")
    analyse_pending(KINDS["message"])
    line = Prediction.objects.get(task="intent")
    line.output["probability"] = 0.81
    line.save()
    with pytest.raises(SystemExit) as ended:
        run(line, capsys=capsys)
    assert ended.value.code == 1
    assert capsys.readouterr().out.endswith("differs\n")


def test_a_text_that_changed_since_is_told(ledger, capsys):
    TicketFactory(body="good")
    analyse_pending(KINDS["message"])
    Message.objects.update(body="another matter")
    with pytest.raises(CommandError, match=r"^message \d+ has changed since"):
        run(Prediction.objects.first(), capsys=capsys)


def test_a_row_that_is_gone_is_told(ledger, capsys):
    ReviewFactory()
    analyse_pending(KINDS["review"])
    Review.objects.all().delete()
    with pytest.raises(CommandError, match=r"^review \d+ is gone"):
        run(Prediction.objects.first(), capsys=capsys)


def test_weights_that_are_gone_are_told(ledger, capsys):
    TicketFactory(body="good")
    analyse_pending(KINDS["message"])
    ModelVersion.objects.filter(task="intent").update(sha256="0" * 64)
    with pytest.raises(CommandError, match=r"^the weights 000000000000 that made this"):
        run(Prediction.objects.get(task="intent"), capsys=capsys)


def test_a_line_of_another_task_or_none_is_told(ledger, capsys):
    TicketFactory(body="good")
    analyse_pending(KINDS["message"])
    line = Prediction.objects.get(task="intent")
    with pytest.raises(CommandError, match="is about intent, not about sentiment"):
        run(line, "--task", "sentiment", capsys=capsys)
    with pytest.raises(CommandError, match="the ledger has no line 0"):
        call_command("replay", "0")


def test_a_segment_replays_from_the_orders(capsys):
    order = OrderFactory(lines=2)
    order.customer.request_analysis()
    analyse_pending(KINDS["customer"])
    line = Prediction.objects.get(kind="customer", task="segment")
    assert run(line, capsys=capsys).endswith("same\n")


def test_segments_of_customers_read_together_replay_alone(ledger):
    products = [*shop.stock("kitchen"), *shop.stock("garden")]
    customers = shop.customers_who_keep_to(products, count=12)
    for number, customer in enumerate(customers):
        # saved out of order, and of amounts that no binary fraction is
        for days in (7 * number + 3, 2 * number, 11):
            shop.buy(customer, *products[number % 3 :: 4], days_ago=days, price="0.10")
    analyse_pending(KINDS["customer"])
    lines = Prediction.objects.filter(kind="customer", task="segment").order_by("pk")
    assert len(lines) == 12
    assert max(replay(line).difference for line in lines) < 1e-9
