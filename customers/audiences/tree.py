"""A tree of rules after it was read: groups, rules, and what could not be read."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

VERSION = 1
MOST_DEPTH = 4  # groups within groups, the outermost counted
MOST_RULES = 50
MOST_RULES_TOGETHER = 200  # with the rules of all audiences that it names
MOST_AUDIENCES_DEEP = 4  # audiences within audiences
MOST_VALUES = 100
MATCHES = ("all", "any")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong at a place of the tree; `pointer` is a JSON pointer (RFC 6901)."""

    pointer: str
    detail: str


class BadRules(ValueError):
    """The rules cannot be taken; `problems` says where and why."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(f"{one.pointer or '/'}: {one.detail}" for one in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that is asked of a customer.

    `values` are checked and of Python's own types; `modifiers` narrow what is counted of
    related rows (`times`, `within_days`). `within` holds the trees of the audiences that
    the rule names.
    """

    field: str
    operator: str
    values: tuple[Any, ...] = ()
    modifiers: Mapping[str, int] = dataclasses.field(default_factory=dict)
    within: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Rules and groups of which all or any must hold; `negated`: and the reverse is meant."""

    match: str
    nodes: tuple[Node, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule or group that says nothing that can be asked, and why; nobody meets it."""

    raw: Any
    detail: str


Node = Rule | Group | Broken


def rules_of(*rules: dict[str, Any], match: str = "all") -> dict[str, Any]:
    """The JSON form of a flat tree of these rules."""
    return {"version": VERSION, "match": match, "rules": list(rules)}
