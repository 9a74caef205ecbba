"""Workers die, messages come twice or never: no row is lost, none is stored twice."""

import os
import random
import time

import pytest

from customers.models import Message
from intelligence.analysis.kinds import KINDS
from intelligence.analysis.run import analyse_batch
from intelligence.loaded import text_reader
from tests.faults.processes import LEDGER_ENGINE, wait_for

ROWS = 3000
BATCH = 64
POOL_ROWS = int(os.environ.get("RAPPORT_POOL_ROWS", "20000"))
# The real models instead, by RAPPORT_POOL_ENGINE=intelligence.engines.default.load_text_reader
POOL_ENGINE = {
    "ENGINE_TEXT": os.environ.get("RAPPORT_POOL_ENGINE", LEDGER_ENGINE),
}
POOL_KILLS = int(os.environ.get("RAPPORT_POOL_KILLS", "10"))


def tell(test, **figures):
    print(f"\n{test}: " + ", ".join(f"{name} {value}" for name, value in figures.items()))


def drained(shop, seconds=120):
    """Seconds until nothing waits, while the sweep is rung for as beat does, each second."""

    def swept():
        shop.bell.sweep()
        return shop.left() == 0

    return wait_for(swept, f"{shop.left()} rows", seconds, every=1)


def test_workers_that_are_killed_lose_nothing(shop):
    shop.messages(ROWS)
    (worker,) = shop.workers()
    started, kills = time.monotonic(), 0
    draw = random.Random(7)
    while kills < 16 and shop.left():
        shop.bell.sweep()
        time.sleep(draw.uniform(0.3, 1.0))
        if shop.runs() == 0:
            continue  # not up yet: there is nothing to hit
        kills += 1
        if kills % 2:
            worker.kill()
            worker.start()
            before = shop.runs()
            wait_for(
                lambda before=before: (
                    (shop.bell.sweep() and shop.runs() > before) or not shop.left()
                ),
                "it to go on",
                every=0.5,
            )
        else:
            worker.kill_child()
    after_last = drained(shop)
    stored, doubled = shop.stored()
    runs = shop.runs()
    set_aside = Message.objects.failed().count()
    tell(
        "killed workers",
        rows=ROWS,
        kills=kills,
        lost=ROWS - stored,
        doubled=doubled,
        runs=runs,
        set_aside=set_aside,
        seconds=round(time.monotonic() - started, 1),
        drained_after=round(after_last, 1),
    )
    assert (stored, doubled, set_aside) == (ROWS, 0, 0)
    assert runs <= ROWS + BATCH * kills
    assert kills >= 4


@pytest.mark.parametrize("place", ["claimed", "read", "storing", "stored"])
def test_a_worker_that_dies_at_a_named_place_loses_nothing(shop, tmp_path, place):
    folder = tmp_path / "tokens"
    folder.mkdir()
    deaths = 5
    for number in range(deaths):
        (folder / str(number)).touch()
    shop.messages(1200)
    shop.workers(FAILPOINT=f"{place}:{folder}", ANALYSIS_BATCH_ROWS="16")
    seconds = drained(shop)
    stored, doubled = shop.stored()
    left = len(list(folder.glob("*")))
    tell(
        f"failpoint {place}",
        rows=1200,
        deaths=deaths - left,
        lost=1200 - stored,
        doubled=doubled,
        seconds=round(seconds, 1),
    )
    assert left == 0
    assert (stored, doubled) == (1200, 0)


def test_without_the_sweep_a_killed_worker_loses_rows(shop):
    """The control: what the sweep is for."""
    shop.messages(ROWS)
    (worker,) = shop.workers()
    assert shop.bell.ring("intelligence.tasks.analyse_pending", "message", queue="bulk")
    wait_for(lambda: shop.runs() > 0, "the first batch")
    worker.kill()
    worker.start()
    time.sleep(10)
    lost = shop.left()
    tell("control, no sweep", lost=lost)
    assert lost > 0


def test_messages_that_come_five_times_store_once(shop):
    rows = shop.messages(1000)
    for _ in range(5):
        for start in range(0, 1000, 10):
            pks = [row.pk for row in rows[start : start + 10]]
            shop.bell.ring("intelligence.tasks.analyse_rows", "message", pks)
    started = time.monotonic()
    shop.workers(2)
    wait_for(lambda: shop.left() == 0, "all rows", 120)
    wait_for(
        lambda: shop.bell.app.connection().default_channel.client.llen("interactive") == 0,
        "the queue",
    )
    stored, doubled = shop.stored()
    runs = shop.runs()
    tell(
        "five times each, two workers",
        rows=1000,
        stored=stored,
        doubled=doubled,
        runs=runs,
        seconds=round(time.monotonic() - started, 1),
    )
    assert (stored, doubled) == (1000, 0)
    assert runs <= 1100


def test_rows_that_are_read_without_a_claim_are_read_again_and_again(shop, settings, monkeypatch):
    """The control: the claim keeps runs down, the compare-and-set keeps results single."""
    settings.ENGINES = settings.ENGINES | {"text": shop.variables["ENGINE_TEXT"]}
    monkeypatch.setenv("ENGINE_LEDGER", str(shop.ledger))
    text_reader.cache_clear()
    kind = KINDS["message"]
    rows = kind.load([row.pk for row in shop.messages(100)])
    for _ in range(5):
        analyse_batch(kind, rows)
    text_reader.cache_clear()
    assert shop.runs() == 500
    assert shop.stored() == (100, 0)


def up(shop, workers):
    """Wait until each of these worker processes reads, so that no loading is measured."""
    rows = 8 * int(workers[0].variables["ANALYSIS_BATCH_ROWS"])

    def both_read():
        shop.bell.sweep()
        return shop.left() == 0 and all(worker.loads() for worker in workers)

    shop.messages(rows)
    wait_for(both_read, "the workers", 120, every=1)
    return rows


def read_by(shop, count):
    """Workers, the rows that were read before, and rows a second of so many processes."""
    workers = shop.workers(count, **POOL_ENGINE)
    already = up(shop, workers)
    shop.messages(POOL_ROWS)
    started = time.monotonic()
    for _ in range(count):
        shop.bell.ring("intelligence.tasks.analyse_pending", "message", queue="bulk")
    wait_for(lambda: shop.left() == 0, "all rows", 1200)
    return workers, already, POOL_ROWS / (time.monotonic() - started)


def test_a_pool_of_two_reads_on_while_one_is_killed_ten_times(shop):
    """The figure of the pool: rows a second of one process, of two, and of two while one dies."""
    (one,), first, alone = read_by(shop, 1)
    one.kill()
    pair, second, together = read_by(shop, 2)
    shop.messages(POOL_ROWS)
    victim, draw, kills, more = pair[0], random.Random(11), 0, 0
    before, started = shop.stored()[0], time.monotonic()
    while kills < POOL_KILLS:
        if shop.left() < 20 * BATCH:
            more += len(shop.messages(2000))
        for _ in pair:  # both read, whoever took the bell before
            shop.bell.ring("intelligence.tasks.analyse_pending", "message", queue="bulk")
        time.sleep(draw.uniform(0.3, 1.0))
        kills += 1
        if kills % 2:
            victim.kill()
            victim.start()
        else:
            victim.kill_child()
        loaded = kills + 1
        wait_for(lambda loaded=loaded: victim.loads() >= loaded, "it to be back", 120)
    drained(shop, 1200)
    stored, doubled = shop.stored()
    under_kills = (stored - before) / (time.monotonic() - started)
    all_rows = first + second + 3 * POOL_ROWS + more
    tell(
        "pool of two",
        rows=POOL_ROWS + more,
        kills=kills,
        lost=all_rows - stored,
        doubled=doubled,
        set_aside=Message.objects.failed().count(),
        read_again=shop.runs() - all_rows,
        one_rows_per_second=round(alone),
        two_rows_per_second=round(together),
        two_under_kills_rows_per_second=round(under_kills),
    )
    assert (stored, doubled, Message.objects.failed().count()) == (all_rows, 0, 0)
    assert shop.runs() <= all_rows + BATCH * kills
