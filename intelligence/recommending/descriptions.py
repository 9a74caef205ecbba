"""What a fit is told of products beside who bought them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from customers.models import Product
from intelligence.engines.item_attributes import Attributes


def described(pks: Sequence[int]) -> tuple[list[str], Attributes]:
    """Name and brand of each product, and its category and price; prices of the currency
    that most products have, for others are not of one scale.
    """
    fields = ("pk", "name", "brand", "category", "price", "currency")
    found = {row[0]: row[1:] for row in Product.objects.filter(pk__in=pks).values_list(*fields)}
    rows = [found[pk] for pk in pks]
    usual = Counter(currency for *_, currency in rows).most_common(1)[0][0]
    prices = [
        float(price) if price is not None and currency == usual else np.nan
        for *_, price, currency in rows
    ]
    words = [f"{name} {brand}" for name, brand, *_ in rows]
    return words, Attributes([row[2] for row in rows], np.array(prices, np.float64))
