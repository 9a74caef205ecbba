"""Checking the values of custom fields, wherever they come from: a form, the API or a file.

    custom = checked("customer", {"size": "M"}, present=customer.custom)

Values may be typed, as in JSON, or texts, as in a file. What is kept is JSON: texts and
choices as they are, numbers, days as 2026-03-02, lists of choices, true and false. An empty
value is not kept at all.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from customers.models.custom_field import CustomField

MOST_TEXT = 2000
LARGEST = Decimal(10) ** 15
YES = {"true", "yes", "y", "1", "是"}
NO = {"false", "no", "n", "0", "否"}
EMPTY: tuple[Any, ...] = (None, "", [], ())


class BadCustomValues(ValueError):
    """Values that cannot be taken; `errors` says why by key."""

    def __init__(self, errors: Mapping[str, str | Promise]) -> None:
        super().__init__("; ".join(f"{key}: {said}" for key, said in errors.items()))
        self.errors = errors


def checked(
    record: str,
    given: Mapping[str, Any],
    *,
    present: Mapping[str, Any] | None = None,
    fields: Iterable[CustomField] | None = None,
) -> dict[str, Any]:
    """The values of a record after `given` was laid over those that are `present`.

    Keys that are not given stay as they are; an empty value takes one away. `fields` are the
    record's fields where the caller has them already (a file has many rows). Raises
    `BadCustomValues`, which names every key that is wrong or missing.
    """
    known = {f.key: f for f in (CustomField.objects.of(record) if fields is None else fields)}
    kept, errors = dict(present or {}), dict[str, str]()
    for key, value in given.items():
        if key not in known:
            names = ", ".join(known) or "–"
            errors[key] = _("There is no such field. Known: %(names)s.") % {"names": names}
            continue
        try:
            kept[key] = parsed(known[key], value)
        except ValueError as error:
            errors[key] = str(error)
    for key, field in known.items():
        if field.is_required and key not in errors and kept.get(key) in EMPTY:
            errors[key] = _("Give a value: this field is required.")
    if errors:
        raise BadCustomValues(errors)
    return {key: value for key, value in kept.items() if value not in EMPTY}


def parsed(field: CustomField, value: Any) -> Any:
    """One value as it is kept, None for an empty one. Raises ValueError with what is wrong."""
    if isinstance(value, str):
        value = value.strip()
    return None if value in EMPTY else PARSERS[field.type](field, value)


def _text(_field: CustomField, value: Any) -> str:
    text = str(value)
    if "\x00" in text or len(text) > MOST_TEXT or isinstance(value, dict | list):
        raise ValueError(_("Give a text of at most %(n)s characters.") % {"n": MOST_TEXT})
    return text


def _number(_field: CustomField, value: Any) -> int | float:
    try:
        number = Decimal("NaN") if isinstance(value, bool) else Decimal(str(value))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number) > LARGEST:
        raise ValueError(_("Give a number, such as 12.5."))
    if number == number.to_integral_value():
        return int(number)
    rounded = float(number)
    return rounded if math.isfinite(rounded) else 0


def _day(_field: CustomField, value: Any) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    try:
        return date.fromisoformat(str(value)[:10]).isoformat()
    except ValueError:
        raise ValueError(_("Give a day, such as 2026-03-02.")) from None


def _choice(field: CustomField, value: Any) -> str:
    by_name = {choice.casefold(): choice for choice in field.choices}
    found = by_name.get(str(value).strip().casefold())
    if found is None:
        names = ", ".join(field.choices)
        raise ValueError(_("Choose one of: %(names)s.") % {"names": names})
    return found


def _several(field: CustomField, value: Any) -> list[str]:
    said = value.split(";") if isinstance(value, str) else value
    if not isinstance(said, list | tuple):
        raise ValueError(_("Give a list of choices."))
    chosen = {_choice(field, one) for one in said if str(one).strip()}
    return [choice for choice in field.choices if choice in chosen]


def _yes_or_no(_field: CustomField, value: Any) -> bool:
    said = str(value).casefold()
    if said not in YES | NO:
        raise ValueError(_("Say yes or no."))
    return said in YES


PARSERS: Mapping[str, Callable[[CustomField, Any], Any]] = {
    CustomField.Type.TEXT: _text,
    CustomField.Type.NUMBER: _number,
    CustomField.Type.DATE: _day,
    CustomField.Type.CHOICE: _choice,
    CustomField.Type.MULTI: _several,
    CustomField.Type.BOOLEAN: _yes_or_no,
}
