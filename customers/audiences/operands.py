"""What stands behind an operator: numbers, days, dates, texts and choices, checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from customers.audiences.fields import Field
    from customers.audiences.vocabulary import Vocabulary

MOST_DIGITS = 12  # before the point: what the widest money column holds
MOST_PLACES = 4
MOST_DAYS = 36_500
MOST_TEXT = 200
SHOWN = 60
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2200, 12, 31)


class BadValue(ValueError):
    """A value that cannot be taken; says what was found and what is allowed."""


def shown(value: Any) -> str:
    """The value as it is quoted in a message: short, and nothing that a log would choke on."""
    text = value if isinstance(value, str) else repr(value)
    text = text.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")
    return f"“{text[:SHOWN]}…”" if len(text) > SHOWN else f"“{text}”"


def text_of(value: Any) -> str:
    """A number or text as text without blanks around it; raises BadValue for all else."""
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise BadValue(_("%(found)s is neither a text nor a number.") % {"found": shown(value)})
    if isinstance(value, int) and value.bit_length() > 256:  # str() of huge ones is refused
        raise BadValue(_("The number is too large."))
    text = str(value).strip()
    if "\x00" in text or text.encode("utf-8", "replace").decode() != text:
        raise BadValue(_("The text holds characters that cannot be stored."))
    return text


def number(field: Field, value: Any, _vocabulary: Vocabulary) -> Decimal:
    """A number in the bounds of the field."""
    text = text_of(value)
    if not text:
        raise BadValue(_("Give a number."))
    found = _decimal(text)
    if field.whole and found != found.to_integral_value():
        raise BadValue(_("%(found)s is not a whole number.") % {"found": shown(text)})
    if field.lowest is not None and found < field.lowest:
        raise BadValue(_("Give at least %(least)s.") % {"least": field.lowest})
    if field.highest is not None and found > field.highest:
        raise BadValue(_("Give at most %(most)s.") % {"most": field.highest})
    return found


def _decimal(text: str) -> Decimal:
    try:
        found = Decimal(text) if text.isascii() and len(text) <= SHOWN else Decimal("NaN")
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite():
        raise BadValue(_("%(found)s is not a number.") % {"found": shown(text)})
    if found.adjusted() >= MOST_DIGITS:
        raise BadValue(_("A number has at most %(n)s digits.") % {"n": MOST_DIGITS})
    if found and found.normalize().as_tuple().exponent < -MOST_PLACES:  # type: ignore[operator]
        raise BadValue(_("A number has at most %(n)s decimals.") % {"n": MOST_PLACES})
    return found


def days(_field: Field, value: Any, _vocabulary: Vocabulary) -> int:
    """A number of days, from 1 to a hundred years."""
    return whole(value, _("a number of days"), MOST_DAYS)


def whole(value: Any, noun: str, most: int) -> int:
    """A whole number from 1 to `most`; `noun` says in messages what it is."""
    text = text_of(value)
    if not text:
        raise BadValue(_("Give %(noun)s.") % {"noun": noun})
    if not (text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= most):
        said = {"found": shown(text), "noun": noun, "most": most}
        raise BadValue(_("%(found)s is not %(noun)s from 1 to %(most)s.") % said)
    return int(text)


def day(_field: Field, value: Any, _vocabulary: Vocabulary) -> date:
    """A day as ISO 8601 writes it."""
    text = text_of(value)
    if not text:
        raise BadValue(_("Give a date."))
    try:
        found = parse_date(text)
    except ValueError:  # well formed, and no day of any calendar
        found = None
    if found is None:
        raise BadValue(_("%(found)s is not a date such as 2026-03-31.") % {"found": shown(text)})
    if not FIRST_DAY <= found <= LAST_DAY:
        raise BadValue(_("The date lies outside of the years 1900 to 2200."))
    return found


def text(_field: Field, value: Any, _vocabulary: Vocabulary) -> str:
    """A text that is not empty and not too long."""
    found = text_of(value)
    if not found:
        raise BadValue(_("Give a text."))
    if len(found) > MOST_TEXT:
        raise BadValue(_("A text has at most %(n)s characters.") % {"n": MOST_TEXT})
    return found


def choice(field: Field, value: Any, vocabulary: Vocabulary) -> str:
    """One of the field's choices; of an open field any text, for a shop may yet have it."""
    found = text(field, value, vocabulary)
    if field.is_open:
        return found
    known = vocabulary.choices(field)
    if found not in known:
        said = {"found": shown(found), "allowed": ", ".join(list(known)[:MOST_TEXT])}
        raise BadValue(_("There is no %(found)s here. Allowed: %(allowed)s.") % said)
    return found


def product(_field: Field, value: Any, vocabulary: Vocabulary) -> int:
    """The key of a product that there is."""
    found = _key(value)
    if found is None:
        raise BadValue(_("No product has the SKU or the name %(found)s.") % {"found": shown(value)})
    if found not in vocabulary.products([found]):
        raise BadValue(_("Product %(pk)s does not exist any more.") % {"pk": found})
    return found


def audience(_field: Field, value: Any, vocabulary: Vocabulary) -> int:
    """The key of an audience that there is."""
    found = _key(value)
    if found is None:
        raise BadValue(_("%(found)s is no audience.") % {"found": shown(value)})
    if found not in vocabulary.audiences([found]):
        raise BadValue(_("Audience %(pk)s does not exist any more.") % {"pk": found})
    return found


def _key(value: Any) -> int | None:
    text = text_of(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


OPERANDS: Mapping[str, Callable[[Field, Any, Vocabulary], Any]] = {
    "number": number,
    "days": days,
    "date": day,
    "text": text,
    "choice": choice,
    "product": product,
    "audience": audience,
}
