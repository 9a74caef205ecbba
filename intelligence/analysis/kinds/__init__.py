"""The kinds of rows that are read, in the order in which a full run takes them.

Products come first, because customers are read through the products they bought.
"""

from __future__ import annotations

from django.db import models

from intelligence.analysis.kind import Kind

# from intelligence.analysis.kinds.customers import Customers
from intelligence.analysis.kinds.messages import Messages
from intelligence.analysis.kinds.products import Products
from intelligence.analysis.kinds.reviews import Reviews

KINDS: dict[str, Kind] = {kind.name: kind for kind in (Products(), Messages(), Reviews())}


def kind_of(model: type[models.Model]) -> Kind:
    """The kind whose rows are of this model; LookupError when nothing reads them."""
    for kind in KINDS.values():
        if kind.model is model:
            return kind
    raise LookupError(f"nothing reads {model.__name__}")
