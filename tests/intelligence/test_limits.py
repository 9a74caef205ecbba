"""A batch that takes too long: its rows come back in smaller company, the one is set aside."""

import signal
import time
from types import SimpleNamespace

import pytest
from billiard.exceptions import WorkerLostError

from customers.models import Message, Ticket
from intelligence.analysis.kinds import KINDS
from intelligence.analysis.limits import TooLong, within
from intelligence.analysis.run import analyse_pending
from intelligence.tasks import analyse_rows, go_on_after_a_death

MESSAGES = KINDS["message"]


def test_a_block_is_left_when_its_time_is_over():
    before = signal.getsignal(signal.SIGALRM)
    with pytest.raises(TooLong, match=r"longer than 0\.05 s"), within(0.05):
        time.sleep(5)
    assert signal.getsignal(signal.SIGALRM) is before
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_without_a_limit_there_is_no_timer():
    with within(0):
        assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


@pytest.mark.django_db
def test_a_text_without_end_is_set_aside_and_its_neighbours_are_read(ledger, settings):
    settings.ANALYSIS_PATIENCE_SECONDS = 0.2
    ticket = Ticket.objects.create(subject="Parcel")
    for body in ("good", "WAIT", "bad"):
        Message.objects.create(ticket=ticket, body=body)
    assert analyse_pending(MESSAGES).n == 2
    (row,) = Message.objects.failed()
    assert (row.body, row.attempts) == ("WAIT", 3)
    assert row.analysis_error.startswith("TooLong: reading took longer than")


def test_a_death_is_rung_for_at_once_and_other_failures_are_not():
    rung = []
    task = SimpleNamespace(name=analyse_rows.name, delay=lambda *args: rung.append(args))
    go_on_after_a_death(task, WorkerLostError(), ["message", [1]])
    go_on_after_a_death(task, ValueError(), ["message", [2]])
    go_on_after_a_death(SimpleNamespace(name="other"), WorkerLostError(), [])
    assert rung == [("message", [1])]
