"""Values of custom fields as text for people."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.formats import date_format, localize
from django.utils.translation import gettext as _

from customers.models import CustomField


def in_words(field: CustomField, value: Any) -> str:
    """A value as people read it, "" where there is none. A value that a field cannot have any
    more, for its type was another once, is shown as it is kept.
    """
    if value in (None, "", []):
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    if field.type == CustomField.Type.DATE:
        try:
            return date_format(date.fromisoformat(value), "DATE_FORMAT")
        except (TypeError, ValueError):
            return str(value)
    return str(localize(value))
