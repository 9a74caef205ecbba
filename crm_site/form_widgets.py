"""Form fields without a template for each option: a list has a dozen selects above it, and their
templates took a quarter of the page's time. The HTML is that of Django's own templates.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.http import HttpRequest
from django.utils.formats import localize
from django.utils.html import conditional_escape
from django.utils.safestring import mark_safe

WIDGETS = "django/forms/widgets/"
INPUTS = {f"{WIDGETS}{kind}.html" for kind in ("date", "hidden", "number", "text")}


class WithoutTemplates(DjangoTemplates):
    """Draws selects and simple inputs here, and all else as Django does."""

    def render(
        self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None
    ) -> str:
        """The HTML of a widget or a form."""
        if template_name == f"{WIDGETS}select.html":
            return mark_safe("".join(_select(context["widget"])))  # noqa: S308  # all is escaped
        if template_name in INPUTS:
            return mark_safe(_input(context["widget"]))  # noqa: S308  # all is escaped
        return super().render(template_name, context, request)


def _select(widget: Mapping[str, Any]) -> Iterator[str]:
    yield f'<select name="{_text(widget["name"])}"{_attributes(widget["attrs"])}>'
    for group, options, _index in widget["optgroups"]:
        if group:
            yield f'<optgroup label="{_text(group)}">'
        for option in options:
            attributes = _attributes(option["attrs"])
            yield f'<option value="{_escaped(str(option["value"]))}"{attributes}>'
            yield f"{_text(option['label'])}</option>"
        if group:
            yield "</optgroup>"
    yield "</select>"


def _input(widget: Mapping[str, Any]) -> str:
    value = "" if widget["value"] is None else f' value="{_escaped(str(widget["value"]))}"'
    start = f'<input type="{_escaped(widget["type"])}" name="{_text(widget["name"])}"'
    return f"{start}{value}{_attributes(widget['attrs'])}>"


def _attributes(attributes: Mapping[str, Any]) -> str:
    """True stands for an attribute without a value, False for none."""
    return "".join(
        f" {name}" if value is True else f' {name}="{_escaped(str(value))}"'
        for name, value in attributes.items()
        if value is not False
    )


def _text(value: Any) -> str:
    """As a template shows it."""
    return _escaped(value if isinstance(value, str) else localize(value))


def _escaped(value: Any) -> str:
    return str(conditional_escape(value))
