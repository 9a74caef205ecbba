"""The places of findings as a page shows them: where they lead, with the words marked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from customers.models import Finding, Message
from customers.quotations import editing_address_of
from customers.radar.wording import RECORDS


@dataclass(frozen=True, slots=True)
class Side:
    """One place: what it is, its words before, in and after the quote, its address, and the
    number of what it says where places differ.
    """

    record: str
    title: str
    before: str
    quote: str
    after: str
    address: str
    value: int


def sides_of(findings: Iterable[Finding]) -> dict[int, list[Side]]:
    """The places of each finding by its key; one query for all."""
    findings = list(findings)
    replies = [
        side["record_id"]
        for finding in findings
        for side in finding.sides
        if side["record"] == "message"
    ]
    rows = Message.objects.filter(pk__in=replies)
    tickets: dict[int, int] = dict(rows.values_list("pk", "ticket_id"))
    return {
        finding.pk: [_side(side, tickets, number) for number, side in enumerate(finding.sides)]
        for finding in findings
    }


def against(sides: Iterable[Side]) -> list[list[Side]]:
    """The places that say the same, for each thing that is said."""
    by_value: dict[int, list[Side]] = defaultdict(list)
    for side in sides:
        by_value[side.value].append(side)
    return list(by_value.values())


def _side(side: dict[str, Any], tickets: Mapping[int, int], number: int) -> Side:
    start, end = side["start"], side["end"]
    return Side(
        record=str(RECORDS.get(side["record"], "")),
        title=side["title"],
        before=side["text"][:start],
        quote=side["text"][start:end],
        after=side["text"][end:],
        address=_address(side, tickets),
        value=side.get("value", number),
    )


def _address(side: dict[str, Any], tickets: Mapping[int, int]) -> str:
    kind, pk = side["record"], side["record_id"]
    if kind == "message":
        kind, pk = "ticket", tickets.get(pk)
    return editing_address_of(kind, pk) if pk else ""
