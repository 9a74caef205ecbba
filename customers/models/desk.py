"""What agents do beside each other on one ticket: look, type, and call each other."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models.message import Message
from customers.models.ticket import Ticket


class Presence(models.Model):
    """One agent at one ticket: when the page was last open (`seen_at`) and typed into, and
    when it was last read (`read_at`, null for what is marked as unread).
    """

    ticket = models.ForeignKey(
        Ticket, models.CASCADE, related_name="presences", verbose_name=_("ticket")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("user")
    )
    seen_at = models.DateTimeField(_("seen at"), null=True)
    typing_at = models.DateTimeField(_("typed at"), null=True)
    read_at = models.DateTimeField(_("read at"), null=True)

    class Meta:
        verbose_name = _("presence")
        verbose_name_plural = _("presences")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["ticket", "user"], name="presence_once")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} at {self.ticket_id}"


class TypedReply(models.Model):
    """What an agent typed to a ticket and has not sent yet; one for each."""

    ticket = models.ForeignKey(
        Ticket, models.CASCADE, related_name="typed_replies", verbose_name=_("ticket")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("user")
    )
    body = models.TextField(_("text"))
    is_internal = models.BooleanField(_("internal note"), default=False)
    draft = models.ForeignKey(
        "customers.Draft", models.SET_NULL, null=True, related_name="+", verbose_name=_("draft")
    )
    macro = models.ForeignKey(
        "customers.Macro", models.SET_NULL, null=True, related_name="+", verbose_name=_("macro")
    )
    typed_at = models.DateTimeField(_("typed at"), default=timezone.now)

    class Meta:
        verbose_name = _("unsent reply")
        verbose_name_plural = _("unsent replies")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["ticket", "user"], name="typedreply_once")
        ]

    def __str__(self) -> str:
        return self.body[:80]


class StaffMention(models.Model):
    """A note that calls a colleague by @name; `seen_at` is null until they open the ticket
    or say that they have read it."""

    message = models.ForeignKey(
        Message, models.CASCADE, related_name="staff_mentions", verbose_name=_("message")
    )
    ticket = models.ForeignKey(
        Ticket, models.CASCADE, related_name="staff_mentions", verbose_name=_("ticket")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("user")
    )
    seen_at = models.DateTimeField(_("seen at"), null=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("mention")
        verbose_name_plural = _("mentions of staff")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["message", "user"], name="staffmention_once")
        ]
        # the queue of mentions
        indexes: ClassVar = [
            models.Index(fields=["user", "-created_at"], name="staffmention_by_user"),
            # home, and the number in the menu
            models.Index(
                fields=["user", "-created_at"],
                name="staffmention_unread",
                condition=models.Q(seen_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.message_id}"
