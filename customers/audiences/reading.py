"""Reading the JSON form of rules: every place that is wrong, and what is right there.

The form is {"version": 1, "match": "all" or "any", "not": true or false, "rules": [...]},
where each of the rules is such a group again (without a version) or
{"field": ..., "operator": ..., "value": ...} with `times` and `within_days` where the field
counts related rows. Nothing of it is ever executed: a rule names a field of the registry and
one of its operators, and its values become parameters of a query.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from customers.audiences import operands
from customers.audiences.fields import TIMES, WITHIN_DAYS, Field
from customers.audiences.kinds import MANY, Operator
from customers.audiences.operands import BadValue, shown
from customers.audiences.references import AUDIENCE_FIELDS, named
from customers.audiences.tree import (
    MATCHES,
    MOST_AUDIENCES_DEEP,
    MOST_DEPTH,
    MOST_RULES,
    MOST_RULES_TOGETHER,
    MOST_VALUES,
    VERSION,
    BadRules,
    Broken,
    Group,
    Node,
    Problem,
    Rule,
)
from customers.audiences.vocabulary import Vocabulary

MOST_TIMES = 1000
MOST_JSON = 50_000  # characters
GROUP_KEYS = {"version", "match", "not", "rules"}
RULE_KEYS = {"field", "operator", "value", TIMES, WITHIN_DAYS}


@dataclass(frozen=True, slots=True)
class Reading:
    """What rules say (`root` may hold broken parts) and everything that is wrong with them."""

    root: Node
    problems: list[Problem]

    @property
    def is_complete(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems


def read(raw: Any, *, vocabulary: Vocabulary | None = None, of: int | None = None) -> Reading:
    """What the rules say. `of` is the audience that they are of, which they must not lead
    back to.
    """
    reader = _Reader(vocabulary or Vocabulary(), chain=() if of is None else (of,))
    return Reading(reader.root(raw), reader.problems)


def checked(
    raw: Any, *, vocabulary: Vocabulary | None = None, of: int | None = None
) -> dict[str, Any]:
    """The rules as they may be stored; raises BadRules with all that is wrong."""
    found = read(raw, vocabulary=vocabulary, of=of)
    if found.problems:
        raise BadRules(found.problems)
    return {**raw, "version": VERSION}


def parsed(text: str) -> Any:
    """The JSON in a text; raises BadRules when it is none, with the place."""
    if len(text) > MOST_JSON:
        raise BadRules(
            [Problem("", _("The text has more than %(n)s characters.") % {"n": MOST_JSON})]
        )
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        said = {"line": error.lineno, "column": error.colno, "detail": error.msg}
        detail = _("This is no JSON: line %(line)s, column %(column)s: %(detail)s.") % said
        raise BadRules([Problem("", detail)]) from error
    except RecursionError as error:
        raise BadRules([Problem("", _("The JSON is nested too deeply."))]) from error
    except ValueError as error:  # a number of thousands of digits
        raise BadRules([Problem("", _("The number is too large."))]) from error


@dataclass
class _Reader:
    """Walks the tree once; `chain` are the audiences whose rules are being read."""

    vocabulary: Vocabulary
    chain: tuple[int, ...] = ()
    problems: list[Problem] = field(default_factory=list)
    rules_read: int = 0
    rules_together: list[int] = field(default_factory=lambda: [0])

    def root(self, raw: Any) -> Node:
        """The whole tree."""
        if isinstance(raw, dict) and raw.get("version", VERSION) != VERSION:
            said = {"found": shown(raw["version"]), "version": VERSION}
            detail = _("Version %(found)s is not known; the version is %(version)s.") % said
            return self._broken(raw, "/version", detail)
        return self._group(raw, "", 1)

    def _broken(self, raw: Any, pointer: str, detail: str) -> Broken:
        self.problems.append(Problem(pointer, detail))
        return Broken(raw, detail)

    def _node(self, raw: Any, pointer: str, depth: int) -> Node:
        if not isinstance(raw, dict):
            detail = _("%(found)s is no rule and no group of rules.") % {"found": shown(raw)}
            return self._broken(raw, pointer, detail)
        if "rules" in raw or "match" in raw:
            return self._group(raw, pointer, depth + 1)
        return self._rule(raw, pointer)

    def _group(self, raw: Any, pointer: str, depth: int) -> Node:
        wrong = self._wrong_group(raw, depth, is_root=not pointer)
        if wrong:
            return self._broken(raw, pointer + wrong.pointer, wrong.detail)
        nodes = [
            self._node(inner, f"{pointer}/rules/{place}", depth)
            for place, inner in enumerate(raw["rules"][:MOST_RULES])
        ]
        return Group(raw.get("match", "all"), tuple(nodes), raw.get("not", False))

    def _wrong_group(self, raw: Any, depth: int, *, is_root: bool) -> Problem | None:
        """The first thing that is wrong with a group itself."""
        if not isinstance(raw, dict):
            found = {"found": shown(raw)}
            return Problem(
                "", _("Rules are an object with match and rules; found %(found)s.") % found
            )
        if depth > MOST_DEPTH:
            return Problem("", _("Groups stand at most %(n)s deep.") % {"n": MOST_DEPTH})
        unknown = _unknown_key(raw, GROUP_KEYS if is_root else GROUP_KEYS - {"version"})
        return unknown or _wrong_match(raw) or _wrong_rules(raw)

    def _rule(self, raw: dict[str, Any], pointer: str) -> Node:
        self.rules_read += 1
        self.rules_together[0] += 1
        if self.rules_read > MOST_RULES:
            detail = _("There are more than %(n)s rules.") % {"n": MOST_RULES}
            return self._broken(raw, pointer, detail)
        if self.rules_together[0] > MOST_RULES_TOGETHER:
            said = {"n": MOST_RULES_TOGETHER}
            detail = _("With the audiences that are named these are more than %(n)s rules.") % said
            return self._broken(raw, pointer, detail)
        try:
            asked, operator = _asked(raw, self.vocabulary.registry.fields())
            return self._complete(raw, asked, operator)
        except _Misplaced as wrong:
            return self._broken(
                raw, f"{pointer}/{wrong.key}" if wrong.key else pointer, wrong.detail
            )

    def _complete(self, raw: dict[str, Any], asked: Field, operator: Operator) -> Rule:
        values = self._values(raw, asked, operator)
        modifiers = {
            name: _modifier(raw, asked, name) for name in (TIMES, WITHIN_DAYS) if raw.get(name)
        }
        within: tuple[Node, ...] = ()
        if asked.operand(operator) == "audience":
            within = tuple(self._audience(pk) for pk in values)
        return Rule(asked.name, operator.name, values, modifiers, within)

    def _values(self, raw: dict[str, Any], asked: Field, operator: Operator) -> tuple[Any, ...]:
        given = _given(raw, operator)
        take = operands.OPERANDS.get(asked.operand(operator))
        values = []
        for place, value in enumerate(given):
            try:
                values.append(take(asked, value, self.vocabulary) if take else value)
            except BadValue as error:
                key = "value" if operator.takes == 1 else f"value/{place}"
                raise _Misplaced(key, str(error)) from error
        return tuple(values)

    def _audience(self, pk: int) -> Node:
        """The tree of another audience; one that leads back to where it is read from is
        broken, and so is one too deep.
        """
        if pk in self.chain:
            raise _Misplaced("value", _("An audience cannot be part of itself."))
        if len(self.chain) > MOST_AUDIENCES_DEEP:
            said = {"n": MOST_AUDIENCES_DEEP}
            raise _Misplaced("value", _("Audiences stand at most %(n)s deep.") % said)
        rules = self.vocabulary.audiences([pk])[pk].rules
        if self.chain and self.chain[0] in self.vocabulary.reach(named(rules, AUDIENCE_FIELDS)):
            raise _Misplaced("value", _("This audience is made of the one that you change."))
        inner = _Reader(self.vocabulary, (*self.chain, pk), rules_together=self.rules_together)
        return inner.root(rules)


class _Misplaced(Exception):
    """A rule that cannot be taken: at which key, and why."""

    def __init__(self, key: str, detail: str) -> None:
        super().__init__(detail)
        self.key, self.detail = key, detail


def _unknown_key(raw: dict[str, Any], allowed: Iterable[str]) -> Problem | None:
    for key in raw:
        if key not in allowed:
            said = {"key": shown(key), "allowed": ", ".join(sorted(allowed))}
            return Problem("", _("There is no key %(key)s here. Allowed: %(allowed)s.") % said)
    return None


def _wrong_match(raw: dict[str, Any]) -> Problem | None:
    if raw.get("match", "all") not in MATCHES:
        said = {"found": shown(raw["match"]), "allowed": ", ".join(MATCHES)}
        return Problem("/match", _("%(found)s is not one of: %(allowed)s.") % said)
    if not isinstance(raw.get("not", False), bool):
        return Problem("/not", _("%(found)s is not true or false.") % {"found": shown(raw["not"])})
    return None


def _wrong_rules(raw: dict[str, Any]) -> Problem | None:
    rules = raw.get("rules")
    if not isinstance(rules, list):
        return Problem(
            "/rules", _("Give a list of rules; found %(found)s.") % {"found": shown(rules)}
        )
    if not rules:
        return Problem("/rules", _("Give at least one rule."))
    if len(rules) > MOST_RULES:
        return Problem("/rules", _("There are more than %(n)s rules.") % {"n": MOST_RULES})
    return None


def _asked(raw: dict[str, Any], known: Mapping[str, Field]) -> tuple[Field, Operator]:
    """The field and the operator of a rule."""
    unknown = _unknown_key(raw, RULE_KEYS)
    if unknown:
        raise _Misplaced("", unknown.detail)
    name = raw.get("field")
    if not isinstance(name, str) or name not in known:
        said = {"found": shown(name), "allowed": ", ".join(known)}
        raise _Misplaced("field", _("There is no field %(found)s. Allowed: %(allowed)s.") % said)
    asked, operator = known[name], raw.get("operator")
    if not isinstance(operator, str) or operator not in asked.operators:
        said = {"found": shown(operator), "allowed": ", ".join(asked.operators)}
        detail = _("There is no operator %(found)s for this field. Allowed: %(allowed)s.") % said
        raise _Misplaced("operator", detail)
    return asked, asked.operators[operator]


def _given(raw: dict[str, Any], operator: Operator) -> list[Any]:
    """The values as a list of as many as the operator takes."""
    value = raw.get("value")
    if operator.takes == 0:
        if value not in (None, ""):
            raise _Misplaced("value", _("This operator takes no value."))
        return []
    if operator.takes == 1:
        return ["" if value is None else value]
    if not isinstance(value, list):
        raise _Misplaced(
            "value", _("Give a list of values; found %(found)s.") % {"found": shown(value)}
        )
    if operator.takes == MANY and not value:
        raise _Misplaced("value", _("Choose at least one."))
    if operator.takes != MANY and len(value) != operator.takes:
        raise _Misplaced("value", _("Give two values, from and to."))
    if len(value) > MOST_VALUES:
        raise _Misplaced("value", _("There are more than %(n)s values.") % {"n": MOST_VALUES})
    return value


def _modifier(raw: dict[str, Any], asked: Field, name: str) -> int:
    if name not in asked.modifiers:
        raise _Misplaced(name, _("This field does not count by %(name)s.") % {"name": name})
    most = {TIMES: MOST_TIMES, WITHIN_DAYS: operands.MOST_DAYS}[name]
    noun = {TIMES: _("a number of times"), WITHIN_DAYS: _("a number of days")}[name]
    try:
        return operands.whole(raw[name], noun, most)
    except BadValue as error:
        raise _Misplaced(name, str(error)) from error
