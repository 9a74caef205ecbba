"""The kinds of fields, and which operators each one has.

An operator takes the values that a rule gives and makes a condition on customers. Every
comparison is on the bare column, so that its index serves it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from customers.audiences.moment import Moment, day_begins, day_ends

if TYPE_CHECKING:
    from customers.audiences.fields import Field

MANY = -1
Values = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Operator:
    """What is asked. `operand` names what stands behind it (see `operands`), `takes` how
    many of those; `is_reverse`: it asks that something is not so.
    """

    name: str
    label: Any
    condition: Callable[[Field, Values, Moment], Q]
    operand: str = ""
    takes: int = 0
    is_reverse: bool = False


def compared(lookup: str) -> Callable[[Field, Values, Moment], Q]:
    """The column compared with one number."""

    def condition(field: Field, values: Values, _moment: Moment) -> Q:
        return Q(**{f"{field.column}__{lookup}": values[0] / field.scale})

    return condition


def between(field: Field, values: Values, _moment: Moment) -> Q:
    """Both ends count."""
    low, high = sorted(values)
    return Q(**{f"{field.column}__range": (low / field.scale, high / field.scale)})


def in_last_days(field: Field, values: Values, moment: Moment) -> Q:
    """What has not happened yet is not in the past."""
    since = moment.days_ago(values[0])
    return Q(**{f"{field.column}__gt": since, f"{field.column}__lte": moment.now})


def longer_ago(field: Field, values: Values, moment: Moment) -> Q:
    """Earlier than so many days before the shop's present."""
    return Q(**{f"{field.column}__lte": moment.days_ago(values[0])})


def in_next_days(field: Field, values: Values, moment: Moment) -> Q:
    """From the shop's present on."""
    ends = {"gt": moment.shop, "lte": moment.days_ahead(values[0])}
    return Q(**{f"{field.column}__{lookup}": at for lookup, at in ends.items()})


def before_day(field: Field, values: Values, _moment: Moment) -> Q:
    """The day itself does not count."""
    return Q(**{f"{field.column}__lt": day_begins(values[0])})


def after_day(field: Field, values: Values, _moment: Moment) -> Q:
    """The day itself does not count."""
    return Q(**{f"{field.column}__gte": day_ends(values[0])})


def between_days(field: Field, values: Values, _moment: Moment) -> Q:
    """Both days count whole."""
    first, last = sorted(values)
    ends = {"gte": day_begins(first), "lt": day_ends(last)}
    return Q(**{f"{field.column}__{lookup}": at for lookup, at in ends.items()})


def among(field: Field, values: Values, _moment: Moment) -> Q:
    """One of these values."""
    return field.holds(values)


def not_among(field: Field, values: Values, _moment: Moment) -> Q:
    """None of these values; a customer without any value is one of those."""
    return ~field.holds(values)


def begins(field: Field, values: Values, _moment: Moment) -> Q:
    """Whatever the case; by the index on the upper-case text."""
    return Q(**{f"{field.column}__istartswith": values[0]})


def same_text(field: Field, values: Values, _moment: Moment) -> Q:
    """Whatever the case; by the index on the upper-case text."""
    return Q(**{f"{field.column}__iexact": values[0]})


def has_any(field: Field, values: Values, _moment: Moment) -> Q:
    """At least one of these is in the list."""
    return Q(**{f"{field.column}__overlap": list(values)})


def has_all(field: Field, values: Values, _moment: Moment) -> Q:
    """All of these are in the list."""
    return Q(**{f"{field.column}__contains": list(values)})


def has_none(field: Field, values: Values, moment: Moment) -> Q:
    """None of these is in the list."""
    return ~has_any(field, values, moment)


def known(field: Field, _values: Values, _moment: Moment) -> Q:
    """There is a value."""
    return ~field.missing()


def unknown(field: Field, _values: Values, _moment: Moment) -> Q:
    """There is no value."""
    return field.missing()


def by_rows(field: Field, values: Values, moment: Moment) -> Q:
    """Never called: conditions on related rows need the rule's modifiers too."""
    raise NotImplementedError


def older(field: Field, values: Values, moment: Moment) -> Q:
    """So many hours ago on the clock, or earlier."""
    return Q(**{f"{field.column}__lte": moment.hours_ago(values[0])})


def younger(field: Field, values: Values, moment: Moment) -> Q:
    """Less than so many hours ago on the clock."""
    return Q(**{f"{field.column}__gt": moment.hours_ago(values[0])})


KNOWN = Operator("is_known", _("is known"), known)
UNKNOWN = Operator("is_unknown", _("is not known"), unknown, is_reverse=True)
ANY_OF = Operator("any_of", _("is any of"), among, "choice", MANY)
NONE_OF = Operator("none_of", _("is none of"), not_among, "choice", MANY, is_reverse=True)

NUMBERS = (
    Operator("at_least", _("at least"), compared("gte"), "number", 1),
    Operator("at_most", _("at most"), compared("lte"), "number", 1),
    Operator("more_than", _("more than"), compared("gt"), "number", 1),
    Operator("less_than", _("less than"), compared("lt"), "number", 1),
    Operator("equal_to", _("exactly"), compared("exact"), "number", 1),
    Operator("between", _("between"), between, "number", 2),
)
PAST = (
    Operator("in_last_days", _("in the last"), in_last_days, "days", 1),
    Operator("longer_ago", _("longer ago than"), longer_ago, "days", 1),
    Operator("between", _("between"), between_days, "date", 2),
    Operator("before", _("before"), before_day, "date", 1),
    Operator("after", _("after"), after_day, "date", 1),
)
NEXT = Operator("in_next_days", _("in the next"), in_next_days, "days", 1)
EVER = Operator("ever", _("ever"), known)
NEVER = Operator("never", _("never"), unknown, is_reverse=True)


@dataclass(frozen=True, slots=True)
class Kind:
    """What type a field is of; `missing` operators are there where it may have no value."""

    name: str
    operators: tuple[Operator, ...]
    missing: tuple[Operator, ...] = ()


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("number", NUMBERS, (KNOWN, UNKNOWN)),
        Kind("money", NUMBERS, (KNOWN, UNKNOWN)),
        Kind("date", PAST, (EVER, NEVER)),
        Kind("coming_date", (NEXT, *PAST), (KNOWN, UNKNOWN)),
        Kind(
            "age",
            (
                Operator("at_least", _("at least"), older, "number", 1),
                Operator("less_than", _("less than"), younger, "number", 1),
            ),
        ),
        Kind("choice", (ANY_OF, NONE_OF), (KNOWN, UNKNOWN)),
        Kind(
            "tags",
            (
                Operator("any_of", _("has any of"), has_any, "choice", MANY),
                Operator("all_of", _("has all of"), has_all, "choice", MANY),
                Operator("none_of", _("has none of"), has_none, "choice", MANY, is_reverse=True),
            ),
            (UNKNOWN,),
        ),
        Kind(
            "text",
            (
                Operator("is", _("is"), same_text, "text", 1),
                Operator("begins_with", _("begins with"), begins, "text", 1),
            ),
            (KNOWN, UNKNOWN),
        ),
        Kind("words", (Operator("has_words", _("has words beginning"), among, "text", 1),)),
        Kind(
            "boolean",
            (
                Operator("yes", _("yes"), among),
                Operator("no", _("no"), not_among, is_reverse=True),
            ),
        ),
        Kind(
            "event",
            (
                Operator("did", _("yes"), by_rows),
                Operator("did_not", _("no"), by_rows, is_reverse=True),
            ),
        ),
        Kind(
            "relation",
            (
                Operator("did", _("any of"), by_rows, "choice", MANY),
                Operator("did_not", _("none of"), by_rows, "choice", MANY, is_reverse=True),
            ),
        ),
        Kind(
            "membership",
            (
                Operator("any_of", _("is in any of"), by_rows, "audience", MANY),
                Operator("none_of", _("is in none of"), by_rows, "audience", MANY, is_reverse=True),
            ),
        ),
    )
}
