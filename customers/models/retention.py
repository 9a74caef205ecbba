"""How long what is kept, by class; and what each run took away."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models.erasure import ManagersOnly


class RetentionRule(models.Model):
    """Rows of one class of the data map go so many days after they were last of use; without
    days they stay.
    """

    class Kept(models.TextChoices):
        """The retention classes of the data map."""

        PROFILE = "profile", _("customers who do nothing any more")
        CONVERSATIONS = "conversations", _("tickets and what was written in them")
        ORDERS = "orders", _("orders")
        REVIEWS = "reviews", _("reviews")
        QUESTIONS = "questions", _("questions")
        MAIL = "mail", _("mail that belongs to no ticket")
        RESULTS = "results", _("the ledger of predictions")
        JOURNAL = "journal", _("the journal of changes")
        FILES = "files", _("files of imports and their refused rows")
        EGRESS = "egress", _("what left for models outside")

    kept = models.CharField(_("what"), max_length=14, choices=Kept.choices, primary_key=True)
    days = models.PositiveIntegerField(
        _("days"), null=True, blank=True, validators=[MinValueValidator(1)]
    )

    objects = models.Manager()

    class Meta:
        verbose_name = _("retention rule")
        verbose_name_plural = _("retention rules")
        ordering: ClassVar = ["kept"]

    def __str__(self) -> str:
        return str(self.get_kept_display())


class RetentionRun(models.Model):
    """One run: by class how many rows, and the keys that a trial run would take away.

    A trial (`is_dry`) takes nothing; a real run takes the very rows that a trial at the same
    moment lists.
    """

    is_dry = models.BooleanField(_("trial"), default=False)
    counts = models.JSONField(_("rows"), default=dict)
    row_keys = models.JSONField(_("keys"), default=dict)
    until_at = models.DateTimeField(_("as of"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished at"), null=True)

    objects = ManagersOnly.as_manager()

    class Meta:
        verbose_name = _("retention run")
        verbose_name_plural = _("retention runs")
        ordering: ClassVar = ["-until_at", "-id"]
        indexes: ClassVar = [
            models.Index(fields=["-until_at", "-id"], name="retentionrun_by_until")
        ]

    def __str__(self) -> str:
        return f"{self.until_at:%Y-%m-%d %H:%M}"


class PrivacySettings(models.Model):
    """What the shop decided about personal data; one row."""

    accounting_years = models.PositiveSmallIntegerField(
        _("years for which orders are kept for the books"), default=10
    )
    retrain_days = models.PositiveSmallIntegerField(
        _("days until models that learnt from an erased person are trained anew"), default=30
    )
    detected_kinds = ArrayField(
        models.CharField(max_length=16),
        verbose_name=_("personal data looked for in texts"),
        default=list,
        blank=True,
        help_text=_("None chosen: all kinds."),
    )

    objects = models.Manager()

    class Meta:
        verbose_name = _("privacy settings")
        verbose_name_plural = _("privacy settings")

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    @classmethod
    def current(cls) -> PrivacySettings:
        """The settings, with what holds before anybody saved them."""
        return cls.objects.first() or cls(pk=1)

    def save(self, *args: object, **kwargs: object) -> None:
        """As Django's, always the one row."""
        self.pk = 1
        super().save(*args, **kwargs)  # type: ignore[arg-type]
