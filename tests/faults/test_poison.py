"""Texts that kill, take all memory or never end: they are set aside, and the rest is read."""

import os

import pytest
from django.db import connection

from customers.models import Message
from tests.faults.processes import wait_for
from tests.faults.test_workers import tell

ROWS = int(os.environ.get("RAPPORT_POISON_ROWS", "400"))
EACH = max(1, ROWS // 200)
POISON = ("KILL", "HUNGRY", "WAIT")
LIMITS = {
    "WORKER_MEMORY_MB": "900",
    "ANALYSIS_PATIENCE_SECONDS": "1",
    "ANALYSIS_BATCH_ROWS": "4",
    "ENGINE_PACE": "0.2",
    "ENGINE_ANSWER": "tests.intelligence.ledger_engine.load_no_answers",
}


def analysed(shop):
    return Message.objects.analysed().count()


def start(shop, **limits):
    """A worker that has read one message, so that what follows counts no loading."""
    shop.messages(1)
    (worker,) = shop.workers(**LIMITS | limits)
    wait_for(lambda: shop.bell.sweep() and analysed(shop) == 1, "the worker", every=1)
    return worker


def swept_until(shop, condition, what, seconds=900):
    return wait_for(lambda: shop.bell.sweep() and condition(), what, seconds, every=1)


def mixed(shop):
    """The poison stands evenly among the good rows."""
    step = ROWS // (len(POISON) * EACH)
    for number in range(len(POISON) * EACH):
        shop.messages(1, body=POISON[number % len(POISON)])
        shop.messages(step - 1)
    shop.messages(ROWS - step * len(POISON) * EACH)


def test_poison_does_not_stop_the_rest(shop):
    start(shop)
    shop.messages(ROWS)
    clean = swept_until(shop, lambda: analysed(shop) == 1 + ROWS, "the clean rows")
    mixed(shop)
    bad = len(POISON) * EACH
    rest = swept_until(shop, lambda: analysed(shop) == 1 + 2 * ROWS - bad, "the rest")
    aside = Message.objects.failed()
    told = aside.exclude(analysis_error="")
    after = swept_until(shop, lambda: told.count() == bad, "the poison to be set aside")
    reasons = {
        word: set(aside.filter(body__contains=word).values_list("analysis_error", flat=True))
        for word in POISON
    }
    share = clean * (ROWS - bad) / ROWS / rest
    tell(
        "poison",
        rows=ROWS,
        done=ROWS - bad,
        set_aside=aside.count(),
        most_tries=max(aside.values_list("attempts", flat=True)),
        clean_s=round(clean, 1),
        rest_s=round(rest, 1),
        throughput=f"{share:.0%}",
        all_set_aside_after_s=round(after, 1),
        reasons=reasons,
    )
    stored, doubled = shop.stored()
    assert (stored, doubled) == (1 + 2 * ROWS - bad, 0)
    assert all(row.attempts <= 3 for row in aside)
    assert all("died" in reason for reason in reasons["KILL"])
    assert all("MemoryError" in reason for reason in reasons["HUNGRY"])
    assert all("TooLong" in reason for reason in reasons["WAIT"])
    assert share >= 0.7  # on a busy machine; 0.8 and more on an idle one


UNCOUNTED_SQL = """
CREATE FUNCTION uncounted() RETURNS trigger LANGUAGE plpgsql
AS 'BEGIN NEW.attempts := 0; RETURN NEW; END';
CREATE TRIGGER uncounted BEFORE UPDATE ON customers_message
FOR EACH ROW EXECUTE FUNCTION uncounted();
"""


@pytest.fixture
def no_try_is_counted():
    with connection.cursor() as cursor:
        cursor.execute(UNCOUNTED_SQL)
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER uncounted ON customers_message; DROP FUNCTION uncounted")


def test_a_text_that_kills_stops_all_where_no_try_is_counted(shop, no_try_is_counted):
    """The control."""
    start(shop)
    shop.messages(1, body="KILL")
    shop.messages(40)
    with pytest.raises(AssertionError, match="waited in vain"):
        swept_until(shop, lambda: analysed(shop) == 41, "the rest", 20)


@pytest.mark.parametrize(
    ("word", "limit"), [("HUNGRY", "WORKER_MEMORY_MB"), ("WAIT", "ANALYSIS_PATIENCE_SECONDS")]
)
def test_without_its_limit_a_text_takes_what_it_wants(shop, word, limit):
    """The control: the gigabyte is taken, and what never ends stands in the way of the rest."""
    start(shop, **{"ANALYSIS_PATIENCE_SECONDS": "10", limit: "0"})
    shop.messages(1, body=word)
    shop.messages(20)
    if word == "HUNGRY":
        swept_until(shop, lambda: analysed(shop) == 22, "all rows, with the gigabyte", 30)
    else:
        with pytest.raises(AssertionError, match="waited in vain"):
            swept_until(shop, lambda: analysed(shop) == 21, "the rest", 20)
