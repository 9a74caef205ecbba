"""The words that a ticket's columns hold."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

# What complaints want, by the slugs that a shop starts with; see customers/taxonomies.py.
COMPLAINT_INTENTS = ("complaint", "get_refund", "product_fault", "wrong_item")

# What somebody still has to work on: the condition of the indexes that queues read.
OPEN_STATUSES = ("open", "pending")


class Status(models.TextChoices):
    """Whose turn it is, or that it is over."""

    OPEN = "open", _("open")
    PENDING = "pending", _("waiting for customer")
    SOLVED = "solved", _("solved")
    CLOSED = "closed", _("closed")


class Priority(models.TextChoices):
    """How much it presses."""

    LOW = "low", _("low")
    NORMAL = "normal", _("normal")
    HIGH = "high", _("high")
    URGENT = "urgent", _("urgent")


class Kind(models.TextChoices):
    """What kind of work it is."""

    QUESTION = "question", _("question")
    PROBLEM = "problem", _("problem")
    REQUEST = "request", _("request")
    TASK = "task", _("task")


class Channel(models.TextChoices):
    """How it came to the shop."""

    EMAIL = "email", _("e-mail")
    WEB = "web", _("web form")
    CHAT = "chat", _("chat")
    PHONE = "phone", _("phone")
    API = "api", _("API")
