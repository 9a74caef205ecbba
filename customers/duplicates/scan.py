"""Looking through all customers for duplicates.

Each customer is read once: what comparisons see of them goes by COPY into one temporary table, the
keys that they are looked up by (`normalising.blocking_keys`) into another. The database pairs those
that share a key. A key that more than `MOST_OF_KEY` customers share, or a name alone that more than
`MOST_OF_NAME` bear, tells nobody apart and is skipped, and how many those are is told: so a million
customers give a number of pairs that grows with them and not with their square. Each pair is
compared once; what was learnt of all pairs then weighs each kind of likeness.
"""

from __future__ import annotations

import logging
import random
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from customers.duplicates.comparing import FIELDS, SAME, Pattern, compared
from customers.duplicates.normalising import Person, blocking_keys, person
from customers.duplicates.weights import Weights, learnt
from customers.locks import held
from customers.models import Customer, DuplicatePair, DuplicateScan
from customers.sql import rows_of

logger = logging.getLogger(__name__)

LOCK_SPACE = 7313
MOST_OF_KEY, MOST_OF_NAME = 40, 12
CHUNK = 5_000
RANDOM_PAIRS = 100_000
LIKELY = 0.5
MOST_BORNE = 1_000  # beyond, a name says hardly less
NOTE_EVERY_SECONDS = 0.5
COLUMNS = ("id", "name", "email", "phone", "company", "country", "city")

MAKE_TABLES = """
    CREATE TEMP TABLE duplicate_key (key text NOT NULL, customer_id bigint NOT NULL);
    CREATE TEMP TABLE duplicate_person (
        id bigint NOT NULL, name text, email text, phone text, city text, company text,
        name_key text
    );
    CREATE TEMP TABLE duplicate_compared (
        first bigint NOT NULL, second bigint NOT NULL, pattern text NOT NULL, bearers int NOT NULL
    );
"""
INDEX_TABLES = """
    CREATE INDEX ON duplicate_key (key);
    CREATE INDEX ON duplicate_person (id);
    ANALYZE duplicate_key;
    ANALYZE duplicate_person;
"""
MOST = "CASE WHEN left(key, 2) IN ('n:', 'c:') THEN %(name)s ELSE %(key)s END"
MAKE_PAIRS = f"""
    CREATE TEMP TABLE duplicate_candidate AS
    SELECT DISTINCT a.customer_id AS first, b.customer_id AS second
    FROM duplicate_key a JOIN duplicate_key b ON b.key = a.key AND b.customer_id > a.customer_id
    WHERE a.key IN (
        SELECT key FROM duplicate_key GROUP BY key HAVING count(*) BETWEEN 2 AND {MOST}
    )
"""  # noqa: S608
SKIPPED = f"""
    SELECT count(*), coalesce(sum(n), 0) FROM (
        SELECT count(*) AS n FROM duplicate_key GROUP BY key HAVING count(*) > {MOST}
    ) big
"""  # noqa: S608
PAIRS = """
    SELECT a.*, b.*, coalesce(borne.n, 1) FROM duplicate_candidate pair
    JOIN duplicate_person a ON a.id = pair.first JOIN duplicate_person b ON b.id = pair.second
    LEFT JOIN (
        SELECT substr(key, 3) AS name, count(*) AS n FROM duplicate_key
        WHERE key LIKE 'n:%%' GROUP BY key HAVING count(*) > 1
    ) borne ON borne.name = a.name_key
"""
KINDS = "SELECT pattern, bearers, count(*) FROM duplicate_compared GROUP BY pattern, bearers"
OF_KINDS = """
    SELECT first, second, pattern, bearers FROM duplicate_compared
    JOIN unnest(%s::text[], %s::int[]) AS kind (pattern, bearers) USING (pattern, bearers)
"""
FORGET = """
    DROP TABLE IF EXISTS duplicate_key, duplicate_person, duplicate_candidate, duplicate_compared
"""
# What was found before and stays undecided gives way to what is found now.
GONE = "DELETE FROM customers_duplicatepair WHERE state = 'open' AND found_at < %s"


Judged = tuple[int, int, float, list[dict[str, Any]]]


class CancelledError(Exception):
    """Somebody asked for the search to stop."""


def carry_out(pk: int) -> None:
    """Do the search that waits, unless somebody does; whatever goes wrong is on the row."""
    with held(LOCK_SPACE, 0) as is_mine:
        waiting = DuplicateScan.objects.filter(pk=pk, status__in=DuplicateScan.BUSY)
        scan = waiting.first() if is_mine else None
        if scan is None:
            return
        try:
            search(scan)
        except CancelledError:
            _finish(scan, DuplicateScan.Status.CANCELLED)
        except (OperationalError, InterfaceError):
            raise  # the database is away: the row stays as it is, and is taken up again
        except Exception as error:
            _finish(scan, DuplicateScan.Status.FAILED, f"{type(error).__name__}: {error}"[:500])
            raise


def carry_out_all() -> None:
    """Do the searches that wait, such as one whose worker died."""
    waiting = DuplicateScan.objects.filter(status__in=DuplicateScan.BUSY).order_by("pk")
    for pk in list(waiting.values_list("pk", flat=True)):
        carry_out(pk)


def search(scan: DuplicateScan) -> None:
    """Find the pairs and keep those that are likely. Decided pairs stay decided."""
    started_at = timezone.now()
    note = _Notes(scan)
    most = {"key": MOST_OF_KEY, "name": MOST_OF_NAME}
    try:
        with connection.cursor() as cursor:
            cursor.execute(FORGET)
            cursor.execute(MAKE_TABLES)
            customers = _write_people(cursor, note)
            cursor.execute(INDEX_TABLES)
            cursor.execute(MAKE_PAIRS, most)
            cursor.execute("ANALYZE duplicate_candidate")
            keys, skipped = rows_of(SKIPPED, most)[0]
            scan.skipped = {"keys": keys, "customers": int(skipped)}
            _compare(cursor, note)
        kinds = _kinds()
        patterns: Counter[Pattern] = Counter()
        for (pattern, _bearers), count in kinds.items():
            patterns[pattern] += count
        scan.pair_count = patterns.total()
        weights = learnt(patterns, _random_patterns(customers), max(customers, 2))
        scan.weights = {"m": weights.m, "u": weights.u, "odds": weights.odds}
        scan.found_count = _keep(_likely(kinds, weights))
        _finish_search(scan, started_at)
    finally:
        if not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute(FORGET)


def _finish_search(scan: DuplicateScan, started_at: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(GONE, [started_at])
        scan.save(update_fields=["skipped", "weights", "pair_count", "found_count"])
        _finish(scan, DuplicateScan.Status.DONE)


def people(rows: Any) -> Iterator[Person]:
    """Customers as comparisons see them, a chunk at a time."""
    for columns in rows.order_by("pk").values_list(*COLUMNS).iterator(CHUNK):
        yield person(*columns)


def _write_people(cursor: Any, note: _Notes) -> int:
    count = 0
    for chunk in _chunks(people(Customer.objects.all())):
        with cursor.copy("COPY duplicate_person FROM STDIN") as copy:
            for one in chunk:
                copy.write_row((one.pk, *_told(one)))
        with cursor.copy("COPY duplicate_key (key, customer_id) FROM STDIN") as copy:
            for one in chunk:
                for key in blocking_keys(one):
                    copy.write_row((key[:200], one.pk))
        count += len(chunk)
        note(count)
    return count


def _told(one: Person) -> tuple[str, ...]:
    return (" ".join(one.name), one.email, one.phone, one.city, one.company, one.name_key)


def _chunks(rows: Iterable[Person]) -> Iterator[list[Person]]:
    chunk: list[Person] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _compare(cursor: Any, note: _Notes) -> None:
    """Compare the pairs that share a key, and write down how alike they are."""
    with connection.chunked_cursor() as reader:
        reader.execute(PAIRS)
        while rows := reader.fetchmany(CHUNK):
            note.look()
            with cursor.copy("COPY duplicate_compared FROM STDIN") as copy:
                for row in rows:
                    first, second = _person(row[:6]), _person(row[7:13])
                    pattern = compared(first, second)
                    bearers = min(row[14], MOST_BORNE) if pattern[0] == SAME else 1
                    copy.write_row((first.pk, second.pk, "|".join(pattern), bearers))


def _person(columns: tuple[Any, ...]) -> Person:
    pk, name, *others = columns
    return Person(pk, tuple(name.split()), *others)


Kinds = dict[tuple[Pattern, int], int]


def _kinds() -> Kinds:
    """How many pairs are alike in each way, and bear a name that so many bear."""
    return {
        (tuple(pattern.split("|")), bearers): count for pattern, bearers, count in rows_of(KINDS)
    }


def _likely(kinds: Kinds, weights: Weights) -> Iterator[Judged]:
    """The pairs of those kinds that are probably one person."""
    told = {
        ("|".join(pattern), bearers): weighed(pattern, weights, bearers)
        for pattern, bearers in kinds
    }
    likely = [kind for kind, (score, _reasons) in told.items() if score >= LIKELY]
    patterns, bearers = [kind[0] for kind in likely], [kind[1] for kind in likely]
    for first, second, *kind in rows_of(OF_KINDS, [patterns, bearers]):
        yield first, second, *told[kind[0], kind[1]]


def _random_patterns(customers: int) -> Counter[Pattern]:
    """How alike random pairs of customers are; the same pairs for the same customers."""
    dice = random.Random(customers)  # noqa: S311  # a sample, no secret
    keys = list(Customer.objects.order_by("pk").values_list("pk", flat=True))
    if len(keys) < 2:
        return Counter()
    chosen = sorted(dice.sample(keys, min(len(keys), 4_000)))
    some = list(people(Customer.objects.filter(pk__in=chosen)))
    wanted = min(RANDOM_PAIRS, len(some) * (len(some) - 1) // 2)
    return Counter(compared(*dice.sample(some, 2)) for _ in range(wanted))


def judged(first: Person, second: Person, weights: Weights) -> tuple[float, list[dict[str, Any]]]:
    """The probability that two are one person, and its reasons, the strongest first."""
    return weighed(compared(first, second), weights)


def weighed(
    pattern: Pattern, weights: Weights, bearers: int = 1
) -> tuple[float, list[dict[str, Any]]]:
    """As `judged`, of two that are alike in this way and bear a name that so many bear."""
    bits = weights.bits(pattern, max(bearers, 2) / weights.customers)
    levels = dict(zip(FIELDS, pattern, strict=True))
    reasons = [
        {"field": field, "level": levels[field], "bits": round(value, 1)}
        for field, value in sorted(bits.items(), key=lambda item: -abs(item[1]))
    ]
    return weights.probability(bits), reasons


def _keep(found: Iterable[Judged]) -> int:
    """Write the pairs down; what was decided of one stays."""
    count = 0
    chunk: list[DuplicatePair] = []
    for first, second, score, reasons in found:
        pair = DuplicatePair(first_id=first, second_id=second, score=score, reasons=reasons)
        chunk.append(pair)
        count += 1
        if len(chunk) == CHUNK:
            _write(chunk)
            chunk = []
    _write(chunk)
    return count


def _write(pairs: list[DuplicatePair]) -> None:
    DuplicatePair.objects.bulk_create(
        pairs,
        update_conflicts=True,
        unique_fields=["first", "second"],
        update_fields=["score", "reasons", "found_at"],
    )


def _finish(scan: DuplicateScan, status: str, error: str = "") -> None:
    if not connection.needs_rollback:
        stands: dict[str, Any] = {"status": status, "error": error}
        DuplicateScan.objects.filter(pk=scan.pk).update(**stands, finished_at=timezone.now())


class _Notes:
    """Writes the progress onto the row about twice a second, and looks for a cancel."""

    def __init__(self, scan: DuplicateScan) -> None:
        self.scan, self.noted_at = scan, 0.0
        total = Customer.objects.count()
        running = {"status": DuplicateScan.Status.RUNNING, "rows_total": total, "row_count": 0}
        DuplicateScan.objects.filter(pk=scan.pk).update(**running)

    def __call__(self, count: int) -> None:
        if time.monotonic() - self.noted_at >= NOTE_EVERY_SECONDS:
            self.noted_at = time.monotonic()
            DuplicateScan.objects.filter(pk=self.scan.pk).update(row_count=count)
            self.look()

    def look(self) -> None:
        """Raises CancelledError when somebody wants it to stop."""
        asked = DuplicateScan.objects.filter(pk=self.scan.pk, cancel_requested_at__isnull=False)
        if asked.exists():
            raise CancelledError
