"""What an admin says of a key."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models import ApiKey, User
from customers.partners.scopes import PARTS, READ, WRITE, verbs_of

DAYS = [("30", _("30 days")), ("90", _("90 days")), ("365", _("a year")), ("", _("no end"))]


class ApiKeyForm(forms.ModelForm):
    """A key: its owner, what it opens, how often, and how long."""

    scopes = forms.MultipleChoiceField(
        label=_("Scopes"), widget=forms.CheckboxSelectMultiple, choices=[]
    )
    lasts_days = forms.ChoiceField(label=_("Works for"), choices=DAYS, required=False, initial="90")

    class Meta:
        model = ApiKey
        fields = ("name", "owner", "source", "requests_per_minute", "scopes")

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        fields: Any = self.fields
        with_a_role = User.objects.filter(is_active=True, groups__name__in=User.ROLES).distinct()
        fields["owner"].queryset = with_a_role.order_by("username")
        fields["scopes"].choices = scope_choices()

    def clean_owner(self) -> User:
        """Who has a role; superusers have all of them, which no key needs."""
        owner: User = self.cleaned_data["owner"]
        if owner.is_superuser:
            raise ValidationError(_("Choose a login with one role: this one may do everything."))
        return owner

    @property
    def columns(self) -> dict[str, Any]:
        """The columns of the key to make, apart from its name and owner."""
        said = self.cleaned_data
        days = said.get("lasts_days")
        ends_at = timezone.now() + timedelta(days=int(days)) if days else None
        names = ("source", "requests_per_minute", "scopes")
        return {name: said[name] for name in names} | {"expires_at": ends_at}


class RotationForm(forms.Form):
    """How long the old key works beside the new one."""

    overlap_hours = forms.IntegerField(
        label=_("Hours for which the old key works on"), min_value=0, max_value=720, initial=24
    )


def scope_choices() -> list[tuple[str, str]]:
    """Scopes as people read them."""
    verbs = {READ: _("read"), WRITE: _("write")}
    return [
        (f"{part}:{verb}", f"{name}: {verbs[verb]}")
        for part, name in PARTS.items()
        for verb in verbs_of(part)
    ]
