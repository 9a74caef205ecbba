"""What is to do about a record, on its page."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.context import RequestContext

from customers.models import Task

register = template.Library()

TASKS_SHOWN = 20


@register.inclusion_tag("tasks/about.html", takes_context=True)
def tasks_about(context: RequestContext, row: Any) -> dict[str, Any]:
    """The open tasks about a customer or a ticket, the most urgent first."""
    noun = row._meta.model_name
    tasks = Task.objects.visible_to(context.request.user).open().filter(**{noun: row})
    return {"tasks": tasks.select_related("assignee")[:TASKS_SHOWN], "row": row, "noun": noun}
