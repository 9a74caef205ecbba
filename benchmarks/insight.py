"""How fast insight is in a shop of a million orders, and how fast its sums are made."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.models import Count, Sum
from django.db.models.functions import TruncDate
from django.test import override_settings

from benchmarks.instruments.client import staff_client
from benchmarks.instruments.product import database
from benchmarks.instruments.report import Report, Target
from benchmarks.instruments.timing import (
    milliseconds,
    quantile,
    seconds_of,
    speed_ratio,
    turn_by_turn,
)
from benchmarks.samples.sales import NOON, Size, fill
from customers.insight.aggregates import rebuild, refresh
from customers.insight.digests import make_digest
from customers.insight.scope import scope_of
from customers.insight.sums import sales_by
from customers.models import DailySales, Order
from customers.plots.registry import PLOTS

SIZE = Size(orders=1_000_000, customers=200_000, products=5_000, texts=100_000)
SMALL = Size(orders=20_000, customers=4_000, products=500, texts=2_000)
CALLS, SMALL_CALLS, ROUNDS = 20, 3, 5
TOUCHED = 100
PLAIN = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
TARGETS = (
    Target("slowest_p95_ms", "at_most", 300),
    Target("rebuild_seconds", "at_most", 60),
    Target("differing_figures", "at_most", 0),
)
PEER = "the same sums computed from the orders themselves"


def measure(*, small: bool = False) -> Report:
    """Count everything anew, then open each page and the data of each plot."""
    size, calls = (SMALL, SMALL_CALLS) if small else (SIZE, CALLS)
    with database(), override_settings(STORAGES=settings.STORAGES | PLAIN):
        fill(size)
        figures = {
            "rebuild_seconds": round(seconds_of(rebuild), 1),
            "refresh_seconds": round(_touched_refresh(), 2),
            "daily_rows": DailySales.objects.count(),
        }
        times, work = _timed(calls)
        peer = turn_by_turn(lambda _: _by_sums(), lambda _: _by_orders(), ROUNDS)
        differing = _differing()
    shown: dict[str, Any] = {}
    for name, seconds in times.items():
        shown |= milliseconds(name, seconds)
    slowest = max(times, key=lambda name: quantile(times[name], 0.95))
    return Report(
        benchmark="insight",
        sample=f"{size.orders:,} orders of {size.customers:,} customers and {size.products:,} "
        f"products over two years; each page {calls} times, one caller, without a web server",
        peer=PEER,
        figures={
            "slowest_p95_ms": shown[f"{slowest}_p95_ms"],
            "slowest": slowest,
            "most_cpu_ms": max(round(quantile(one, 0.5) * 1000) for one in work.values()),
            **figures,
            "times_as_fast_as_the_peer": round(speed_ratio(peer), 1),
            "differing_figures": differing,
            **shown,
        },
        targets=TARGETS,
        small=small,
    )


def addresses() -> dict[str, str]:
    """The pages and the data of the plots, of a year and of all; by a name for the figures."""
    digest = make_digest((NOON - timedelta(days=7)).date())
    pages = {
        "home": "/",
        "sales": "/insight/",
        "sales_24_months": "/insight/?period=730d",
        "sales_other_days": "/insight/?from=2025-02-13&to=2025-11-20",
        "customers": "/insight/customers/",
        "voice": "/insight/voice/",
        "digests": "/insight/digests/",
        "digest_checked": f"/insight/digests/{digest.pk if digest else 0}/?check=1",
        "api_sales": "/api/v1/insight/sales/",
    }
    plots = [name for name in PLOTS if name.split("-")[0] in ("sales", "customers", "voice")]
    return pages | {
        f"{name.replace('-', '_')}{ending}": f"/plots/{name}.csv{query}"
        for name in plots
        for ending, query in (("", ""), ("_24_months", "?period=730d"))
    }


def _timed(calls: int) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    """Seconds of each call, and those that processors worked for it (here and in the database,
    without its parallel helpers), the pages turn by turn. What is worth saying is chosen anew in
    each: nothing is kept from one call to the next.
    """
    client = staff_client()
    pages = addresses()
    times: dict[str, list[float]] = {name: [] for name in pages}
    work: dict[str, list[float]] = {name: [] for name in pages}
    for number in range(calls + 1):
        for name, address in pages.items():
            cache.clear()
            started, worked = time.perf_counter(), _cpu_seconds()
            answer = client.get(address)
            if answer.status_code != 200:
                raise RuntimeError(f"{address}: {answer.status_code}")
            if number:  # the first call compiles templates
                times[name].append(time.perf_counter() - started)
                work[name].append(_cpu_seconds() - worked)
    return times, work


def _cpu_seconds() -> float:
    """What this process and the one that serves its database connection worked so far. Waiting
    for other work on the machine does not count.
    """
    pid = connection.connection.info.backend_pid if connection.connection else os.getpid()
    spent = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]
    return time.process_time() + sum(int(ticks) for ticks in spent) / os.sysconf("SC_CLK_TCK")


def _touched_refresh() -> float:
    """Seconds until orders of this week that changed are in the sums."""
    latest = Order.objects.order_by("-placed_at").values("pk")[:TOUCHED]
    Order.objects.filter(pk__in=list(latest.values_list("pk", flat=True))).update(country="Chile")
    return seconds_of(refresh)


def _by_sums() -> float:
    scope = scope_of({})
    return seconds_of(lambda: sales_by(scope, "day_on"))


def _by_orders() -> float:
    return seconds_of(_direct)


def _direct() -> dict[Any, tuple[int, Any]]:
    scope = scope_of({})
    rows = Order.objects.filter(
        placed_at__gte=scope.period.start,
        placed_at__lt=scope.period.end,
        currency=scope.currency,
        kind=Order.Kind.SALE,
    ).exclude(status=Order.Status.CANCELLED)
    counted = rows.order_by().values_list(TruncDate("placed_at"))
    return {day: (n, total) for day, n, total in counted.annotate(Count("pk"), Sum("total"))}


def _differing() -> int:
    """On how many days of a year the sums are not those of the orders."""
    direct = _direct()
    sums = sales_by(scope_of({}), "day_on")
    days = direct.keys() | {day for day, one in sums.items() if one.orders}
    return sum(
        day not in sums or (sums[day].orders, sums[day].revenue) != direct.get(day) for day in days
    )
