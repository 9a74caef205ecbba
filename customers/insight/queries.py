"""The stored queries that every number in words is computed by.

A query has a name, SQL that gives one row, the unit of each column, and for its columns the
address of the rows behind them. Its parameters are JSON: they are stored beside the value in
a digest, so that the query can be asked again at any time.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from customers.insight.scope import Scope
from customers.insight.units import Unit

Parameters = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A column of a query with these parameters, whose rows somebody wants to see."""

    column: str
    parameters: Parameters

    @property
    def scope(self) -> Scope:
        """The scope that the column looks at: that before for what ends in "_before"."""
        scope = Scope.of(self.parameters)
        return scope.before() if self.column.endswith("_before") else scope


@dataclass(frozen=True, slots=True)
class Query:
    """One stored query. `expand` may add what the SQL needs beyond the stored parameters:
    further parameters, and parts of the statement by name.
    """

    sql: str
    units: Mapping[str, Unit]
    address: Callable[[Wanted], str]
    expand: Callable[[Scope, Parameters], tuple[dict[str, Any], dict[str, str]]] | None = None

    def row(self, parameters: Parameters) -> dict[str, Any]:
        """Each column's value as JSON knows it: amounts as text, days in ISO format."""
        scope = Scope.of(parameters)
        before = scope.period.before()
        more, parts = self.expand(scope, parameters) if self.expand else ({}, {})
        asked = {**parameters, "before_first": before.first, "before_last": before.last, **more}
        with connection.cursor() as cursor:
            cursor.execute(self.sql.format(**parts) if parts else self.sql, asked)
            names = [column.name for column in cursor.description or ()]
            found = cursor.fetchone() or [None] * len(names)
        return {name: as_json(value) for name, value in zip(names, found, strict=True)}


def as_json(value: Any) -> Any:
    """A value of a row as JSON knows it; floats to twelve digits, which every sum repeats."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    return float(f"{value:.12g}") if isinstance(value, float) else value


@dataclass(slots=True)
class Runner:
    """Asks each query once for the same parameters."""

    queries: Mapping[str, Query]
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)

    def row(self, name: str, parameters: Parameters) -> dict[str, Any]:
        """The row of a query. Raises KeyError where there is no query of the name."""
        query = self.queries[name]
        key = json.dumps([name, parameters], sort_keys=True)
        if key not in self.rows:
            self.rows[key] = query.row(parameters)
        return self.rows[key]
