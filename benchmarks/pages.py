"""How fast lists and records open in a large shop, and with how many queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from benchmarks.instruments.client import Caller, partner, staff, staff_client
from benchmarks.instruments.product import Product, running_product
from benchmarks.instruments.report import Report, Target
from benchmarks.instruments.timing import milliseconds, quantile, seconds_of
from benchmarks.samples.shop import fill
from customers.models import Customer, Ticket

CUSTOMERS, SMALL_CUSTOMERS = 100_000, 2_000
FEW_CUSTOMERS = 200
CALLS, SMALL_CALLS = 40, 8
TARGETS = (Target("slowest_p95_ms", "at_most", 100), Target("more_queries", "at_most", 0))
PEER = f"the same pages in the same product with {FEW_CUSTOMERS} customers"
API = "/api/v1/"


def measure(*, small: bool = False) -> Report:
    """Open each page again and again, in a small shop and in the same one grown large."""
    customers, calls = (SMALL_CUSTOMERS, SMALL_CALLS) if small else (CUSTOMERS, CALLS)
    with running_product("--no-demo") as product:
        fill(FEW_CUSTOMERS)
        few, few_queries = _timed(product, calls), queries(pages().values())
        size = fill(customers)
        many, many_queries = _timed(product, calls), queries(pages().values())
    return Report(
        benchmark="pages",
        sample=f"{size.customers:,} customers, {size.orders:,} orders, {size.tickets:,} tickets, "
        f"{size.reviews:,} reviews; each page {calls} times, one caller",
        peer=PEER,
        figures=figures(many, few, many_queries, few_queries),
        targets=TARGETS,
        small=small,
    )


def pages() -> dict[str, str]:
    """The pages of staff, and the lists of the API, by a name for the figures."""
    customer, ticket = Customer.objects.latest("pk").pk, Ticket.objects.latest("pk").pk
    return {
        "home": "/",
        "customers": "/customers/",
        "customers_by_spend": "/customers/?sort=-spent",
        "customers_found": "/customers/?q=customer17",
        "customers_page_100": "/customers/?page=100",
        "customer": f"/customers/{customer}/",
        "tickets": "/tickets/",
        "tickets_negative": "/tickets/?status=open&feeling=negative",
        "ticket": f"/tickets/{ticket}/",
        "api_customers": f"{API}customers/",
        "api_tickets": f"{API}tickets/",
    }


def figures(
    many: Mapping[str, list[float]],
    few: Mapping[str, list[float]],
    many_queries: Mapping[str, int],
    few_queries: Mapping[str, int],
) -> dict[str, Any]:
    """Each page's times; over all pages the slowest, and how much the large shop costs."""
    shown: dict[str, Any] = {}
    for number, (name, seconds) in enumerate(many.items()):
        shown |= milliseconds(name, seconds)
        shown[f"{name}_times_the_peer"] = round(
            quantile(seconds, 0.5) / quantile(few[name], 0.5), 2
        )
        shown[f"{name}_queries"] = list(many_queries.values())[number]
    grown = zip(many_queries.values(), few_queries.values(), strict=True)
    return {
        "slowest_p95_ms": max(value for name, value in shown.items() if name.endswith("_p95_ms")),
        "more_queries": max(large - small for large, small in grown),
        **shown,
    }


def queries(addresses: Iterable[str]) -> dict[str, int]:
    """How many queries each page takes, counted without a web server between."""
    client = staff_client()
    counted = {}
    for address in addresses:
        client.get(address)  # what is cached in the process for good is cached now
        with CaptureQueriesContext(connection) as captured:
            answer = client.get(address)
        if answer.status_code != 200:
            raise RuntimeError(f"{address}: {answer.status_code}")
        counted[address] = len(captured)
    return counted


def _timed(product: Product, calls: int) -> dict[str, list[float]]:
    """Seconds of each call of each page, the pages turn by turn."""
    callers = {True: partner(product), False: staff(product)}
    addresses = pages()
    times: dict[str, list[float]] = {name: [] for name in addresses}
    for number in range(calls + 1):
        for name, address in addresses.items():
            seconds = _seconds(callers[address.startswith(API)], address)
            if number:  # the first call fills caches
                times[name].append(seconds)
    return times


def _seconds(caller: Caller, address: str) -> float:
    return seconds_of(lambda: caller.get(address))
