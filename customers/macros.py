"""Macros filled with what is known of a ticket: a closed list of variables, put in once.

A value is never read for variables again, so that a customer who is called
"{{order.number}}" stays just that. What is not known leaves a marker such as
[order.number?], which staff fill in before the reply can go.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customers.languages import ui_language
from customers.models import Macro, Ticket, User
from customers.person_names import spoken_name
from customers.templatetags.records import money
from customers.unseen import visible

HAN = re.compile("[\u3400-\u9fff]")
MOST_VALUE = 200  # characters of one value

VARIABLE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")


@dataclass(frozen=True, slots=True)
class RenderedMacro:
    """A macro for one ticket: its text, and the variables that were not known, in order."""

    text: str
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Variable:
    """What stands for one variable: its name for people, and how its value is read."""

    label: str | Promise
    value: Callable[[Ticket, User], str]


def _first_name(ticket: Ticket, _agent: User) -> str:
    """A Chinese name whole: it begins with the family's."""
    name = _name(ticket, _agent)
    return name if HAN.search(name) else next(iter(name.split()), "")


def _name(ticket: Ticket, _agent: User) -> str:
    return spoken_name(ticket.customer.name) if ticket.customer else ""


def _placed_on(ticket: Ticket, _agent: User) -> str:
    if not ticket.order:
        return ""
    return date_format(timezone.localtime(ticket.order.placed_at), "DATE_FORMAT")


def _total(ticket: Ticket, _agent: User) -> str:
    return money(ticket.order.total, ticket.order.currency) if ticket.order else ""


VARIABLES: dict[str, Variable] = {
    "customer.first_name": Variable(_("the customer's first name"), _first_name),
    "customer.name": Variable(_("the customer's name"), _name),
    "order.number": Variable(
        _("the order's number"), lambda t, _a: t.order.number if t.order else ""
    ),
    "order.status": Variable(
        _("where the order stands"), lambda t, _a: t.order.get_status_display() if t.order else ""
    ),
    "order.total": Variable(_("what the order comes to"), _total),
    "order.placed_on": Variable(_("the day of the order"), _placed_on),
    "agent.name": Variable(_("who answers"), lambda _t, a: a.get_full_name() or a.username),
    "shop.name": Variable(_("the shop's name"), lambda _t, _a: settings.SHOP_NAME),
}
MARKER = re.compile(r"\[(" + "|".join(re.escape(name) for name in VARIABLES) + r")\?\]")


def unknown_variables(body: str) -> list[str]:
    """The variables of a text that there are not, each once."""
    return list(dict.fromkeys(name for name in VARIABLE.findall(body) if name not in VARIABLES))


def unfilled(text: str) -> list[str]:
    """The markers of values that were not known and that nobody has filled in yet."""
    return list(dict.fromkeys(match.group() for match in MARKER.finditer(text)))


def render(macro: Macro, ticket: Ticket, agent: User) -> RenderedMacro:
    """The macro's text for this ticket, in the macro's language."""
    missing: dict[str, None] = {}

    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        variable = VARIABLES.get(name)
        said = _one_line(variable.value(ticket, agent)) if variable else ""
        if not said:
            missing[name] = None
        return said or f"[{name}?]"

    with translation.override(ui_language(macro.language)):
        text = VARIABLE.sub(value, macro.body)
    return RenderedMacro(text, tuple(missing))


def _one_line(value: str) -> str:
    return " ".join(visible(value).split())[:MOST_VALUE]
