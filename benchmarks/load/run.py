"""How the product's own web server answers agents and partners at once, in a shop of a million
customers: fifty requests a second, sent when they are due, whatever was answered by then.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.test import Client

from benchmarks.instruments.client import Caller, bearer
from benchmarks.instruments.cpu import spent_by_parts
from benchmarks.instruments.product import Product, database, running_web
from benchmarks.instruments.report import Report, Target
from benchmarks.instruments.timing import quantile
from benchmarks.load.mix import API, IMPERSONAL, PEER, RECORDS, Shop, requests
from benchmarks.samples.large_shop import Size, fill
from benchmarks.samples.workspace import staff
from customers.insight.aggregates import rebuild
from customers.models import AuditEntry, Customer, Order, Ticket, User
from customers.models import Product as Goods
from customers.search.spelling import refresh_words

SIZE, SMALL_SIZE = Size(), Size(4_000, 12_000, 4_000)
# So long the worker reads the shop as a whole, once, to compare what comes in with it.
SECONDS, WARM_UP_SECONDS = 120, 70
RATE = int(os.environ.get("LOAD_RATE", "50"))  # requests a second
SMALL_RATE, SMALL_SECONDS = 10, 10
PARTNERS, PAGES_ON = 4, 3
TOKEN = "b" * 32  # of the form check: the same in the cookie and in the header
TARGETS = (
    Target("p95_ms", "at_most", 300),
    Target("p99_ms", "at_most", 1000),
    Target("errors_5xx", "at_most", 0),
    Target("errors_other", "at_most", 0),
    Target("audit_missing", "at_most", 0),
)

Answers = Sequence[tuple[int | str, float, float]]


def measure(*, small: bool = False) -> Report:
    """Fill the shop unless that is done, start the web server, and send the mix twice: to warm
    up, and to be measured.
    """
    rate, seconds = (SMALL_RATE, SMALL_SECONDS) if small else (RATE, SECONDS)
    with database():
        _fill(SMALL_SIZE if small else SIZE)
        with running_web() as product:
            shop = _shop(product)
            warm_up = rate * WARM_UP_SECONDS
            planned = requests(shop, warm_up + rate * seconds)
            _send(product, planned[:warm_up], rate)
            noted, before = _audited(), spent_by_parts(product.pid)
            sent = _send(product, planned[warm_up:], rate)
            after = spent_by_parts(product.pid)
            noted = _audited() - noted
        cpu = {part: round(after[part] - before.get(part, 0.0), 1) for part in after}
        cpu["generator"] = round(sent["cpu_seconds"], 1)
    return Report(
        benchmark="load",
        sample=f"{SIZE if not small else SMALL_SIZE}; {rate} requests a second for {seconds} s by "
        f"{len(shop.agents)} agents and {len(shop.keys)} keys; a web process of two "
        "threads for each core, and the worker that reads what comes in",
        peer="an answer of the same server without a page or a record, in the same mix",
        figures=figures(planned[warm_up:], sent["answers"], seconds, cpu, noted),
        targets=TARGETS,
        small=small,
    )


def figures(
    asked: Sequence[Mapping[str, Any]],
    answers: Answers,
    seconds: float,
    cpu: Mapping[str, float],
    noted: int,
) -> dict[str, Any]:
    """Latencies from when a request was due, over all of them and of each kind, what went
    wrong, and what the parts of the product took of the processors.
    """
    by_kind: dict[str, list[float]] = defaultdict(list)
    wrong: Counter[str] = Counter()
    told = 0
    for request, (outcome, latency, _late) in zip(asked, answers, strict=True):
        by_kind[request["kind"]].append(latency)
        if trouble := _trouble(outcome):
            wrong[trouble] += 1
        told += not trouble and request["kind"] not in IMPERSONAL
    every = [latency for kind, own in by_kind.items() if kind not in PEER for latency in own]
    api = [latency for kind in API for latency in by_kind[kind]]
    return {
        "requests": len(answers),
        **_quantiles("", every),
        "slowest_ms": round(max(every) * 1000, 1),
        "errors_5xx": wrong["5xx"],
        "errors_other": sum(wrong.values()) - wrong["5xx"],
        **{f"errors_{name}": count for name, count in sorted(wrong.items()) if name != "5xx"},
        "audit_entries": noted,
        "audit_missing": told - noted,
        "sent_late_p99_ms": round(quantile([late for _o, _s, late in answers], 0.99) * 1000, 1),
        **{f"{part}_cores": round(spent / seconds, 2) for part, spent in cpu.items()},
        **_quantiles("all_of_api_", api),
        **{name: value for kind in by_kind for name, value in _of(kind, by_kind[kind])},
    }


def _of(kind: str, seconds: Sequence[float]) -> list[tuple[str, float]]:
    return list(_quantiles(f"{kind}_", seconds).items())


def _quantiles(prefix: str, seconds: Sequence[float]) -> dict[str, float]:
    """50th, 95th and 99th percentile in milliseconds."""
    if not seconds:
        return {}
    return {
        f"{prefix}p{share}_ms": round(quantile(seconds, share / 100) * 1000, 1)
        for share in (50, 95, 99)
    }


def _trouble(outcome: int | str) -> str:
    """What is wrong with an outcome, "" for nothing: a status of 2xx or 3xx."""
    if isinstance(outcome, str):
        return outcome
    if outcome < 400:
        return ""
    return "5xx" if outcome >= 500 else str(outcome)


def _fill(size: Size) -> None:
    """A kept shop is filled once."""
    if Customer.objects.exists():
        return
    fill(size)
    rebuild()
    refresh_words()


def _audited() -> int:
    return AuditEntry.objects.count()


def _shop(product: Product) -> Shop:
    """What the shop has, and whom it lets in."""
    agents, keys = _agents(), _keys()
    partner = Caller(product, keys[0])
    continued, changes = [], []
    for record in RECORDS:
        continued += _pages_after(partner, f"/api/v1/{record}/", "next")
        changes.append(f"/api/v1/{record}/changes/")
        feed = f"/api/v1/{record}/changes/?since="
        place = json.loads(partner.get(changes[-1]))["next"]
        changes.append(feed + place)
    return Shop(
        customers=_keys_of(Customer),
        orders=_keys_of(Order),
        tickets=_keys_of(Ticket),
        product=Goods.objects.earliest("pk").pk,
        continued=continued,
        changes=changes,
        agents=agents,
        keys=keys,
    )


def _pages_after(partner: Caller, address: str, name: str) -> list[str]:
    """The addresses of the pages that follow a list's first one."""
    found = []
    for _ in range(PAGES_ON):
        following = json.loads(partner.get(address))[name]
        address = "/" + following.split("/", 3)[3] if "://" in following else following
        found.append(address)
    return found


def _keys_of(model: Any) -> range:
    return range(model.objects.earliest("pk").pk + 1, model.objects.latest("pk").pk)


def _agents() -> list[dict[str, str]]:
    """The headers of each agent's browser, logged in."""
    cookie = settings.SESSION_COOKIE_NAME
    found = []
    for user in User.objects.filter(pk__in=staff()[0]).order_by("pk"):
        client = Client(SERVER_NAME="127.0.0.1")
        client.force_login(user)
        kept = f"{cookie}={client.cookies[cookie].value}; {settings.CSRF_COOKIE_NAME}={TOKEN}"
        found.append({"Cookie": kept, "X-CSRFToken": TOKEN, "Accept-Encoding": "gzip, br"})
    return found


def _keys() -> list[dict[str, str]]:
    """The headers of partners' systems, whose keys have the usual limit."""
    found = []
    for number in range(PARTNERS):
        user, _ = User.objects.get_or_create(username=f"benchmark-partner-{number}")
        user.groups.add(Group.objects.get(name="partner"))
        found.append({"Authorization": bearer(user, requests_per_minute=600)})
    return found


def _send(product: Product, planned: Sequence[Mapping[str, Any]], rate: int) -> dict[str, Any]:
    """Have the other process send these, and wait for what came of them."""
    plan = {"host": product.host, "port": product.port, "rate": rate, "requests": planned}
    ended = subprocess.run(
        [sys.executable, "-m", "benchmarks.instruments.open_load"],
        input=json.dumps(plan),
        stdout=subprocess.PIPE,
        cwd=settings.BASE_DIR,
        text=True,
        check=True,
    )
    answer: dict[str, Any] = json.loads(ended.stdout)
    return answer
