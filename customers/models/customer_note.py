"""What staff note about a customer."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models.base import Reached, RecordQuerySet


class CustomerNote(models.Model):
    """One note of a person of staff; `pinned_at` keeps it on top of the customer's page."""

    REACHED: ClassVar = Reached(customers=("customer",))

    customer = models.ForeignKey(
        "customers.Customer",
        models.CASCADE,
        related_name="staff_notes",
        verbose_name=_("customer"),
        db_index=False,
    )
    body = models.TextField(_("note"), max_length=5000)
    by = models.ForeignKey(
        "customers.User", models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    written_at = models.DateTimeField(_("written at"), default=timezone.now)
    pinned_at = models.DateTimeField(_("pinned at"), null=True, blank=True)

    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer note")
        verbose_name_plural = _("customer notes")
        ordering: ClassVar = ["-written_at", "-id"]
        # a customer's timeline
        indexes: ClassVar = [
            models.Index(fields=["customer", "-written_at", "-id"], name="customernote_by_customer")
        ]

    def __str__(self) -> str:
        return self.body[:80]
