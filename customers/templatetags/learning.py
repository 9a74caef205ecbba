"""How figures of models, tasks and labels are shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from customers.models import AutomaticLabel, Sentiment, Ticket
from customers.taxonomies import INTENTS, SEGMENTS

register = template.Library()

TASKS = {
    "intent": _("Intent of tickets"),
    "sentiment": _("Sentiment"),
    "sentiment-zh": _("Sentiment, Chinese"),
    "segment": _("Segment of customers"),
    "priority": _("Priority of tickets"),
    "recommendation": _("Recommendations"),
    "aspects": _("Aspects"),
    "value": _("Value and churn of customers"),
}
SETS = {
    "frozen_holdout": _("rows held out here"),
    "shop_orders": _("customers of this shop"),
    "tickets": _("tickets written by hand"),
    "written_messages": _("messages written by hand"),
    "held_out_customers": _("held-out customers"),
}
MEASURES = {
    "accuracy": _("Accuracy"),
    "macro_f1": _("Macro-F1"),
    "f1": _("F1"),
    "ece": _("Calibration error (ECE)"),
    "coverage": _("Coverage"),
    "accuracy_where_said": _("Accuracy where it speaks"),
}
NAMES = {slug: _(name) for slug, name, _description in (*INTENTS, *SEGMENTS)}
LABELS = dict(Sentiment.choices) | dict(Ticket.Priority.choices) | NAMES


@register.filter
def share(value: Any) -> str:
    """A share from 0 to 1 in percent with one decimal; a dash when it is not known."""
    known = isinstance(value, int | float)
    return f"{number_format(round(100 * value, 1), 1)} %" if known else "–"


@register.filter
def points(limit: float) -> str:
    """A share as points of a hundred."""
    return number_format(round(100 * limit), 0)


@register.filter
def moved(change: float) -> str:
    """A change in points, with its sign."""
    change = round(change, 1)
    sign = "+" if change > 0 else "−" if change < 0 else "±"
    return f"{sign}{number_format(abs(change), 1)}"


@register.filter
def task_label(task: str) -> str:
    """What a task is called; an unknown one is spelled out from its key."""
    return str(TASKS.get(task) or task.replace("_", " ").replace("-", " ").capitalize())


@register.filter
def set_label(name: str) -> str:
    """What rows were measured on."""
    return str(SETS.get(name) or name.replace("_", " ") or "–")


@register.filter
def measure_label(name: str) -> str:
    """What a figure is called."""
    return str(MEASURES.get(name) or name)


@register.filter
def label_name(slug: str) -> str:
    """A label for people: the name of a step or of what a shop starts with, else the slug
    spelled out.
    """
    return str(LABELS.get(slug) or slug.replace("_", " ").capitalize())


@register.filter
def named_by(label: AutomaticLabel, names: Mapping[str, Mapping[str, str]]) -> str:
    """An automatic label by the names of its task's labels; its slug where none is known."""
    return names.get(label.task, {}).get(label.label, label.label)


@register.filter
def words(text: str) -> list[str]:
    """The words of a constant."""
    return text.split()
