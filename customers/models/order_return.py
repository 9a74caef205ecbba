"""Returns as a matter between shop and customer, from the wish to the money."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from customers.models.base import Reached, RecordQuerySet
from customers.models.order import Order
from customers.models.product import Product
from customers.models.ticket import Ticket


class OrderReturn(models.Model):
    """Goods of one order that come back (an RMA). The money is an order of kind "return":
    `credit`, null until it is paid back, so that sums over orders stay true by themselves.
    """

    REACHED: ClassVar = Reached(customers=("order__customer",))

    class Reason(models.TextChoices):
        DAMAGED = "damaged", _("damaged on the way")
        FAULTY = "faulty", _("does not work")
        WRONG_ITEM = "wrong_item", _("wrong item sent")
        NOT_AS_DESCRIBED = "not_as_described", _("not as described")
        TOO_LATE = "too_late", _("came too late")
        UNWANTED = "unwanted", _("not wanted any more")
        OTHER = "other", _("other")

    class State(models.TextChoices):
        REQUESTED = "requested", _("asked for")
        APPROVED = "approved", _("approved")
        RECEIVED = "received", _("goods are back")
        REFUNDED = "refunded", _("refunded")
        REJECTED = "rejected", _("rejected")

    order = models.ForeignKey(
        Order, models.CASCADE, related_name="order_returns", verbose_name=_("order")
    )
    ticket = models.ForeignKey(
        Ticket,
        models.SET_NULL,
        null=True,
        related_name="order_returns",
        verbose_name=_("ticket"),
    )
    reason = models.CharField(_("reason"), max_length=20, choices=Reason.choices)
    state = models.CharField(
        _("state"), max_length=12, choices=State.choices, default=State.REQUESTED
    )
    note = models.CharField(_("note"), max_length=300, blank=True)
    credit = models.OneToOneField(
        Order, models.SET_NULL, null=True, related_name="return_of", verbose_name=_("credit")
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("created by"),
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("return")
        verbose_name_plural = _("returns")
        ordering: ClassVar = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"R{self.pk}"

    @property
    def number(self) -> str:
        """What staff and customers call it by."""
        return f"R{self.pk}"

    @property
    def next_states(self) -> list[tuple[str, str]]:
        """The states that it can go to from here; money is paid back by an act of its own."""
        states = self.State
        ways: dict[str, list[OrderReturn.State]] = {
            states.REQUESTED: [states.APPROVED, states.REJECTED],
            states.APPROVED: [states.RECEIVED, states.REJECTED],
            states.RECEIVED: [states.REJECTED],
        }
        return [(state.value, str(state.label)) for state in ways.get(self.state, [])]

    @property
    def can_be_refunded(self) -> bool:
        """Whether its money can be paid back: goods that are awaited or here."""
        return self.state in (self.State.APPROVED, self.State.RECEIVED)


class ReturnItem(models.Model):
    """Units of one product that come back, at the price they were sold for."""

    order_return = models.ForeignKey(
        OrderReturn, models.CASCADE, related_name="items", verbose_name=_("return")
    )
    product = models.ForeignKey(
        Product, models.PROTECT, related_name="+", verbose_name=_("product")
    )
    quantity = models.PositiveIntegerField(_("quantity"))
    unit_price = models.DecimalField(_("unit price"), max_digits=14, decimal_places=4)

    class Meta:
        verbose_name = _("item of a return")
        verbose_name_plural = _("items of returns")

    def __str__(self) -> str:
        return f"{self.quantity} × {self.product}"
