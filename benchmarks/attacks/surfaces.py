"""Looks at everything the product shows: found by its own addresses, so that new pages count.

Staff open every list page by page, every page of each record that an attack made, the admin,
exports and the search with the words of an attack; somebody unknown opens whatever is public
and follows its links.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import product
from urllib.parse import quote, urlsplit

from bs4 import BeautifulSoup
from django.contrib import admin
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from benchmarks.attacks.corpus import one_of_each
from benchmarks.attacks.entry import API, Entered
from benchmarks.attacks.looks import ANONYMOUS, STAFF, Look, get, post
from benchmarks.attacks.world import World
from customers.models import Finding
from customers.plots.registry import PLOTS

# What the first part of an address is about, for addresses with the key of one record.
RECORDS = {
    "tickets": "ticket", "customers": "customer", "products": "product", "orders": "order",
    "articles": "article", "imports": "import",
}  # fmt: skip
OF_RECORD = re.compile(r"(\w+)/<int:pk>/[\w./-]*$")
NOT_OPENED = ("admin/", "api/", "logout", "login", "i18n", "plots/")
MOST_PAGES, MOST_CRAWLED = 40, 250
SEARCHED = ("customers", "tickets", "products", "orders", "articles", "reviews")
IN_ADMIN = {
    "ticket": "ticket", "customer": "customer", "product": "product", "order": "order",
    "article": "article", "review": "review", "import": "import",
}  # fmt: skip


def looks(world: World, entered: Sequence[Entered]) -> Iterator[Look]:
    """Everything, one after another."""
    yield from records(world, entered)
    yield from _lists(world)
    yield from _searches(world, entered)
    yield from _tables(world, entered)
    yield from _admin(world, entered)
    yield from _partner(world, entered)
    yield from _public(world)


def routes() -> list[str]:
    """The addresses of the screens, as they are written in the URL files."""
    return [route for route in _walk(get_resolver().url_patterns) if route]


def _walk(patterns: Iterable[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, route)
        elif not route.startswith(NOT_OPENED) and "(" not in route and "^" not in route:
            yield route


def records(world: World, entered: Sequence[Entered]) -> Iterator[Look]:
    """The pages of the records that the attacks made, as staff open them."""
    of_kind: dict[str, list[str]] = {}
    for route in routes():
        if found := OF_RECORD.match(route):
            of_kind.setdefault(RECORDS.get(found[1], ""), []).append(route)
    for kind, pk, attack in _made(entered):
        for route in of_kind.get(kind, ()):
            address = "/" + route.replace("<int:pk>", str(pk))
            yield get(world.browser, address, surface=route, audience=STAFF, attack=attack)


def _made(entered: Sequence[Entered]) -> list[tuple[str, int, str]]:
    """Each record once: its kind, its key, and the attack that made it; "" for several."""
    of: dict[tuple[str, int], list[str]] = {}
    for one in entered:
        for record in one.records.items():
            of.setdefault(record, []).append(one.attack.id)
    return [(*record, keys[0] if len(keys) == 1 else "") for record, keys in of.items()]


def _lists(world: World) -> Iterator[Look]:
    for route in (route for route in ("", *routes()) if "<" not in route):
        for number in range(1, MOST_PAGES):
            address = f"/{route}?page={number}" if number > 1 else f"/{route}"
            look = get(world.browser, address, surface=route or "home", audience=STAFF)
            yield look
            if f"page={number + 1}" not in look.text:
                break
    for kind, status in product(Finding.Kind.values, Finding.Status.values):
        address = f"/radar/?kind={kind}&status={status}"
        yield get(world.browser, address, surface="radar/", audience=STAFF)
    for kind in ("topics", "alarms", "questions"):
        listed = get(world.browser, f"/{kind}/", surface=f"{kind}/", audience=STAFF)
        for pk in sorted(set(re.findall(rf"/{kind}/(\d+)/", listed.text))):
            address = f"/{kind}/{pk}/"
            yield get(world.browser, address, surface=f"{kind}/<int:pk>/", audience=STAFF)


def _searches(world: World, entered: Sequence[Entered]) -> Iterator[Look]:
    for one in (one for one in entered if one.attack.field == "search"):
        words = quote(one.text, errors="replace")
        found = get(
            world.anonymous, f"/help/search/?q={words}", surface="help/search/?q=",
            audience=ANONYMOUS, attack=one.attack.id,
        )  # fmt: skip
        yield replace(found, said=one.text)
        for kind in SEARCHED:
            for address in (f"/{kind}/?q={words}", f"{API}{kind}/?search={words}"):
                client = world.api if address.startswith(API) else world.browser
                surface = f"{kind}/?q=" if client is world.browser else f"api {kind} search"
                yield get(client, address, surface=surface, audience=STAFF, attack=one.attack.id)
            name = f"admin:customers_{kind.rstrip('s')}_changelist"
            address = f"{reverse(name)}?q={words}"
            yield get(
                world.browser, address, surface="admin search", audience=STAFF, attack=one.attack.id
            )


def _tables(world: World, entered: Sequence[Entered]) -> Iterator[Look]:
    """Files for spreadsheets: exports, the data of plots, rows that an import refused."""
    for model in IN_ADMIN.values():
        address = reverse(f"admin:customers_{model}_changelist")
        form = {"action": "export_csv", "select_across": "1", "_selected_action": "0"}
        yield post(world.browser, address, form, surface=f"export of {model}", audience=STAFF)
    address = f"/audiences/{world.audience.pk}/members.csv"
    yield get(world.browser, address, surface="audience members.csv", audience=STAFF)
    for name in PLOTS:
        for address in (f"/plots/{name}.csv", f"/plots/{name}/{world.product.pk}.csv"):
            yield get(world.browser, address, surface="plot data", audience=STAFF)
    for kind, pk, attack in _made(entered):
        if kind == "import":
            yield get(
                world.browser, f"/imports/{pk}/rejects/", surface="rejects", audience=STAFF,
                attack=attack,
            )  # fmt: skip


def _admin(world: World, entered: Sequence[Entered]) -> Iterator[Look]:
    for model in admin.site._registry:
        try:
            address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        except NoReverseMatch:
            continue
        yield get(world.browser, address, surface="admin list", audience=STAFF)
    wanted = {attack.id for attack in one_of_each(one.attack for one in entered)}
    some = [one for one in entered if one.attack.id in wanted]
    for kind, pk, attack in _made(some):
        if kind in IN_ADMIN:
            address = reverse(f"admin:customers_{IN_ADMIN[kind]}_change", args=[pk])
            yield get(world.browser, address, surface="admin form", audience=STAFF, attack=attack)


def _partner(world: World, entered: Sequence[Entered]) -> Iterator[Look]:
    """What the API gives back; it must be JSON, whatever was asked for."""
    for address in world.api.get(API).json().values():
        yield get(world.api, urlsplit(address).path, surface="api lists", audience=STAFF)
    kinds = {"ticket", "customer", "product", "order", "article", "review"}
    for kind, pk, attack in _made(entered):
        if kind in kinds:
            yield get(
                world.api, f"{API}{kind}s/{pk}/", surface=f"api {kind}s", audience=STAFF,
                attack=attack,
            )  # fmt: skip


def _public(world: World) -> Iterator[Look]:
    """What somebody without a name can open, and where its links lead on this site."""
    waiting = [f"/{route}" for route in ("", *routes()) if "<" not in route]
    waiting += [f"/customers/{world.attacker.pk}/", f"/audiences/{world.audience.pk}/members.csv"]
    seen = set(waiting)
    for address in waiting:
        surface = re.sub(r"\d+", "<pk>", urlsplit(address).path)
        look = get(world.anonymous, address, surface=f"public {surface}", audience=ANONYMOUS)
        if look.status != 200:
            continue
        yield look
        for link in _links(look.text):
            if link not in seen and len(seen) < MOST_CRAWLED:
                seen.add(link)
                waiting.append(link)


def _links(page: str) -> Iterator[str]:
    for tag in BeautifulSoup(page, "html.parser").find_all("a", href=True):
        parts = urlsplit(str(tag["href"]))
        if not parts.netloc and parts.path.startswith("/") and not parts.scheme:
            yield parts.path + (f"?{parts.query}" if parts.query else "")
