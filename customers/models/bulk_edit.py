"""Edits of many rows of a list at once."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from customers.models.job import Job


class BulkEdit(Job):
    """One change of many customers: of those named in `pks`, else of all that `query` gives.

    `last_pk` is how far it is, so that a worker that takes it over goes on from there.
    """

    pks = ArrayField(models.BigIntegerField(), null=True, verbose_name=_("keys"))
    action = models.CharField(_("action"), max_length=60)
    value = models.JSONField(_("value"), null=True, blank=True)
    last_pk = models.BigIntegerField(_("last key"), default=0, editable=False)
    entry = models.ForeignKey(
        "customers.JournalEntry",
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("journal entry"),
    )

    class Meta(Job.Meta):
        verbose_name = _("bulk edit")
        verbose_name_plural = _("bulk edits")
        indexes: ClassVar = [
            models.Index(fields=["created_by", "-created_at"], name="bulkedit_by_maker"),
        ]

    def __str__(self) -> str:
        return f"{self.action} #{self.pk}"
