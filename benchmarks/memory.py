"""What the processes of the product take, after a shop was read and looked at."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.conf import settings

from benchmarks.instruments.client import Caller, partner, staff
from benchmarks.instruments.process_memory import Process, below, processes
from benchmarks.instruments.product import running_product
from benchmarks.instruments.report import Report, Target
from benchmarks.samples.reviews import reviews
from benchmarks.samples.tickets import ticket
from benchmarks.samples.transactions import ROWS, transactions
from customers.imports.formats import format_named
from customers.imports.run import run_import
from customers.models import Customer, Order, Product, Review, Ticket
from customers.progress import READ_MODELS, analysis_progress

ROUNDS, SMALL_ROUNDS = 30, 3
REVIEWS, TICKETS, SMALL_LINES = 600, 20, 20_000
CALLERS = 4
PATIENCE_SECONDS = 1200
TARGETS = (
    Target("largest_web_process_mb", "at_most", 200),
    Target("interactive_worker_mb", "at_most", 900),
    Target("bulk_worker_mb", "at_most", 900),
)
PEER = "a process with Django alone, and one with the engine that has read the same texts"
WORKERS = ("interactive_worker", "bulk_worker")
BARE = "benchmarks.instruments.bare"
PARTS = {"-Q interactive": "interactive_worker", "-Q bulk": "bulk_worker", " beat ": "beat"}


def measure(*, small: bool = False) -> Report:
    """Take in a shop, let all of it be read, open every page, and look."""
    rounds = SMALL_ROUNDS if small else ROUNDS
    with running_product("--no-demo") as product:
        _take_in_a_shop(SMALL_LINES if small else ROWS)
        _post_tickets(partner(product))
        _wait_until_read()
        _open_pages(staff(product), rounds)
        found = by_part(product.pid, processes())
        counts = {row.kind: row.total for row in analysis_progress()}
        bare = {what: _bare(what) for what in ("django", "engine")}
    read = ", ".join(f"{count} {kind}s" for kind, count in counts.items())
    return Report(
        benchmark="memory",
        sample=f"{read}, all of them read; every page opened {rounds} times",
        peer=PEER,
        figures=figures(found, bare),
        targets=TARGETS,
        small=small,
    )


def by_part(root: int, running: Sequence[Process]) -> dict[str, list[Process]]:
    """The processes below `root` by the part of the product they are.

    Of the web server these are the processes that serve; what draws its plots is a part
    of its own, for it is there once a web process and only where somebody looked at one.
    """
    parts: dict[str, list[Process]] = {}
    for child in (process for process in running if process.parent == root):
        name = _part(child.command)
        offspring = below(child.pid, running)
        if name == "web":
            own = {child.pid, *(p.pid for p in offspring if p.parent == child.pid)}
            parts["plots"] = [p for p in offspring if p.pid not in own]
            offspring = [p for p in offspring if p.pid in own]
        parts[name] = [child, *offspring]
    return parts


def _part(command: str) -> str:
    named = (name for mark, name in PARTS.items() if mark in command)
    if "granian" in command:
        return "web"
    return next(named, "postgres" if "postgres" in command else "other")


def figures(found: dict[str, list[Process]], bare: dict[str, Any]) -> dict[str, Any]:
    """RSS of the largest web process, and the highest of any worker process at any time;
    the rest as PSS, which add up.
    """
    web = found["web"]
    shown = {
        "largest_web_process_mb": max(round(process.rss_mb) for process in web),
        "peer_django_mb": round(bare["django"]["rss_mb"]),
        **{f"{name}_mb": _pss(found[name]) for name in WORKERS},
        "worker_peak_mb": max(round(p.peak_mb) for name in WORKERS for p in found[name]),
        "peer_engine_mb": round(bare["engine"]["pss_mb"]),
        **{f"{name}_mb": _pss(of) for name, of in found.items() if not name.endswith("_worker")},
    }
    return {
        **shown,
        "all_processes_mb": sum(_pss(of) for of in found.values()),
        "processes": sum(len(of) for of in found.values()),
    }


def _pss(running: Sequence[Process]) -> int:
    return round(sum(process.pss_mb for process in running))


def _take_in_a_shop(lines: int) -> None:
    """Transactions and reviews by the importer, read by the bulk worker."""
    bought = transactions(settings.VAR_DIR, lines)
    run_import(format_named("online_retail"), bought.path, "till")
    said = reviews(settings.VAR_DIR, REVIEWS)
    run_import(format_named("reviews"), said.path, "web")
    _wait_until_read()


def _wait_until_read() -> None:
    """Until no row waits any more."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if not any(row.pending for row in analysis_progress()):
            return
        time.sleep(0.5)
    waiting = {model.__name__: model.objects.pending().count() for model in READ_MODELS}
    raise RuntimeError(f"after {PATIENCE_SECONDS} s these rows still wait: {waiting}")


def _post_tickets(api: Caller) -> None:
    """Imports go through the bulk worker; these tickets load the interactive one."""
    for number in range(TICKETS):
        api.post("/api/v1/tickets/", ticket(number))


def _open_pages(caller: Caller, rounds: int) -> None:
    """Several callers at once, so that every thread of every web process serves."""
    with ThreadPoolExecutor(CALLERS) as callers:
        for address in addresses():
            list(callers.map(caller.get, [address] * rounds))


def addresses() -> Iterator[str]:
    """Every list, a record of each kind, every plot, and the documents of the API."""
    lists = ("customers", "tickets", "products", "reviews", "orders", "articles", "imports")
    customer = Customer.objects.latest("order_count").pk
    product = Product.objects.latest("review_count").pk
    yield "/"
    yield from (f"/{name}/" for name in lists)
    yield from (f"/customers/{customer}/", f"/products/{product}/")
    yield f"/orders/{Order.objects.latest('pk').pk}/"
    yield f"/tickets/{Ticket.objects.latest('pk').pk}/"
    yield from ("/plots/shop-sentiment.svg", "/plots/shop-orders.svg")
    yield f"/plots/customer-sentiment/{customer}.svg"
    yield f"/plots/product-stars/{product}.svg"
    yield "/api/schema/"


def _bare(what: str) -> dict[str, float]:
    """RSS and PSS of a process that does this one thing, in MB."""
    texts = [review.body for review in Review.objects.all()] if what == "engine" else []
    ended = subprocess.run(
        [sys.executable, "-m", BARE, what],
        cwd=settings.BASE_DIR,
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(ended.stdout.splitlines()[-1])
