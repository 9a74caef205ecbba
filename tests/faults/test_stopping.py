"""A worker that is asked to end is gone soon, and what it left is taken up at once."""

import signal
import subprocess
import time

import pytest

from customers.models import Message
from tests.faults.processes import wait_for
from tests.faults.test_workers import tell

SLOWLY = {"ENGINE_PACE": "0.05", "ANALYSIS_BATCH_ROWS": "64"}


def amid_bulk_work(shop, rows, **more):
    shop.messages(rows)
    (worker,) = shop.workers(**SLOWLY, **more)
    shop.bell.ring("intelligence.tasks.analyse_pending", "message", queue="bulk")
    wait_for(lambda: shop.runs() > 100, "the work to begin")
    worker.process.send_signal(signal.SIGTERM)
    return worker


def test_a_stopped_worker_is_out_soon_and_its_work_goes_on_without_the_sweep(shop):
    worker, started = amid_bulk_work(shop, 1000), time.monotonic()
    worker.process.wait(60)
    out = time.monotonic() - started
    left, before = shop.left(), shop.runs()
    worker.start()
    taken_up = wait_for(lambda: shop.runs() > before, "the rest", 60)
    wait_for(lambda: shop.left() == 0, "all rows", 120)
    tell(
        "clean stop",
        rows=1000,
        left=left,
        out_after_s=round(out, 1),
        taken_up_after_s=round(taken_up, 1),
        read_again=shop.runs() - 1000,
    )
    assert left > 0
    assert out <= 30
    assert taken_up <= 30
    assert shop.runs() == 1000  # nothing was cut off
    assert not Message.objects.filter(attempts__gt=1).exists()


def test_a_worker_that_does_not_hear_of_the_end_stays(shop):
    """The control."""
    worker = amid_bulk_work(shop, 1500, app="tests.programs.deaf")
    with pytest.raises(subprocess.TimeoutExpired):
        worker.process.wait(30)
