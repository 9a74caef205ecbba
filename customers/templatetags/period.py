"""The picker of a period: addresses that change it and keep every other parameter."""

from __future__ import annotations

from django import template
from django.template.context import RequestContext
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

register = template.Library()

OF_PERIODS = ("period", "from", "to", "page")


@register.simple_tag(takes_context=True)
def with_period(context: RequestContext, period: str) -> str:
    """This page's address over the last so many days (a key of `LENGTHS_DAYS`)."""
    query = context.request.GET.copy()
    for name in OF_PERIODS:
        query.pop(name, None)
    query["period"] = period
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def kept_parameters(context: RequestContext) -> SafeString:
    """Hidden fields of every parameter but those of the period, for a form."""
    return _hidden(context, set(OF_PERIODS))


@register.simple_tag(takes_context=True)
def kept_but(context: RequestContext, *changed: str) -> SafeString:
    """Hidden fields of every parameter but the `changed`, for a form."""
    return _hidden(context, {*changed, "page"})


def _hidden(context: RequestContext, left_out: set[str]) -> SafeString:
    pairs = [
        (name, value)
        for name, values in context.request.GET.lists()
        for value in values
        if name not in left_out
    ]
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', pairs)
