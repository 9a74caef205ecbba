"""The formats that can be taken in. A new one is a module and a line here."""

from __future__ import annotations

from customers.imports.articles import Articles
from customers.imports.errors import ImportProblem
from customers.imports.format import Format
from customers.imports.online_retail import OnlineRetail
from customers.imports.orders import Orders
from customers.imports.records import Customers, Products
from customers.imports.reviews import Reviews
from customers.imports.tickets import Tickets

FORMATS: dict[str, Format] = {
    kind.name: kind
    for kind in (
        *(Customers(), Products(), Orders(), Tickets(), Reviews(), Articles()),
        OnlineRetail(),
    )
}


def format_named(name: str) -> Format:
    """The format of this name. Raises ImportProblem naming those there are."""
    if name not in FORMATS:
        raise ImportProblem(f"There is no format {name!r}; choose one of {', '.join(FORMATS)}.")
    return FORMATS[name]


def format_choices() -> list[tuple[str, str]]:
    """Names and labels, for a form."""
    return [(name, str(kind.label)) for name, kind in FORMATS.items()]
