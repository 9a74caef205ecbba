"""How findings are told."""

from __future__ import annotations

import re

from django import template

from customers.models import Finding
from customers.radar import wording

register = template.Library()

# The marks of Markdown that would stand in a quoted sentence: emphasis, headings, cells.
MARKS = re.compile(r"\*+|^#+\s+|^\s*\||\|\s*$", re.MULTILINE)

TONES = {Finding.Severity.URGENT: "bad", Finding.Severity.WARNING: "warn"}


@register.filter
def finding_title(finding: Finding) -> str:
    """What was found, in one line."""
    return wording.title(finding)


@register.filter
def finding_text(finding: Finding) -> str:
    """What to do about it."""
    return wording.explanation(finding)


@register.filter
def finding_tone(severity: int) -> str:
    """The class that colours a severity."""
    return TONES.get(severity, "")  # type: ignore[call-overload]


@register.filter
def without_marks(text: str) -> str:
    """A stretch of Markdown as it reads, for a quotation."""
    return MARKS.sub("", text)
