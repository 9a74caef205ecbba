"""What a busy shop asks for: agents at their screens, and partners' systems with their keys."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import urlencode

from django.utils import timezone

# How many of a hundred requests are of each kind, which is two seconds: twenty-odd agents who go
# on to another page every second or two, whose open pages ask for fragments meanwhile, and four
# systems of partners.
DESK = {"inbox": 5, "conversation": 7, "reading": 2, "presence": 8, "typed": 6, "note": 2}
ABOUT = {"customer": 5, "customers": 2, "timeline": 1, "orders": 1, "order": 2}
SCREENS = DESK | ABOUT | {"search": 8, "home": 1, "reports": 1}
READ = {"api_list": 9, "api_record": 14, "api_changes": 6}
API = READ | {"api_customer": 8, "api_order": 8, "api_message": 3}
PEER = {"peer": 1}
IMPERSONAL = {"presence", "reports", "peer"}  # the audit has no entry of these
MIX = SCREENS | API | PEER
SEED = 7
QUEUES = ("open", "mine", "unassigned", "negative", "due", "mentions")
LISTED = ("q=smith", "segment=loyal", "sort=-spent", "tag=vip", "country=France")
TYPED = ("smi", "smith", "10023", "buyer77", "brass lant", "王丽", "induction")
RECORDS = ("customers", "orders", "tickets")


@dataclass(frozen=True, slots=True)
class Shop:
    """What there is to ask for: keys from the first to the last of each record, the addresses
    that continue a list or a feed of changes, and who asks, each by the headers they send.
    """

    customers: range
    orders: range
    tickets: range
    product: int
    continued: Sequence[str]
    changes: Sequence[str]
    agents: Sequence[Mapping[str, str]]
    keys: Sequence[Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, with its kind in the figures."""

    kind: str
    method: str
    path: str
    body: str | None = None
    extra: Mapping[str, str] = field(default_factory=dict)


def requests(shop: Shop, count: int) -> list[dict[str, Any]]:
    """So many requests, the same in each run: kinds in their shares, shuffled in each hundred."""
    dice = Random(SEED)  # the same load each time
    callers = {"api": 0, "screen": 0}
    made = []
    for number, kind in enumerate(_kinds(count, dice)):
        asked = MAKERS[kind](shop, dice, number)
        who = "api" if kind in API else "screen"
        people = shop.keys if who == "api" else shop.agents
        headers = {**people[callers[who] % len(people)], **asked.extra}
        callers[who] += 1
        made.append(
            {
                "kind": kind,
                "method": asked.method,
                "path": asked.path,
                "body": asked.body,
                "headers": headers,
            }
        )
    return made


def _kinds(count: int, dice: Random) -> Iterator[str]:
    hundred = [kind for kind, times in MIX.items() for _ in range(times)]
    for number in range(count):
        if number % len(hundred) == 0:
            dice.shuffle(hundred)
        yield hundred[number % len(hundred)]


def _get(kind: str, path: str, **extra: str) -> Asked:
    return Asked(kind, "GET", path, extra=extra)


def _form(named: str, path: str, **values: Any) -> Asked:
    form = {"Content-Type": "application/x-www-form-urlencoded", "HX-Request": "true"}
    return Asked(named, "POST", path, urlencode(values), form)


def _json(kind: str, method: str, path: str, values: Mapping[str, Any], **extra: str) -> Asked:
    headers = {"Content-Type": "application/json", **extra}
    return Asked(kind, method, path, json.dumps(values), headers)


def _inbox(_shop: Shop, dice: Random, _number: int) -> Asked:
    page = "&page=2" if dice.random() < 0.1 else ""
    return _get("inbox", f"/tickets/?queue={dice.choice(QUEUES)}{page}")


def _search(_shop: Shop, dice: Random, _number: int) -> Asked:
    query = urlencode({"q": dice.choice(TYPED)})
    return _get("search", f"/search/?{query}", **{"HX-Request": "true"})


def _list_of_api(shop: Shop, dice: Random, _number: int) -> Asked:
    if dice.random() < 0.5:
        return _get("api_list", dice.choice(shop.continued))
    return _get("api_list", f"/api/v1/{dice.choice(RECORDS)}/")


def _record_of_api(shop: Shop, dice: Random, _number: int) -> Asked:
    record = dice.choice(RECORDS)
    return _get("api_record", f"/api/v1/{record}/{dice.choice(getattr(shop, record))}/")


def _customer_of_api(_shop: Shop, dice: Random, number: int) -> Asked:
    key = dice.randrange(20_000)
    values = {"name": f"Load {key}", "email": f"load{key}@mail.example.com", "city": f"{number}"}
    return _json("api_customer", "PUT", f"/api/v1/customers/by-external-id/load/{key}/", values)


def _order_of_api(shop: Shop, dice: Random, number: int) -> Asked:
    values = {
        "number": f"L{number}",
        "customer": dice.choice(shop.customers),
        "placed_at": timezone.now().isoformat(),
        "currency": "GBP",
        "status": dice.choice(("open", "completed")),
        "lines": [{"product": shop.product, "quantity": 1, "unit_price": "15.00"}],
    }
    key = dice.randrange(20_000)
    return _json("api_order", "PUT", f"/api/v1/orders/by-external-id/load/{key}/", values)


def _message_of_api(shop: Shop, dice: Random, number: int) -> Asked:
    path = f"/api/v1/tickets/{dice.choice(shop.tickets)}/messages/"
    said = {"body": f"It has still not arrived, and I asked {number} times."}
    once = {"Idempotency-Key": f"load-{dice.getrandbits(64)}"}
    return _json("api_message", "POST", path, said, **once)


def _address(kind: str, of: str, path: str) -> Callable[[Shop, Random, int], Asked]:
    return lambda shop, dice, _number: _get(kind, path.format(dice.choice(getattr(shop, of))))


def _typed_at(named: str, path: str, **values: str) -> Callable[[Shop, Random, int], Asked]:
    return lambda shop, dice, _number: _form(
        named, path.format(dice.choice(shop.tickets)), **values
    )


MAKERS: Mapping[str, Callable[[Shop, Random, int], Asked]] = {
    "inbox": _inbox,
    "conversation": _address("conversation", "tickets", "/tickets/{}/"),
    "reading": _address("reading", "tickets", "/tickets/{}/reading/?evidence=intent"),
    "presence": _typed_at("presence", "/tickets/{}/presence/"),
    "typed": _typed_at("typed", "/tickets/{}/typed/", body="Dear customer", kind="reply"),
    "note": _typed_at("note", "/tickets/{}/reply/", body="Asked the warehouse.", kind="note"),
    "customer": _address("customer", "customers", "/customers/{}/"),
    "customers": lambda _shop, dice, _n: _get("customers", f"/customers/?{dice.choice(LISTED)}"),
    "timeline": _address("timeline", "customers", "/customers/{}/timeline/"),
    "orders": lambda _shop, dice, _n: _get("orders", f"/orders/?page={dice.randint(1, 3)}"),
    "order": _address("order", "orders", "/orders/{}/"),
    "search": _search,
    "home": lambda *_: _get("home", "/"),
    "reports": lambda *_: _get("reports", "/insight/"),
    "api_list": _list_of_api,
    "api_record": _record_of_api,
    "api_changes": lambda shop, dice, _n: _get("api_changes", dice.choice(shop.changes)),
    "api_customer": _customer_of_api,
    "api_order": _order_of_api,
    "api_message": _message_of_api,
    "peer": lambda *_: _get("peer", "/health/"),
}
