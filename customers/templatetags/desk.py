"""What templates of the inbox need."""

from __future__ import annotations

from typing import Any

from django import template

from customers.desk.attachments import is_shown
from customers.models import Attachment
from customers.reports.needs import Waiting, waiting_for

register = template.Library()


@register.filter
def is_picture(attachment: Attachment) -> bool:
    """Whether a file is drawn on the page."""
    return is_shown(attachment)


@register.simple_tag
def waiting_for_me(user: Any) -> Waiting:
    """What the menu counts; nothing for who is no colleague."""
    return waiting_for(user) if getattr(user, "is_staff_member", False) else Waiting()
