"""How fast lists, filters and records open in a shop of a million customers, with how many
queries, and what a page weighs on the wire.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks.instruments.client import staff_client
from benchmarks.instruments.product import database
from benchmarks.instruments.report import Report, Target
from benchmarks.instruments.timing import quantile
from benchmarks.samples.large_shop import Size, fill
from benchmarks.web.addresses import Page, pages
from benchmarks.web.weight import Weight, heaviest
from crm_site.services.static_files import collect_when_changed
from customers.insight.aggregates import rebuild

SIZE, SMALL_SIZE = Size(), Size(4_000, 12_000, 4_000)
PEER_SIZE, SMALL_PEER_SIZE = Size(2_000, 6_000, 2_000), Size(400, 1_200, 400)
CALLS, SMALL_CALLS = 12, 1
MOST_NAMED = 8
OVERVIEWS = ("home", "reports")  # they sum many rows up; `insight` has targets of its own
TARGETS = (
    Target("slowest_p95_ms", "at_most", 100),
    Target("more_queries", "at_most", 0),
    Target("heaviest_kb", "at_most", 250),
)

Times = Mapping[Page, list[float]]


def measure(*, small: bool = False) -> Report:
    """Open each page again and again, in a small shop and in the same one grown large."""
    size, calls = (SMALL_SIZE, SMALL_CALLS) if small else (SIZE, CALLS)
    peer_size = SMALL_PEER_SIZE if small else PEER_SIZE
    collect_when_changed()
    with database():
        fill(peer_size)
        rebuild()
        client = browser()
        few_pages = pages(client)
        few, few_queries = timed(client, few_pages, calls), queries(client, few_pages)
        fill(size)
        rebuild()
        many_pages = pages(client)
        many, many_queries = timed(client, many_pages, calls), queries(client, many_pages)
        weight = heaviest(client, many_pages)
    return Report(
        benchmark="web",
        sample=f"{size}; {len(many_pages)} pages, each {calls} times, one caller who is logged "
        "in, middleware and templates included, without a web server",
        peer=f"the same pages in a shop of {peer_size}",
        figures=figures(many, few, many_queries, few_queries, weight),
        targets=TARGETS,
        small=small,
    )


def browser() -> Client:
    """An admin who is logged in and takes pages as browsers do, compressed."""
    client = staff_client()
    client.defaults["HTTP_ACCEPT_ENCODING"] = "gzip, deflate, br"
    return client


def timed(client: Client, wanted: Iterable[Page], calls: int) -> dict[Page, list[float]]:
    """Seconds of each call of each page, the pages turn by turn."""
    times: dict[Page, list[float]] = {page: [] for page in wanted}
    for number in range(calls + 1):
        for page, seconds in times.items():
            started = time.perf_counter()
            answer = client.get(page.address)
            if answer.status_code != 200:
                raise RuntimeError(f"{page.address}: {answer.status_code}")
            if number:  # the first call fills caches
                seconds.append(time.perf_counter() - started)
    return times


def queries(client: Client, wanted: Iterable[Page]) -> dict[Page, int]:
    """How many queries each page takes, once what is cached in the process is cached."""
    counted = {}
    for page in wanted:
        with CaptureQueriesContext(connection) as captured:
            client.get(page.address)
        counted[page] = len(captured)
    return counted


def figures(
    many: Times,
    few: Times,
    many_queries: Mapping[Page, int],
    few_queries: Mapping[Page, int],
    weight: Weight,
) -> dict[str, Any]:
    """The slowest pages, each kind of page with what the large shop costs it, and the weight."""
    p95 = {page: quantile(seconds, 0.95) * 1000 for page, seconds in many.items()}
    listed = sorted((p for p in p95 if p.kind not in OVERVIEWS), key=lambda p: -p95[p])
    before = {page.name: n for page, n in few_queries.items()}
    more = {
        page.name: n - before[page.name] for page, n in many_queries.items() if page.name in before
    }
    worst = max(more, key=lambda name: more[name])
    return {
        "slowest_p95_ms": round(p95[listed[0]], 1),
        "slowest": listed[0].name,
        "pages_over_100_ms": sum(p95[page] > 100 for page in listed),
        "more_queries": more[worst],
        "more_queries_of": worst if more[worst] else "",
        "most_queries": max(many_queries.values()),
        "heaviest_kb": round(weight.total / 1000, 1),
        "heaviest": weight.name,
        "heaviest_html_kb": round(weight.html / 1000, 1),
        "css_kb": round(weight.css / 1000, 1),
        "script_kb": round(weight.script / 1000, 1),
        **{
            f"slow_{n}_{page.name}": round(p95[page], 1)
            for n, page in enumerate(listed[:MOST_NAMED], 1)
        },
        **_by_kind(many, few),
    }


def _by_kind(many: Times, few: Times) -> dict[str, Any]:
    """Median and 95th percentile over all pages of a kind, and the ratio of the medians."""
    large, small = _gathered(many), _gathered(few)
    shown: dict[str, Any] = {}
    for kind, seconds in large.items():
        shown[f"{kind}_p50_ms"] = round(quantile(seconds, 0.5) * 1000, 1)
        shown[f"{kind}_p95_ms"] = round(quantile(seconds, 0.95) * 1000, 1)
        if kind in small:
            ratio = quantile(seconds, 0.5) / quantile(small[kind], 0.5)
            shown[f"{kind}_times_the_peer"] = round(ratio, 2)
    return shown


def _gathered(times: Times) -> dict[str, list[float]]:
    gathered: dict[str, list[float]] = defaultdict(list)
    for page, seconds in times.items():
        gathered[page.kind] += seconds
    return gathered
