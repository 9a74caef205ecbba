"""What an admin says of a shop."""

from __future__ import annotations

from typing import ClassVar

from django import forms

from customers.models import Connector


class ConnectorForm(forms.ModelForm):
    """A shop: what it is, where its secrets stand, and whether it is told of orders."""

    class Meta:
        model = Connector
        fields: ClassVar = [
            *("name", "kind", "source", "is_active", "secret_variable", "sends_status"),
            *("address", "token_variable", "on_own_network"),
        ]
        widgets: ClassVar = {"address": forms.URLInput(attrs={"placeholder": "https://"})}
