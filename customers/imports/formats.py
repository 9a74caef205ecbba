"""The formats that can be taken in. A new one is a module and a line here."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from customers.imports.articles import Articles
from customers.imports.errors import ImportProblem
from customers.imports.files import open_table
from customers.imports.format import Format
from customers.imports.layouts.shopify import ShopifyCustomers, ShopifyOrders, ShopifyProducts
from customers.imports.layouts.woocommerce import WooCustomers, WooOrders, WooProducts
from customers.imports.layouts.zendesk import ZendeskTickets, ZendeskUsers
from customers.imports.mapping import proposed
from customers.imports.messages import Messages
from customers.imports.online_retail import OnlineRetail
from customers.imports.orders import Orders
from customers.imports.records import Customers, Products
from customers.imports.reviews import Reviews
from customers.imports.tickets import Tickets

FORMATS: dict[str, Format] = {
    kind.name: kind
    for kind in (
        *(Customers(), Products(), Orders(), Tickets(), Messages(), Reviews(), Articles()),
        OnlineRetail(),
        *(ShopifyCustomers(), ShopifyOrders(), ShopifyProducts()),
        *(WooCustomers(), WooOrders(), WooProducts()),
        *(ZendeskTickets(), ZendeskUsers()),
    )
}
# Names that stand for any of several formats: the columns tell which.
FAMILIES = ("shopify", "woocommerce", "zendesk", "generic")


def format_named(name: str, path: Path | None = None) -> Format:
    """The format of this name; of a family, the one that the file is of. Raises ImportProblem
    naming those there are.
    """
    if name in FAMILIES and path is not None:
        columns = open_table(path).columns
        kind = recognised(columns, family=name)
        if kind is None:
            raise ImportProblem(f"{path.name} is no export of {name}: {', '.join(columns)}.")
        return kind
    if name not in FORMATS:
        known = ", ".join((*FORMATS, *FAMILIES))
        raise ImportProblem(f"There is no format {name!r}; choose one of {known}.")
    return FORMATS[name]


def recognised(columns: Iterable[str], *, family: str = "") -> Format | None:
    """The format whose columns these are: a known export, else the one that finds most of its
    fields among them.
    """
    found = set(columns)
    if family != "generic":
        for kind in FORMATS.values():
            is_meant = not family or kind.name.startswith(family)
            if is_meant and any(signature <= found for signature in kind.signatures):
                return kind
    if family in ("", "generic"):
        return _most_alike(found)
    return None


def _most_alike(columns: set[str]) -> Format | None:
    """The format that the columns fit; None where all lack something they need."""
    fits: dict[str, int] = {}
    for name, kind in FORMATS.items():
        mapping = proposed(kind, sorted(columns)) if kind.fields and not kind.signatures else {}
        if kind is FORMATS["online_retail"] and not kind.is_lacking(columns):
            return kind
        if mapping and not kind.is_lacking(mapping):
            fits[name] = len(mapping)
    return FORMATS[max(fits, key=lambda name: fits[name])] if fits else None


def format_choices() -> list[tuple[str, str]]:
    """Names and labels, for a form."""
    return [(name, str(kind.label)) for name, kind in FORMATS.items()]
