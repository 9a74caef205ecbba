"""How soon a ticket that a partner posts is answered for, and how soon it is read."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from benchmarks.instruments.client import Caller, partner
from benchmarks.instruments.product import running_product
from benchmarks.instruments.report import Report, Target
from benchmarks.instruments.timing import milliseconds, seconds_of
from benchmarks.samples.tickets import ticket
from customers.models import Customer, Message, Ticket
from intelligence.loaded import text_reader

TICKETS, SMALL_TICKETS = 60, 8
WARM_UP = 8  # until each web process has taken a ticket; what it loads for that comes once
PAUSE_SECONDS = 1.0
LOOK_EVERY_SECONDS = 0.004
PATIENCE_SECONDS = 60
TARGETS = (
    Target("api_p95_ms", "at_most", 50),
    Target("analysed_p95_ms", "at_most", 500),
)
PEER = "the bare engine on the same text, and the bare insert of the same two rows"


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds from the first byte sent: until the API answered, until the result stood."""

    answered: float
    analysed: float


def measure(*, small: bool = False) -> Report:
    """Post a ticket a second to the idle product, and look when each is read."""
    count = SMALL_TICKETS if small else TICKETS
    with running_product("--no-demo") as product:
        customer = Customer.objects.create(name="Benchmark")
        api = partner(product)
        first = posted(api, customer, 0)
        for number in range(WARM_UP):
            posted(api, customer, number)
        timings = [posted(api, customer, number) for number in range(count)]
        inserts = [_bare_insert(customer, number) for number in range(count)]
        reads = bare_reads(count)
    return Report(
        benchmark="latency",
        sample=f"{count} tickets, one every {PAUSE_SECONDS:g} s, on the idle product",
        peer=PEER,
        figures=figures(first, timings, inserts, reads),
        targets=TARGETS,
        small=small,
    )


def figures(
    first: Timing, timings: Sequence[Timing], inserts: Sequence[float], reads: Sequence[float]
) -> dict[str, Any]:
    """Ours beside the peers; the very first ticket, which waits for the models, apart."""
    return {
        **milliseconds("api", [timing.answered for timing in timings]),
        **milliseconds("peer_insert", inserts),
        **milliseconds("analysed", [timing.analysed for timing in timings]),
        **milliseconds("peer_engine", reads),
        "first_ticket_ms": round(first.analysed * 1000, 1),
    }


def posted(api: Caller, customer: Customer, number: int) -> Timing:
    """Post one ticket, wait until it is read, then until the next is due."""
    started = time.perf_counter()
    made = api.post("/api/v1/tickets/", {**ticket(number), "customer": customer.pk})
    answered = time.perf_counter() - started
    _wait_until_read(made["id"])
    analysed = time.perf_counter() - started
    time.sleep(max(0.0, PAUSE_SECONDS - analysed))
    return Timing(answered, analysed)


def _wait_until_read(ticket_pk: int) -> None:
    """Looks with the lightest query there is: a product that is watched is not idle."""
    deadline = time.perf_counter() + PATIENCE_SECONDS
    with connection.cursor() as cursor:
        while time.perf_counter() < deadline:
            cursor.execute(
                "SELECT count(*) FROM customers_message "
                "WHERE ticket_id = %s AND analysed_at IS NULL",
                [ticket_pk],
            )
            if cursor.fetchone()[0] == 0:
                return
            time.sleep(LOOK_EVERY_SECONDS)
    raise RuntimeError(f"the ticket was not read in {PATIENCE_SECONDS} s")


def _bare_insert(customer: Customer, number: int) -> float:
    """The same two rows in one transaction: what Django, database and disk take for them."""

    def insert() -> None:
        said = ticket(number)
        with transaction.atomic():
            (made,) = Ticket.objects.bulk_create(
                [Ticket(customer=customer, subject=said["subject"])]
            )
            Message.objects.bulk_create(
                [Message(ticket=made, body=said["body"], analysed_at=timezone.now())]
            )

    return seconds_of(insert)


def bare_reads(count: int) -> list[float]:
    """Seconds of the engine on each ticket by itself, in this process."""
    texts = ["\n".join(ticket(number).values()) for number in range(count)]
    reader = text_reader()
    reader.read(texts[:3])
    return [seconds_of(partial(reader.read, [text])) for text in texts]
