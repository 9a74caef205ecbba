"""Values of custom fields on pages of records."""

from __future__ import annotations

from typing import Any

from django import template

from customers.custom_fields.showing import in_words
from customers.models import CustomField

register = template.Library()


@register.inclusion_tag("custom_fields/values.html")
def custom_values(row: Any) -> dict[str, Any]:
    """The record's custom fields with their values; nothing where the shop has none."""
    record = row._meta.model_name
    fields = CustomField.objects.of(record)
    values = [(field, in_words(field, row.custom.get(field.key))) for field in fields]
    return {"row": row, "record": record, "values": values}


@register.filter
def custom_cell(row: Any, field: CustomField) -> str:
    """The record's value of one custom field, in words."""
    return in_words(field, row.custom.get(field.key))
