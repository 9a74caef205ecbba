"""What the shop knows of one person, as a file for that person."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models.base import RecordQuerySet
from customers.models.job import Job, JobQuerySet

KEPT = timedelta(days=7)  # then the link leads nowhere and the file is gone


class AccessExportQuerySet(JobQuerySet):
    """Many of them at once."""

    def visible_to(self, user: Any) -> Self:
        """All for managers and admins, none for others: it is everything of a person."""
        rows = RecordQuerySet.visible_to(self, user)
        return rows if getattr(user, "is_manager", False) else self.none()

    def expired(self) -> Self:
        """Those whose file has had its time."""
        return self.exclude(file="").filter(expires_at__lt=timezone.now())


class AccessExport(Job):
    """A ZIP of everything that is known of a customer, until `expires_at`."""

    customer = models.ForeignKey(
        "customers.Customer",
        models.CASCADE,
        related_name="access_exports",
        verbose_name=_("customer"),
    )
    file = models.FileField(_("file"), upload_to="access/%Y/%m/", blank=True, editable=False)
    expires_at = models.DateTimeField(_("until"), null=True, editable=False)
    download_count = models.PositiveIntegerField(_("downloads"), default=0, editable=False)
    last_downloaded_at = models.DateTimeField(_("last download"), null=True, editable=False)

    objects: ClassVar[Any] = AccessExportQuerySet.as_manager()

    class Meta(Job.Meta):
        verbose_name = _("access export")
        verbose_name_plural = _("access exports")
        indexes: ClassVar = [
            models.Index(fields=["-created_at", "-id"], name="accessexport_by_created")
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def file_name(self) -> str:
        """What the file is called for whoever saves it: no name of anybody."""
        return f"personal-data-{self.created_at:%Y-%m-%d}-{self.pk}.zip"

    @property
    def is_open(self) -> bool:
        """Whether the file can be fetched."""
        return bool(self.file) and self.expires_at is not None and timezone.now() < self.expires_at

    def note_download(self) -> None:
        """Count one more download."""
        mine = type(self).objects.filter(pk=self.pk)
        mine.update(
            download_count=models.F("download_count") + 1, last_downloaded_at=timezone.now()
        )
