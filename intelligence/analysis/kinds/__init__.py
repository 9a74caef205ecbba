"""The kinds of rows that are read, by the name of their model, in the order of a full run.

Products come first, because customers are read through the products they bought.
"""

from __future__ import annotations

from intelligence.analysis.kind import Kind
from intelligence.analysis.kinds.customers import Customers
from intelligence.analysis.kinds.messages import Messages
from intelligence.analysis.kinds.passages import Passages
from intelligence.analysis.kinds.products import Products
from intelligence.analysis.kinds.reviews import Reviews

KINDS: dict[str, Kind] = {
    kind.name: kind for kind in (Products(), Messages(), Reviews(), Passages(), Customers())
}
