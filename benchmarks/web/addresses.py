"""The addresses of the screens: lists are found by the product's own routes, filters by the
definitions behind the lists, tabs and queues by the links on the pages. What is added to the
product is thereby looked at too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from html import unescape
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.db.models import QuerySet
from django.template import Template
from django.test import Client
from django.test.utils import instrumented_test_render  # type: ignore[attr-defined]
from django.urls import URLPattern
from django.utils import timezone
from django_filters import FilterSet

from customers.models import Company, Customer, Order, Review, Ticket
from customers.urls import urlpatterns

# Addresses without a number that are no list of rows.
SCREENS = [route for route in urlpatterns if isinstance(route, URLPattern)]
NO_LISTS = {"health", "login", "logout", "search", "home", "aspects"}
DEEP = ("page=20", "page=200")  # the last page that can be asked for holds the 10,000th row
MOST_CHOICES, MOST_LINKS = 12, 30
LINK = re.compile(r'href="([^"]*\?[^"]+)"')
# What people type into filters that are free text, by the filter's name.
TYPED = {
    "q": ("smith", "order", "10", "zeppelin"),
    "tag": ("vip", "retail", "parcel", "shipping", "nothing"),
    "city": ("Lo", "zzz"),
    "company": ("Company 7", "nothing"),
    "currency": ("GBP", "EUR"),
    "category": ("Kettle", "nothing"),
    "source": ("shopify", "own", "nothing"),
    "queue": (),
}
NUMBERS = {
    "orders_min": ("1", "5", "100"),
    "spent_min": ("10", "9990"),
    "spent_below": ("1", "9000"),
}
DAYS_AGO = (0, 30, 365, 3650)


@dataclass(frozen=True, slots=True)
class Page:
    """A page to open: its kind in the figures, what it is called there, and its address."""

    kind: str
    name: str
    address: str


def lists() -> dict[str, str]:
    """The addresses of all lists of the screens by the name of their route."""
    named = {
        str(route.name): f"/{route.pattern}"
        for route in SCREENS
        if route.name not in NO_LISTS and str(route.pattern) == f"{route.name}/"
    }
    return (
        named
        | {"mail-in": "/channels/inbound/", "mail-out": "/channels/outbound/"}
        | {
            "corrections": "/corrections/",
            "model-egress": "/models/egress/",
            "rule-log": "/rules/log/",
        }
    )


def pages(client: Client) -> list[Page]:
    """Every page that is measured, each once."""
    found = [page for name, address in lists().items() for page in of_list(client, name, address)]
    return [*found, *records(), *overviews()]


def of_list(client: Client, name: str, address: str) -> Iterator[Page]:
    """A list: as it opens, each tab, queue and saved view, each filter, and deep pages."""
    context, text = opened(client, address)
    yield Page(name, name, address)
    for number, query in enumerate(_links(text, address)):
        yield Page(name, f"{name}, link {number}: {_plain(query)}", f"{address}?{query}")
    narrowed = context.get("filter")
    if isinstance(narrowed, FilterSet):
        for query in filter_queries(narrowed):
            yield Page(name, f"{name}?{_plain(query)}", f"{address}?{query}")
    if "page" in context and context["page"].paginator.num_pages > 1:
        for query in DEEP:
            yield Page(name, f"{name}?{query}", f"{address}?{query}")


def filter_queries(narrowed: FilterSet) -> Iterator[str]:
    """A query for each value worth trying of each filter, one filter at a time."""
    for name in narrowed.filters:
        for value in _values(name, narrowed.form.fields[name]):
            yield urlencode({name: value})


def opened(client: Client, address: str) -> tuple[Any, str]:
    """The context that a page was drawn with, and its HTML."""
    with patch.object(Template, "_render", instrumented_test_render):
        answer = client.get(address, headers={"accept-encoding": "identity"})
    if answer.status_code != 200:
        raise RuntimeError(f"{address}: {answer.status_code}")
    return answer.context, answer.content.decode()


def _links(text: str, address: str) -> list[str]:
    """What the page's own links ask of it, further pages left out."""
    queries = []
    for link in map(unescape, LINK.findall(text)):
        parts = urlsplit(link)
        asked = parse_qsl(parts.query)
        if parts.path in ("", address) and asked and "page" not in dict(asked):
            queries.append(urlencode(asked))
    return list(dict.fromkeys(queries))[:MOST_LINKS]


def _values(name: str, field: Any) -> list[str]:
    """What to ask of a filter: real values, the first and the last ones where there are many."""
    if isinstance(getattr(field, "queryset", None), QuerySet):
        rows = _busiest(field.queryset)
        nothing = [field.null_value] if getattr(field, "null_label", None) else []
        return [*nothing, *(str(pk) for pk in rows)]
    if hasattr(field, "choices"):
        values = [str(value) for value, _label in field.choices if value not in (None, "")]
        return values if len(values) <= MOST_CHOICES else [*values[:4], *values[-2:]]
    if name in NUMBERS or name in TYPED:
        return list(NUMBERS.get(name, TYPED.get(name, ())))
    if type(field).__name__ == "DateField":
        return [f"{timezone.localdate() - timedelta(days=days)}" for days in DAYS_AGO]
    return ["7"]


def _busiest(rows: QuerySet[Any]) -> list[Any]:
    """Keys of the rows to narrow by: few of a table, the busiest customer among them."""
    keys = [*rows.order_by("pk").values_list("pk", flat=True)[:3]]
    if rows.model is Customer:
        keys.append(busiest_customer().pk)
    return list(dict.fromkeys(keys))


def _plain(query: str) -> str:
    """The query as the figures call it, the same in each shop and on each day."""
    told = re.sub(r"=(\d{4}-\d\d-\d\d)(?=&|$)", lambda day: f"={_days_ago(day[1])}d", query)
    return re.sub(r"(customer|product|view|ticket)=\d+", r"\1=#", told)


def _days_ago(day: str) -> int:
    return (timezone.localdate() - date.fromisoformat(day)).days


def busiest_customer() -> Customer:
    """Who ordered most."""
    most = Customer.objects.defer("search").order_by("-order_count", "-id").first()
    if most is None:
        raise RuntimeError("there are no customers: fill the shop first")
    return most


def records() -> Iterator[Page]:
    """Record pages: usual ones, and those with most about them."""
    busy = busiest_customer()
    usual = Customer.objects.latest("pk").pk - 100
    yield Page("customer", "customer", f"/customers/{usual}/")
    yield Page("customer", "customer, the busiest", f"/customers/{busy.pk}/")
    for kind in ("orders", "tickets", "messages", "reviews", "edits"):
        yield Page(
            "customer", f"customer, the busiest, {kind}", f"/customers/{busy.pk}/?kind={kind}"
        )
    *_, before = busy.orders.order_by("-placed_at")[:50]
    cursor = urlencode({"before": f"{before.placed_at.isoformat()}~orders~{before.pk}"})
    yield Page(
        "customer", "customer, the busiest, earlier", f"/customers/{busy.pk}/timeline/?{cursor}"
    )
    theirs = busy.tickets.order_by("-pk").first()  # in a small shop they may have none
    for name, ticket in (
        ("ticket", Ticket.objects.latest("pk")),
        ("ticket of the busiest", theirs),
    ):
        if ticket:
            yield Page("ticket", name, f"/tickets/{ticket.pk}/")
    yield Page("order", "order", f"/orders/{Order.objects.latest('pk').pk}/")
    yield Page("product", "product", f"/products/{Review.objects.latest('pk').product_id}/")
    company = Company.objects.order_by("pk").first()
    if company:
        yield Page("company", "company", f"/companies/{company.pk}/")


def overviews() -> Iterator[Page]:
    """Home and the reports, which sum many rows up."""
    for name in ("home", "insight-sales", "insight-customers", "insight-voice", "insight-desk"):
        address = next(f"/{route.pattern}" for route in SCREENS if route.name == name)
        yield Page("reports" if name != "home" else "home", name, address)
