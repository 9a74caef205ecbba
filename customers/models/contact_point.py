"""Further e-mail addresses and phone numbers of customers, and finding whom one belongs to."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from customers.models.base import Reached, RecordQuerySet
from customers.models.hidden import HidesFields
from customers.phone_numbers import e164

NOT_DIALLED = str.maketrans("", "", " ().-/\u00a0")


def normalised_email(address: str) -> str:
    """The address as it is compared: in small letters, without spaces around."""
    return unicodedata.normalize("NFKC", address).strip().lower()


def normalised_phone(number: str, region: str = "") -> str:
    """The number as it is compared: in E.164 where it is one (`region`, such as GB, for
    numbers without a country's prefix), else without what nobody dials.
    """
    said = unicodedata.normalize("NFKC", number).strip()
    return e164(said, region) or said.translate(NOT_DIALLED)


class ContactPointQuerySet(RecordQuerySet):
    """Many contact points at once."""

    def reaching(self, kind: str, value: str) -> ContactPointQuerySet:
        """Those that are this address or number, however it is written."""
        return self.filter(kind=kind, normalised=NORMALISED[kind](value))


class ContactPoint(HidesFields):
    """An e-mail address or phone number of a customer beside their first one, which stands on
    the customer's own row.
    """

    REACHED: ClassVar = Reached(customers=("customer",))

    def hides(self, hidden: Iterable[str]) -> set[str]:
        """Its value, where its kind is hidden; of a kind that is not told, where any may be."""
        kinds = {self.kind} if self.kind else set(self.Kind.values)
        return {"value", "normalised"} if kinds & set(hidden) else set()

    MOST = 20  # of one customer

    class Kind(models.TextChoices):
        EMAIL = "email", _("e-mail")
        PHONE = "phone", _("phone")

    customer = models.ForeignKey(
        "customers.Customer",
        models.CASCADE,
        related_name="contact_points",
        verbose_name=_("customer"),
    )
    kind = models.CharField(_("kind"), max_length=5, choices=Kind.choices)
    value = models.CharField(_("address or number"), max_length=254)
    normalised = models.CharField(_("as compared"), max_length=254, editable=False)
    label = models.CharField(_("label"), max_length=40, blank=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects = ContactPointQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact point")
        verbose_name_plural = _("contact points")
        ordering: ClassVar = ["kind", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["customer", "kind", "normalised"], name="contactpoint_once"
            )
        ]
        # whose address this is
        indexes: ClassVar = [models.Index(fields=["normalised"], name="contactpoint_by_value")]

    def __str__(self) -> str:
        return self.value

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; what it is compared by follows its value."""
        self.normalised = NORMALISED[self.kind](self.value)
        super().save(*args, **kwargs)


NORMALISED: Mapping[str, Callable[[str], str]] = {
    ContactPoint.Kind.EMAIL.value: normalised_email,
    ContactPoint.Kind.PHONE.value: normalised_phone,
}
