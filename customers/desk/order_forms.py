"""The forms of what staff do to orders."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from customers.desk.order_actions import CENT, Returnable, Sums
from customers.models import Order, OrderReturn
from customers.templatetags.records import money


class ReasonForm(forms.Form):
    """Why; it stands in the conversation and in the journal."""

    reason = forms.CharField(label=_("Reason"), max_length=200)


class RefundForm(ReasonForm):
    """A sum to pay back, of what is left of the order."""

    amount = forms.DecimalField(
        label=_("Sum"), min_value=CENT, max_digits=12, decimal_places=2, localize=False
    )
    field_order = ("amount", "reason")

    def __init__(self, *args: Any, order: Order, sums: Sums, **named: Any) -> None:
        super().__init__(*args, **named)
        self.order, self.sums = order, sums
        self.fields["amount"].widget.attrs["max"] = str(sums.allowed)

    def clean_amount(self) -> Decimal:
        """No more than is left, and than the user may pay back."""
        amount, order = self.cleaned_data["amount"], self.order
        if amount > self.sums.left:
            left = money(self.sums.left, order.currency)
            raise ValidationError(_("Only %(sum)s can be paid back.") % {"sum": left})
        if amount > self.sums.allowed:
            left = money(self.sums.allowed, order.currency)
            raise ValidationError(
                _("You may pay back %(sum)s more of this order; ask a manager.") % {"sum": left}
            )
        return amount


class CancelForm(ReasonForm):
    """Why an order is cancelled."""

    prefix = "cancel"


class AddressForm(forms.Form):
    """Where an order goes."""

    address = forms.CharField(
        label=_("Shipping address"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4})
    )


class ReturnForm(forms.Form):
    """How many units of each line come back, and why."""

    reason = forms.ChoiceField(choices=OrderReturn.Reason.choices, label=_("Reason"))
    note = forms.CharField(label=_("Note"), max_length=300, required=False)

    def __init__(self, *args: Any, lines: Sequence[Returnable], **named: Any) -> None:
        super().__init__(*args, **{"prefix": "return", **named})
        self.lines = [one for one in lines if one.units]
        for one in self.lines:
            self.fields[f"line-{one.line.pk}"] = forms.IntegerField(
                label=f"{one.line.product} · {money(one.line.unit_price)}",
                min_value=0,
                max_value=one.units,
                initial=0,
                required=False,
            )

    def clean(self) -> dict[str, Any]:
        """At least one unit."""
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and not any(self.units().values()):
            raise ValidationError(_("Say how many units come back."))
        return cleaned

    def units(self) -> dict[int, int]:
        """How many units come back, by the key of their line."""
        said = {one.line.pk: self.cleaned_data.get(f"line-{one.line.pk}") for one in self.lines}
        return {pk: n for pk, n in said.items() if n}
