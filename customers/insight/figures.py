"""A number in words: what it is, and the stored query that it came from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.crypto import constant_time_compare, salted_hmac

from customers.insight.queries import Parameters, Runner, Wanted
from customers.insight.stored import QUERIES
from customers.insight.units import Unit, shown

SALT = "customers.insight.figures"


@dataclass(frozen=True, slots=True)
class Figure:
    """The value that a column of a stored query gave for these parameters."""

    query: str
    column: str
    parameters: Parameters
    value: Any

    @property
    def unit(self) -> Unit:
        """What the value counts. Raises KeyError where no such figure is stored."""
        return QUERIES[self.query].units[self.column]

    @property
    def text(self) -> str:
        """The value in the active language."""
        return shown(self.value, self.unit, self.parameters["currency"])

    @property
    def address(self) -> str:
        """Where the rows behind it are listed."""
        return QUERIES[self.query].address(Wanted(self.column, self.parameters))

    def asked_again(self, runner: Runner) -> Figure:
        """The figure as its query gives it now."""
        value = runner.row(self.query, self.parameters)[self.column]
        return Figure(self.query, self.column, self.parameters, value)

    def as_json(self) -> dict[str, Any]:
        """What a digest stores of it."""
        return {
            "query": self.query,
            "column": self.column,
            "parameters": dict(self.parameters),
            "value": self.value,
            "seal": self._seal(),
        }

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Figure:
        """The figure that a digest stored."""
        return cls(stored["query"], stored["column"], stored["parameters"], stored["value"])

    def is_sealed_by(self, seal: str) -> bool:
        """Whether value, query and parameters are still those that the query was asked with."""
        return constant_time_compare(self._seal(), seal)

    def _seal(self) -> str:
        told = [self.query, self.column, dict(self.parameters), self.value]
        return salted_hmac(SALT, json.dumps(told, sort_keys=True), algorithm="sha256").hexdigest()


def asked(runner: Runner, query: str, parameters: Parameters, *columns: str) -> dict[str, Figure]:
    """The figures of some columns of a query, by column."""
    row = runner.row(query, parameters)
    return {column: Figure(query, column, parameters, row[column]) for column in columns}
