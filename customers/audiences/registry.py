"""Every field that rules may name, in the groups that the builder offers them in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.utils.translation import gettext_lazy as _

from customers.audiences.customer_fields import MODEL_FIELDS, ORDER_FIELDS, WHO_FIELDS
from customers.audiences.fields import Field
from customers.audiences.related_fields import (
    BOUGHT_FIELDS,
    OTHER_FIELDS,
    SAID_FIELDS,
    has_topics,
)

GROUPS: Mapping[str, Any] = {
    "orders": _("Orders and spending"),
    "bought": _("What they bought"),
    "models": _("What models say"),
    "said": _("What they wrote"),
    "who": _("Who they are"),
    "other": _("Other audiences"),
}
FIRST_FIELD = "order_count"


@cache
def fields() -> Mapping[str, Field]:
    """The fields by name; those whose column or table is not there are left out."""
    everything = (
        *ORDER_FIELDS,
        *BOUGHT_FIELDS,
        *MODEL_FIELDS,
        *SAID_FIELDS,
        *WHO_FIELDS,
        *OTHER_FIELDS,
    )
    absent = set() if has_topics() else {"ticket_topic"}
    return {
        field.name: field for field in everything if field.is_available and field.name not in absent
    }


@dataclass(frozen=True, slots=True)
class Registry:
    """What rules of one kind may ask: the `fields` by name, the headings of their `groups`, and
    the field that a new rule begins with.
    """

    fields: Callable[[], Mapping[str, Field]]
    groups: Mapping[str, Any]
    first_name: str

    @property
    def first(self) -> Field:
        """The field that a new rule is about."""
        return self.fields()[self.first_name]

    def field(self, name: Any) -> Field:
        """The field of this name, or the first one."""
        return self.fields().get(str(name)) or self.first

    def grouped(self) -> list[tuple[Any, list[Field]]]:
        """The heading of each group with its fields."""
        return [
            (heading, [field for field in self.fields().values() if field.group == group])
            for group, heading in self.groups.items()
        ]


CUSTOMERS = Registry(fields, GROUPS, FIRST_FIELD)
