"""What rules refer to, looked up once a request: choices, products, audiences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from customers.audiences.fields import Field
from customers.audiences.references import AUDIENCE_FIELDS, PRODUCT_FIELDS, named
from customers.audiences.registry import CUSTOMERS, Registry
from customers.models import Audience, Product

MOST_AUDIENCES = 200


class Vocabulary:
    """Names by value; what was asked for once is not asked of the database again. `registry`
    holds the fields that the rules may name.
    """

    def __init__(self, registry: Registry = CUSTOMERS) -> None:
        self.registry = registry
        self._choices: dict[str, dict[str, str]] = {}
        self._products: dict[int, Product | None] = {}
        self._audiences: dict[int, Audience | None] = {}

    def choices(self, field: Field) -> Mapping[str, str]:
        """The label of each choice of a field."""
        if field.name not in self._choices:
            given = field.choices() if field.choices else ()
            self._choices[field.name] = {str(value): str(label) for value, label in given}
        return self._choices[field.name]

    def products(self, pks: Iterable[int]) -> dict[int, Product]:
        """Those of these products that there are."""
        return _looked_up(self._products, pks, Product.objects.only("name", "sku"))

    def audiences(self, pks: Iterable[int]) -> dict[int, Audience]:
        """Those of these audiences that there are."""
        return _looked_up(self._audiences, pks, Audience.objects.all())

    def reach(self, pks: Iterable[int]) -> set[int]:
        """These audiences and all that they lead to; at most a query a step."""
        found, new = set[int](), set(pks)
        while new:
            found |= new
            rules = [audience.rules for audience in self.audiences(new).values()]
            new = set().union(*(named(one, AUDIENCE_FIELDS) for one in rules)) - found
        return found

    def load(self, trees: Iterable[Any]) -> None:
        """Look up at once what many trees of raw rules name, in a number of queries that
        their number does not change.
        """
        raws = list(trees)
        reached = self.reach(set().union(*(named(raw, AUDIENCE_FIELDS) for raw in raws)))
        raws += [audience.rules for audience in self.audiences(reached).values()]
        self.products(set().union(*(named(raw, PRODUCT_FIELDS) for raw in raws)))

    def audience_choices(self) -> dict[str, str]:
        """The audiences that are offered."""
        active = Audience.objects.active().order_by("name")[:MOST_AUDIENCES]
        return {str(audience.pk): audience.name for audience in active}


def _looked_up(known: dict[int, Any], pks: Iterable[int], rows: Any) -> dict[int, Any]:
    wanted = list(pks)
    new = [pk for pk in wanted if pk not in known]
    if new:
        known |= dict.fromkeys(new) | rows.in_bulk(new)
    return {pk: known[pk] for pk in wanted if known[pk] is not None}
