"""Consents: what a person allowed or refused, for which purpose and channel, and the proof."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models.base import RecordQuerySet


class Purpose(models.TextChoices):
    """What personal data may be used for beyond serving the person."""

    MARKETING = "marketing", _("marketing")
    PROFILING = "profiling", _("profiling")
    TRAINING = "training", _("training of models")
    EXTERNAL = "external", _("models outside of this machine")


class ConsentChannel(models.TextChoices):
    """By what a person is reached; "" stands for all of them."""

    ANY = "", _("all channels")
    EMAIL = "email", _("e-mail")
    PHONE = "phone", _("phone")
    SMS = "sms", _("SMS")
    POST = "post", _("post")


# The columns of Customer that hold what stands in force for all channels, so that lists and sums
# need no join, and the value of each when the purpose is allowed: marketing needs a yes, the
# others rest on the shop's interest and end with a no.
COLUMNS: dict[str, tuple[str, bool]] = {
    Purpose.MARKETING: ("marketing_consent", True),
    Purpose.PROFILING: ("objects_to_profiling", False),
    Purpose.TRAINING: ("refuses_training", False),
    Purpose.EXTERNAL: ("refuses_external", False),
}


class ConsentQuerySet(RecordQuerySet):
    """Many consents at once."""

    def in_force(self) -> Self:
        """The latest word on each purpose and channel of each customer."""
        of_each = ("customer", "purpose", "channel")
        latest = self.order_by(*of_each, "-given_at", "-id").distinct(*of_each)
        rows: Any = self.model._default_manager
        return rows.filter(pk__in=latest.values("pk"))

    def follow(self, customers: Iterable[int]) -> None:
        """Bring the customers' columns in line with what stands in force."""
        customer: Any = self.model._meta.get_field("customer").related_model
        for pk in customers:
            said = self.filter(customer=pk, channel="").in_force()
            columns = {}
            for purpose, is_allowed in said.values_list("purpose", "is_allowed"):
                name, when_allowed = COLUMNS[purpose]
                columns[name] = when_allowed if is_allowed else not when_allowed
            if columns:
                customer._base_manager.filter(pk=pk).update(**columns)


class Consent(models.Model):
    """One word of a person, kept for good: a later one overrides it and leaves it standing.

    The proof is when it was given, how (`method`), to which `wording`, by what `origin` (a page,
    a form, a system's name) it came in, and who of the staff entered it (`by`).
    """

    class Method(models.TextChoices):
        FORM = "form", _("form of the shop")
        PORTAL = "portal", _("preferences on the portal")
        ENTERED = "entered", _("set on the record, without more proof")
        EMAIL = "email", _("e-mail")
        PHONE = "phone", _("by phone")
        LETTER = "letter", _("letter or in person")
        IMPORT = "import", _("taken over from another system")

    SOURCE_PATH: ClassVar[str] = "customer__source"

    customer = models.ForeignKey(
        "customers.Customer",
        models.CASCADE,
        related_name="consents",
        verbose_name=_("customer"),
        db_index=False,
    )
    purpose = models.CharField(_("purpose"), max_length=10, choices=Purpose.choices)
    channel = models.CharField(
        _("channel"), max_length=6, choices=ConsentChannel.choices, blank=True, default=""
    )
    is_allowed = models.BooleanField(_("allowed"))
    method = models.CharField(_("how"), max_length=8, choices=Method.choices)
    wording = models.TextField(_("wording"), blank=True, max_length=2000)
    origin = models.CharField(_("where from"), max_length=200, blank=True)
    given_at = models.DateTimeField(_("given at"), default=timezone.now)
    recorded_at = models.DateTimeField(_("recorded at"), auto_now_add=True)
    by = models.ForeignKey(
        "customers.User",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("entered by"),
    )

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering: ClassVar = ["-given_at", "-id"]
        indexes: ClassVar = [
            # what stands in force of a customer
            models.Index(
                fields=["customer", "purpose", "channel", "-given_at", "-id"],
                name="consent_in_force",
            ),
            models.Index(fields=["-recorded_at", "-id"], name="consent_by_recorded"),
        ]

    def __str__(self) -> str:
        said = _("allowed") if self.is_allowed else _("refused")
        return f"{self.get_purpose_display()}: {said}"
