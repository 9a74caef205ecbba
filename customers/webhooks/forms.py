"""What an admin says of a webhook."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.events.types import event_choices
from customers.models import WebhookEndpoint


class WebhookEndpointForm(forms.ModelForm):
    """An endpoint: where, of what, and whether now."""

    event_types = forms.MultipleChoiceField(
        label=_("Events"), widget=forms.CheckboxSelectMultiple, choices=[]
    )

    class Meta:
        model = WebhookEndpoint
        fields: ClassVar = ["name", "address", "on_own_network", "is_active", "event_types"]
        widgets: ClassVar = {"address": forms.URLInput(attrs={"placeholder": "https://"})}

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        fields: Any = self.fields
        fields["event_types"].choices = event_choices()


class SecretRotationForm(forms.Form):
    """How long the old secret signs beside the new one."""

    overlap_hours = forms.IntegerField(
        label=_("Hours for which the old secret signs too"), min_value=0, max_value=720, initial=24
    )
