"""How alarms are told on pages."""

from __future__ import annotations

from django import template

from customers.alarms import wording
from customers.models import Alarm

register = template.Library()

TONES = {
    Alarm.Severity.URGENT: "bad",
    Alarm.Severity.WARNING: "warn",
    Alarm.Severity.NOTICE: "accent",
}


@register.filter
def alarm_title(alarm: Alarm) -> str:
    """What happened, in one line."""
    return wording.title(alarm)


@register.filter
def alarm_text(alarm: Alarm) -> str:
    """The figures that tell it."""
    return wording.explanation(alarm)


@register.filter
def severity_tone(severity: int) -> str:
    """The class that colours a severity."""
    return TONES.get(Alarm.Severity(severity), "")
