"""The whole shop from a seed and a day: the same for the same two, on any machine."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from customers.demo.catalogue import products
from customers.demo.content import content, names_in
from customers.demo.orders import orders
from customers.demo.people import people
from customers.demo.records import Article, Shop
from customers.demo.reviews import reviews
from customers.demo.seasons import before
from customers.demo.tickets import tickets

SEED = 1847


def generate(seed: int, anchor: date) -> Shop:
    """The shop as it looks on the morning of `anchor`, with two years behind it."""
    goods, customers = products(seed), people(seed)
    sold = orders(seed, anchor, customers, goods)
    return Shop(
        anchor=anchor,
        products=goods,
        people=customers,
        orders=sold,
        reviews=reviews(seed, anchor, sold),
        tickets=tickets(seed, anchor, customers, sold, goods),
        articles=list(articles(anchor)),
    )


def articles(anchor: date) -> Iterator[Article]:
    """The help centre, file by file; days count back from the anchor."""
    for name in names_in("articles"):
        file = content(name)
        for row in file["articles"]:
            yield Article(
                key=row["key"],
                title=row["title"],
                category=row["category"],
                language=file["language"],
                body=row["body"].strip(),
                status=row.get("status", "published"),
                visibility=file.get("visibility", "public"),
                expires_on=_day(anchor, row.get("expires_days_ago")),
                changed_on=_day(anchor, row.get("changed_days_ago")),
            )


def _day(anchor: date, days_ago: int | None) -> date | None:
    return None if days_ago is None else before(anchor, days_ago)
