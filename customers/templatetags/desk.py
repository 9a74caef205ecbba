"""What templates of the inbox need."""

from __future__ import annotations

from django import template

from customers.desk.attachments import is_shown
from customers.models import Attachment

register = template.Library()


@register.filter
def is_picture(attachment: Attachment) -> bool:
    """Whether a file is drawn on the page."""
    return is_shown(attachment)
