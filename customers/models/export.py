"""Exports: lists that a worker writes into a file."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from customers.models.job import Job


class Export(Job):
    """A file of the rows of a list as its maker saw them, with these columns."""

    class Format(models.TextChoices):
        CSV = "csv", "CSV"
        XLSX = "xlsx", "Excel (XLSX)"

    list_name = models.CharField(_("list"), max_length=20)
    columns = ArrayField(models.CharField(max_length=60), verbose_name=_("columns"))
    format = models.CharField(_("format"), max_length=4, choices=Format.choices, default=Format.CSV)
    file = models.FileField(_("file"), upload_to="exports/%Y/%m/", blank=True, editable=False)

    class Meta(Job.Meta):
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        indexes: ClassVar = [
            models.Index(fields=["-created_at", "-id"], name="export_by_created"),
            models.Index(fields=["created_by", "-created_at"], name="export_by_maker"),
            # files that are to be forgotten
            models.Index(
                fields=["finished_at"], name="export_with_file", condition=~models.Q(file="")
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def file_name(self) -> str:
        """What the file is called for whoever saves it."""
        return f"{self.list_name}-{self.created_at:%Y-%m-%d}-{self.pk}.{self.format}"
