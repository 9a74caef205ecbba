"""The forms of privacy: consents, erasing, holding, letting somebody come back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models import Consent, ConsentChannel, ErasureRequest, LegalHold, Purpose
from customers.privacy.tombstones import digests_of


class ConsentForm(forms.ModelForm):
    """What a customer said, and the proof of it."""

    is_allowed = forms.TypedChoiceField(
        label=_("They"),
        choices=[("1", _("agree")), ("0", _("refuse"))],
        coerce=lambda said: said == "1",
    )
    given_at = forms.DateTimeField(
        label=_("When"),
        initial=timezone.localtime,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    class Meta:
        model = Consent
        fields = ("purpose", "channel", "is_allowed", "method", "given_at", "wording", "origin")
        widgets: Any = {"wording": forms.Textarea(attrs={"rows": 2})}
        labels: Any = {"wording": _("What they agreed to, in these words")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        channel: Any = self.fields["channel"]
        channel.choices = ConsentChannel.choices

    def clean_given_at(self) -> Any:
        """Nobody has agreed in the future."""
        said = self.cleaned_data["given_at"]
        if said > timezone.now() + timedelta(minutes=1):
            raise forms.ValidationError(_("This is in the future."))
        return said

    def clean(self) -> dict[str, Any]:
        """A yes to marketing needs the words that were agreed to: they are the proof."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        is_yes = cleaned.get("purpose") == Purpose.MARKETING and cleaned.get("is_allowed")
        if is_yes and not cleaned.get("wording", "").strip():
            self.add_error("wording", _("Enter the words that the customer agreed to."))
        return cleaned


class EraseForm(forms.Form):
    """The confirmation of an erasure: a reason, and the customer's number typed again."""

    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=[one for one in ErasureRequest.Reason.choices if one[0] != "replayed"],
    )
    number = forms.IntegerField(label=_("Number of the customer"))

    def __init__(self, *args: Any, customer: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.customer = customer
        self.fields["number"].help_text = _(
            "Type %(number)s to confirm. This cannot be undone."
        ) % {"number": customer.pk}

    def clean_number(self) -> int:
        """The very customer's number."""
        number: int = self.cleaned_data["number"]
        if number != self.customer.pk:
            raise forms.ValidationError(_("This is the number of another customer."))
        return number


class HoldForm(forms.ModelForm):
    """Why nothing of a customer may be erased."""

    class Meta:
        model = LegalHold
        fields = ("reason",)


class ComeBackForm(forms.Form):
    """A new consent of somebody who was erased."""

    email = forms.EmailField(label=_("E-mail"), required=False)
    phone = forms.CharField(label=_("Phone"), required=False, max_length=40)
    source = forms.SlugField(label=_("Source"), required=False, max_length=40)
    external_id = forms.CharField(label=_("External id"), required=False, max_length=120)
    wording = forms.CharField(
        label=_("What they agreed to, in these words"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def clean(self) -> dict[str, Any]:
        """Something that they are known by."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and not self.digests:
            told = _("Give an e-mail, a phone number, or a source with its external id.")
            raise forms.ValidationError(told)
        return cleaned

    @property
    def digests(self) -> dict[str, str]:
        """The keyed hashes of what was typed."""
        said = self.cleaned_data
        key = (said.get("source", ""), said.get("external_id", ""))
        return digests_of([key], [said.get("email", "")], [said.get("phone", "")])
