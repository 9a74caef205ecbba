"""The catalogue: products, their kinds, and what they cost when."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from random import Random
from typing import Any

from customers.demo.content import content, names_in
from customers.demo.records import Kind, Product
from customers.demo.stories import PRICE_RISE_DAY

GARDEN_RISE = Decimal("1.18")


@cache
def kinds() -> dict[str, Kind]:
    """How each kind of product sells."""
    return {
        name: Kind(**{**row, "tastes": tuple(row["tastes"])})
        for name, row in content("kinds").items()
    }


def products(seed: int) -> list[Product]:
    """The two hundred products, with stock drawn from the seed."""
    rng = Random(f"{seed}/stock")
    return [made for name in names_in("products") for made in _products_of(content(name), rng)]


def _products_of(file: dict[str, Any], rng: Random) -> Iterator[Product]:
    for number, row in enumerate(file["products"], start=1):
        yield Product(
            sku=f"{file['prefix']}-{number:03}",
            category=file["name"],
            plural=row.get("plural", False),
            price=Decimal(row["price"]),
            stock=0 if rng.random() < 0.03 else rng.randint(4, 160),
            **{
                key: row[key] for key in ("name", "noun", "noun_zh", "kind", "brand", "description")
            },
        )


def price_on(product: Product, days_before_anchor: int) -> Decimal:
    """What the product cost that many days ago: garden goods rose by 18 % since."""
    if product.category != "Garden" or days_before_anchor < PRICE_RISE_DAY:
        return product.price
    return (product.price / GARDEN_RISE).quantize(Decimal("0.1"), ROUND_HALF_UP)
