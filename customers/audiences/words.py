"""Rules as sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from customers.audiences.fields import TIMES, WITHIN_DAYS, Field
from customers.audiences.kinds import MANY, Operator
from customers.audiences.operands import shown
from customers.audiences.tree import Broken, Group, Node, Rule
from customers.audiences.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence of one rule, or the heading of a group with what stands under it."""

    text: str
    parts: tuple[Said, ...] = ()
    is_broken: bool = False


def in_words(node: Node, vocabulary: Vocabulary) -> Said:
    """The tree in words of the active language."""
    if isinstance(node, Broken):
        return Said(_("%(why)s Nobody meets this rule.") % {"why": node.detail}, is_broken=True)
    if isinstance(node, Group):
        return Said(_heading(node), tuple(in_words(one, vocabulary) for one in node.nodes))
    return Said(sentence(node, vocabulary))


def one_line(said: Said) -> str:
    """The whole tree in one line, groups in brackets."""
    if not said.parts:
        return said.text
    inner = "; ".join(one_line(part) for part in said.parts)
    return f"{said.text} ({inner})"


def sentence(rule: Rule, vocabulary: Vocabulary) -> str:
    """One rule, such as "Orders: at least 3"."""
    field = vocabulary.registry.fields()[rule.field]
    operator = field.operators[rule.operator]
    asked = " ".join(
        filter(None, (str(operator.label), _values(field, operator, rule, vocabulary)))
    )
    told = [_("%(field)s: %(asked)s") % {"field": field.label, "asked": asked}]
    told += [MODIFIERS[name](n) for name, n in rule.modifiers.items()]
    return _(", ").join(told)


def _heading(group: Group) -> str:
    match (group.match, group.negated):
        case ("all", False):
            return _("All of these hold:")
        case ("any", False):
            return _("Any of these holds:")
        case ("all", True):
            return _("Not all of these hold:")
    return _("None of these holds:")


def _times(n: int) -> str:
    return ngettext("at least once", "at least %(n)s times", n) % {"n": n}


def _within(n: int) -> str:
    return _("in the last %(days)s") % {"days": _days(n)}


MODIFIERS: Mapping[str, Callable[[int], str]] = {TIMES: _times, WITHIN_DAYS: _within}


def _values(field: Field, operator: Operator, rule: Rule, vocabulary: Vocabulary) -> str:
    told = SAYERS.get(field.operand(operator), _as_texts)(field, rule.values, vocabulary)
    if operator.takes == MANY:
        return _(" or ").join(told) if operator.name != "all_of" else _(" and ").join(told)
    return _(" and ").join(told)


def _days(n: int) -> str:
    return ngettext("%(n)s day", "%(n)s days", n) % {"n": n}


def _as_days(_field: Field, values: Sequence[int], _vocabulary: Vocabulary) -> list[str]:
    return [_days(value) for value in values]


def _as_numbers(field: Field, values: Sequence[Decimal], _vocabulary: Vocabulary) -> list[str]:
    return [with_unit(field, _plain(value)) for value in values]


def _plain(value: Decimal) -> str:
    places = max(0, -int(value.normalize().as_tuple().exponent))
    return number_format(value, places, force_grouping=True)


def with_unit(field: Field, text: str) -> str:
    """The number with what it counts: 30 %, 14 days."""
    if field.kind == "money":
        return _("%(amount)s in their currency") % {"amount": text}
    return f"{text} {field.unit}" if field.unit else text


def _as_dates(_field: Field, values: Sequence[date], _vocabulary: Vocabulary) -> list[str]:
    return [date_format(value, "DATE_FORMAT") for value in values]


def _as_texts(_field: Field, values: Sequence[Any], _vocabulary: Vocabulary) -> list[str]:
    return [shown(value) for value in values]


def _as_choices(field: Field, values: Sequence[Any], vocabulary: Vocabulary) -> list[str]:
    known = vocabulary.choices(field)
    return [known.get(value, value) for value in values]


def _as_products(_field: Field, values: Sequence[int], vocabulary: Vocabulary) -> list[str]:
    known = vocabulary.products(values)
    return [str(known[pk]) for pk in values]


def _as_audiences(_field: Field, values: Sequence[int], vocabulary: Vocabulary) -> list[str]:
    known = vocabulary.audiences(values)
    return [shown(known[pk].name) for pk in values]


SAYERS: Mapping[str, Callable[[Field, Sequence[Any], Vocabulary], list[str]]] = {
    "days": _as_days,
    "number": _as_numbers,
    "date": _as_dates,
    "choice": _as_choices,
    "product": _as_products,
    "audience": _as_audiences,
}
