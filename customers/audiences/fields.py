"""What a field of rules is, and the related rows that some fields look at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Count, Exists, Model, OuterRef, Q, QuerySet

from customers.audiences.kinds import KINDS, Operator
from customers.audiences.moment import Moment
from customers.models import Customer

Choices = Callable[[], Iterable[tuple[str, Any]]]
TIMES, WITHIN_DAYS = "times", "within_days"


@dataclass(frozen=True, slots=True)
class Related:
    """Rows that belong to customers. `customer` and `at` are the columns that say whose and
    when; `holds` makes the condition on the values that a rule names.
    """

    rows: Callable[[], QuerySet]
    customer: str = "customer"
    at: str = ""
    holds: Callable[[Sequence[Any]], Q] | None = None

    def condition(self, values: Sequence[Any], modifiers: Mapping[str, int], moment: Moment) -> Q:
        """Customers with such rows: a semi-join for one row, grouped rows for several."""
        rows = self.rows()
        if self.holds is not None:
            rows = rows.filter(self.holds(values))
        if self.at:
            rows = rows.filter(self._when(modifiers, moment))
        times = modifiers.get(TIMES, 1)
        if times == 1:
            return Q(Exists(rows.filter(**{self.customer: OuterRef("pk")})))
        # without the null, NOT IN would be true of nobody
        mine = rows.filter(**{f"{self.customer}__isnull": False}).order_by()
        counted = mine.values(self.customer).annotate(n=Count("pk", distinct=True))
        return Q(pk__in=counted.filter(n__gte=times).values(self.customer))

    def _when(self, modifiers: Mapping[str, int], moment: Moment) -> Q:
        happened = Q(**{f"{self.at}__lte": moment.now})
        if WITHIN_DAYS in modifiers:
            happened &= Q(**{f"{self.at}__gt": moment.days_ago(modifiers[WITHIN_DAYS])})
        return happened


@dataclass(frozen=True, slots=True)
class Field:
    """Something of a customer (or of another `model`) that rules can ask about: one entry of
    a registry.

    `column` is the customer's column, where there is one; `scale` times it is what rules
    say (100 for a share that is told in percent). `among` replaces "the column is one of";
    `nothing` is the condition that there is no value. `related` are the sources of an event
    or relation: it is so where any of them has such a row. `choices` gives value and label;
    an open field takes other values too. `picks` replaces the operand "choice".
    """

    name: str
    label: Any
    group: str
    kind: str
    column: str = ""
    unit: Any = ""
    scale: int = 1
    whole: bool = False
    lowest: Decimal | None = None
    highest: Decimal | None = None
    choices: Choices | None = None
    is_open: bool = False
    among: Callable[[Sequence[Any]], Q] | None = None
    nothing: Q | None = None
    related: tuple[Related, ...] = ()
    modifiers: tuple[str, ...] = ()
    picks: str = "choice"
    model: type[Model] = Customer

    @property
    def operators(self) -> Mapping[str, Operator]:
        """What can be asked of it, by name."""
        kind = KINDS[self.kind]
        offered = kind.operators + (kind.missing if self.nothing is not None else ())
        return {operator.name: operator for operator in offered}

    def operand(self, operator: Operator) -> str:
        """What stands behind the operator: see `operands.OPERANDS`."""
        return self.picks if operator.operand == "choice" else operator.operand

    @property
    def is_available(self) -> bool:
        """Whether the model has its column."""
        try:
            return not self.column or bool(self.model._meta.get_field(self.column))
        except FieldDoesNotExist:
            return False

    def holds(self, values: Sequence[Any]) -> Q:
        """The condition that its value is one of these."""
        return self.among(values) if self.among else Q(**{f"{self.column}__in": list(values)})

    def missing(self) -> Q:
        """The condition that it has no value."""
        return self.nothing or Q(pk__in=[])

    def of_rows(self, values: Sequence[Any], modifiers: Mapping[str, int], moment: Moment) -> Q:
        """The condition that one of its sources has such rows."""
        found = Q()
        for source in self.related:
            found |= source.condition(values, modifiers, moment)
        return found
