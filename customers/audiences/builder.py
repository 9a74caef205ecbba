"""Rules as a form: what was typed becomes the JSON form, and back.

The form lists its nodes in order (`node` is "r:0.1" for a rule, "g:0" for a group; the
numbers are places from the outermost group in), and each rule's parts are named by its path:
`0.1-field`, `0.1-operator`, `0.1-value`. Nothing that was typed is lost on the way, however
wrong: the raw tree holds it, and `reading` says what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from customers.audiences.fields import TIMES, WITHIN_DAYS, Field
from customers.audiences.kinds import MANY, Operator
from customers.audiences.registry import CUSTOMERS, Registry
from customers.audiences.tree import MATCHES, MOST_DEPTH, MOST_RULES, VERSION, Problem
from customers.audiences.vocabulary import Vocabulary
from customers.models import Product

MOST_NODES = 2 * MOST_RULES
MOST_AT_A_GLANCE = 12  # of more choices, those that are chosen stand first
ADDED = ("add-rule", "add-group")
Raw = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a rule."""

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule as the builder shows it."""

    path: str
    raw: Raw
    field: Field
    operator: Operator
    options: list[Option]
    values: list[str]
    problem: str
    is_new: bool
    is_group = False

    @property
    def id(self) -> str:
        """What its parts are called on the page."""
        return f"rule-{self.path.replace('.', '-')}"

    @property
    def operand(self) -> str:
        """What stands behind the operator."""
        return self.field.operand(self.operator)

    @property
    def input_type(self) -> str:
        """The input for one value."""
        return {"date": "date"}.get(self.operand, "text")

    @property
    def is_many(self) -> bool:
        """Whether any number of values can be given."""
        return self.operator.takes == MANY

    @property
    def inputs(self) -> list[tuple[int, str]]:
        """Place and value of each input, where their number is fixed."""
        values = [*self.values, "", ""][: max(0, self.operator.takes)]
        return list(enumerate(values))

    @property
    def typed(self) -> str:
        """The values as one text, where they are typed with commas between."""
        return ", ".join(self.values)

    @property
    def times(self) -> str:
        """How often, as typed."""
        return str(self.raw.get(TIMES) or "")

    @property
    def within_days(self) -> str:
        """How lately, as typed."""
        return str(self.raw.get(WITHIN_DAYS) or "")

    @property
    def counts_times(self) -> bool:
        """Whether it can ask how often."""
        return TIMES in self.field.modifiers

    @property
    def counts_days(self) -> bool:
        """Whether it can ask how lately."""
        return WITHIN_DAYS in self.field.modifiers


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group as the builder shows it."""

    path: str
    match: str
    negated: bool
    rows: list[RuleRow | GroupRow]
    problem: str
    may_nest: bool
    is_group = True

    @property
    def id(self) -> str:
        """What its parts are called on the page."""
        return f"group-{self.path.replace('.', '-')}" if self.path else "group"


# from the form to the tree -------------------------------------------------------


def typed_rules(form: QueryDict, registry: Registry = CUSTOMERS) -> Raw:
    """The tree that a form holds."""
    root = {"version": VERSION, **_typed_group(form, "")}
    groups = {"": root}
    for token in form.getlist("node")[:MOST_NODES]:
        kind, _, path = token.partition(":")
        parent = groups.get(path.rpartition(".")[0])
        if parent is None:
            continue
        node = _typed_group(form, path) if kind == "g" else _typed_rule(form, path, registry)
        parent["rules"].append(node)
        if kind == "g":
            groups[path] = node
    return root


def _typed_group(form: QueryDict, path: str) -> Raw:
    match = form.get(f"{path}-match", "all")
    group: Raw = {"match": match if match in MATCHES else "all", "rules": []}
    return group | ({"not": True} if form.get(f"{path}-not") == "1" else {})


def _typed_rule(form: QueryDict, path: str, registry: Registry) -> Raw:
    field = registry.field(form.get(f"{path}-field", ""))
    if form.get(f"{path}-was", field.name) != field.name:
        return new_rule(field)
    operator = field.operators.get(form.get(f"{path}-operator", "")) or _first(field)
    rule: Raw = {"field": field.name, "operator": operator.name}
    if operator.takes:
        rule["value"] = _typed_value(form, path, field, operator)
    for modifier in field.modifiers:
        said = form.get(f"{path}-{modifier}", "").strip()
        rule |= {modifier: int(said) if _is_number(said) else said} if said else {}
    return rule


def _typed_value(form: QueryDict, path: str, field: Field, operator: Operator) -> Any:
    typed = [value.strip() for value in form.getlist(f"{path}-value")]
    if operator.takes == 1:
        return typed[0] if typed else ""
    if operator.takes != MANY:
        return [*typed, "", ""][: operator.takes]
    if field.operand(operator) == "text":
        typed = [part.strip() for value in typed for part in value.split(",")]
    typed += _added_products(form.get(f"{path}-add", "").strip())
    return list(dict.fromkeys(filter(None, typed)))


def _added_products(said: str) -> list[str]:
    """The key of the product that was typed by SKU or name; what is unknown stays as typed."""
    if not said:
        return []
    sku = said.partition(" · ")[0].replace("\x00", "")
    named = Product.objects.filter(sku=sku) or Product.objects.filter(name=sku)
    return [str(product.pk) for product in named[:1]] or [sku]


def _is_number(said: str) -> bool:
    return said.isascii() and said.isdigit() and len(said) < 10


def _first(field: Field) -> Operator:
    return next(iter(field.operators.values()))


def new_rule(field: Field) -> Raw:
    """A rule about the field that says nothing yet."""
    operator = _first(field)
    nothing: dict[int, Raw] = {0: {}, 1: {"value": ""}}
    value = nothing.get(operator.takes, {"value": []})
    return {"field": field.name, "operator": operator.name, **value}


# buttons -----------------------------------------------------------------------


def changed(raw: Raw, button: str, registry: Registry = CUSTOMERS) -> str:
    """Carry out "add-rule:PATH", "add-group:PATH" or "remove:PATH" on the tree; gives the
    path of what was added, or "".
    """
    action, _, path = button.partition(":")
    if action == "remove":
        _remove(raw, path)
        return ""
    group = _node(raw, path)
    if action not in ADDED or group is None or "rules" not in group:
        return ""
    node = new_rule(registry.first)
    if action == "add-group":
        node = {"match": "any", "rules": [node]}
    group["rules"].append(node)
    added = f"{path}.{len(group['rules']) - 1}".lstrip(".")
    return f"{added}.0" if action == "add-group" else added


def _remove(raw: Raw, path: str) -> None:
    parent_path, _, last = path.rpartition(".")
    parent = _node(raw, parent_path)
    if parent is None or not _is_number(last) or int(last) >= len(parent.get("rules", [])):
        return
    del parent["rules"][int(last)]
    if not parent["rules"] and parent_path:  # a group of nothing says nothing
        _remove(raw, parent_path)


def _node(raw: Raw, path: str) -> Raw | None:
    node: Any = raw
    for step in filter(None, path.split(".")):
        inner = node.get("rules", [])
        if not _is_number(step) or int(step) >= len(inner):
            return None
        node = inner[int(step)]
    return node


# from the tree to the page ---------------------------------------------------------


def shown_group(
    raw: Raw, problems: Sequence[Problem], vocabulary: Vocabulary, added: str = ""
) -> GroupRow:
    """The tree as the builder shows it, each problem beside what it is about."""
    return _group_row(raw, "", _by_path(problems), vocabulary, added)


def _by_path(problems: Sequence[Problem]) -> dict[str, str]:
    """The first problem of each node, by the path that the form calls it by."""
    found: dict[str, str] = {}
    for problem in problems:
        steps = problem.pointer.split("/")[1:]
        places = []
        while len(steps) > 1 and steps[0] == "rules":
            places.append(steps[1])
            steps = steps[2:]
        found.setdefault(".".join(places), problem.detail)
    return found


def _group_row(
    raw: Raw, path: str, problems: Mapping[str, str], vocabulary: Vocabulary, added: str
) -> GroupRow:
    rows = list(_rows(raw, path, problems, vocabulary, added))
    depth = path.count(".") + 2 if path else 1
    match, negated = raw.get("match", "all"), bool(raw.get("not"))
    return GroupRow(path, match, negated, rows, problems.get(path, ""), depth < MOST_DEPTH)


def _rows(
    raw: Raw, path: str, problems: Mapping[str, str], vocabulary: Vocabulary, added: str
) -> Iterator[RuleRow | GroupRow]:
    rules = raw.get("rules")
    for place, inner in enumerate(rules if isinstance(rules, list) else []):
        own = f"{path}.{place}".lstrip(".")
        if isinstance(inner, dict) and ("rules" in inner or "match" in inner):
            yield _group_row(inner, own, problems, vocabulary, added)
        else:
            raw_rule = inner if isinstance(inner, dict) else {}
            yield _rule_row(raw_rule, own, problems.get(own, ""), vocabulary, own == added)


def _rule_row(raw: Raw, path: str, problem: str, vocabulary: Vocabulary, is_new: bool) -> RuleRow:
    field = vocabulary.registry.field(raw.get("field"))
    operator = field.operators.get(str(raw.get("operator"))) or _first(field)
    value = raw.get("value")
    values = [
        str(one) for one in (value if isinstance(value, list) else [value]) if one is not None
    ]
    options = _options(field, operator, values, vocabulary)
    return RuleRow(path, raw, field, operator, options, values, problem, is_new)


def _options(
    field: Field, operator: Operator, values: list[str], vocabulary: Vocabulary
) -> list[Option]:
    """What can be chosen; values that are no choices stay among them, so that they can be
    taken out.
    """
    offered = _offered(field.operand(operator), field, values, vocabulary)
    if offered is None:
        return []
    labels = offered | {value: value for value in values if value and value not in offered}
    options = [Option(value, label, value in values) for value, label in labels.items()]
    if len(options) > MOST_AT_A_GLANCE:
        options.sort(key=lambda option: not option.is_chosen)
    return options


def _offered(
    operand: str, field: Field, values: list[str], vocabulary: Vocabulary
) -> dict[str, str] | None:
    if operand == "choice":
        return dict(vocabulary.choices(field))
    if operand == "audience":
        return vocabulary.audience_choices() | _audience_names(values, vocabulary)
    if operand == "product":
        known = vocabulary.products(int(value) for value in values if _is_key(value))
        return {str(pk): f"{product.sku} · {product.name}" for pk, product in known.items()}
    return None


def _audience_names(values: list[str], vocabulary: Vocabulary) -> dict[str, str]:
    known = vocabulary.audiences(int(value) for value in values if _is_key(value))
    return {str(pk): audience.name for pk, audience in known.items()}


def _is_key(value: str) -> bool:
    return value.isascii() and value.isdigit() and len(value) <= 18
