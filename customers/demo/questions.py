"""The thirty questions to the demo shop, filled in with the orders of the shop as loaded."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from customers.demo.content import content
from customers.demo.stories import VIP_KEY
from customers.models import Customer, Order

SOURCE = "demo"


@dataclass(frozen=True, slots=True)
class DemoQuestion:
    """One question of content/questions.toml, ready to be asked.

    `expects` is "text", "fact" or "nothing"; `sources` are external ids of articles or
    products; `accept` are regular expressions, one of which a right answer contains.
    `customer` is who asks, where their identity is verified.
    """

    key: str
    text: str
    language: str
    asker: str
    expects: str
    sources: tuple[str, ...]
    accept: tuple[str, ...]
    customer: Customer | None = None

    @property
    def is_answerable(self) -> bool:
        """Whether the shop's knowledge or records hold the answer."""
        return self.expects != "nothing"

    def accepts(self, answer: str) -> bool:
        """Whether the words of the answer are right."""
        return any(re.search(pattern, answer, re.IGNORECASE) for pattern in self.accept)


def demo_questions() -> list[DemoQuestion]:
    """All questions, in the order of the file. Raises Order.DoesNotExist without the shop."""
    records = {name: find() for name, find in RECORDS.items()}
    return [_question(row, records) for row in content("questions")["questions"]]


def _question(row: Mapping[str, Any], records: Mapping[str, Order]) -> DemoQuestion:
    own = records.get(row.get("record", ""))
    named = records.get(row.get("other", ""), own)
    words = _words(named) if named else {}
    return DemoQuestion(
        key=row["key"],
        text=row["text"].format(**words),
        language=row["language"],
        asker=row["asker"],
        expects=row["expects"],
        sources=tuple(row["sources"]),
        accept=tuple(_filled(pattern, words) for pattern in row["accept"]),
        customer=own.customer if own and row["asker"] == "customer" else None,
    )


def _filled(pattern: str, words: Mapping[str, str]) -> str:
    """The pattern with the words of the record; other braces belong to the pattern."""
    for name, word in words.items():
        pattern = pattern.replace(f"{{{name}}}", PATTERNS[name](word) if name in PATTERNS else word)
    return pattern


def _words(order: Order) -> dict[str, str]:
    day = timezone.localdate(order.placed_at)
    return {
        "number": order.number,
        "returned": order.returned_order.number if order.returned_order else "",
        "total": f"{order.total:.2f}",
        "date": day.isoformat(),
    }


def _sum(total: str) -> str:
    """A sum with or without a comma for the thousands, and not a part of a longer one."""
    whole, pence = total.split(".")
    return rf"(?<![\d.,]){int(whole):,}".replace(",", ",?") + rf"\.{pence}(?!\d)"


def _date(iso: str) -> str:
    """A day as people and computers write it in English."""
    year, month, day = (int(part) for part in iso.split("-"))
    name = MONTHS[month - 1]
    short = rf"{name[:3]}(?:{name[3:]}|{name[3:4]}?\.)?"
    return rf"{iso}|\b{day}(?:st|nd|rd|th)? {short},? {year}|{short} {day},? {year}"


MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
PATTERNS: dict[str, Callable[[str], str]] = {"total": _sum, "date": _date, "number": re.escape}


def _sales() -> Any:
    rows = Order.objects.filter(source=SOURCE, customer__isnull=False)
    return rows.select_related("customer", "returned_order").order_by("-placed_at", "-id")


def _vip_latest() -> Order:
    """What the guest house ordered last, and still waits for."""
    rows = _sales().filter(customer__external_id=VIP_KEY, kind=Order.Kind.SALE)
    return rows[:1].get()


def _newest_return() -> Order:
    """The latest return of a customer who writes English."""
    rows = _sales().filter(kind=Order.Kind.RETURN, customer__language="en")
    return rows.exclude(customer__external_id=VIP_KEY)[:1].get()


def _chinese_arrived() -> Order:
    """The latest order of a customer who writes Chinese that has arrived."""
    rows = _sales().filter(kind=Order.Kind.SALE, customer__language="zh")
    return rows.filter(fulfilment=Order.Fulfilment.DELIVERED)[:1].get()


# Whose records a question is about, by the `record` and `other` of the file.
RECORDS: dict[str, Callable[[], Order]] = {
    "vip_latest": _vip_latest,
    "newest_return": _newest_return,
    "chinese_arrived": _chinese_arrived,
}
