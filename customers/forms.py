"""The forms of the screens."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.models import Import, Intent, Segment, Ticket


class IntentForm(forms.Form):
    """What the customer wants, as staff see it; empty takes the decision back."""

    intent = forms.ModelChoiceField(
        Intent.objects.filter(is_active=True), label=_("Intent"), required=False
    )


class SegmentForm(forms.Form):
    """Which kind of customer this is, as staff see it; empty takes the decision back."""

    segment = forms.ModelChoiceField(
        Segment.objects.filter(is_active=True), label=_("Segment"), required=False
    )


class StatusForm(forms.ModelForm):
    """Where a ticket stands."""

    class Meta:
        model = Ticket
        fields = ("status",)


class ReplyForm(forms.Form):
    """An agent's answer to the customer."""

    body = forms.CharField(
        label=_("Reply"), widget=forms.Textarea(attrs={"rows": 5, "required": True})
    )


class ImportForm(forms.ModelForm):
    """A file to take in: which format it has, and which system it comes from."""

    def __init__(self, *args: Any, formats: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["format"] = forms.ChoiceField(choices=formats, label=_("Format"))
        self.fields["file"].required = True
        self.fields["source"].help_text = _("The system that the file comes from, such as webshop.")

    class Meta:
        model = Import
        fields = ("format", "source", "file")
