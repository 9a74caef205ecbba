"""The form of a rating."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.models import SatisfactionRating

MOST_REASON = 2000


class RatingForm(forms.Form):
    """One to five, and why."""

    score = forms.TypedChoiceField(
        label=_("How satisfied are you?"),
        choices=list(reversed(SatisfactionRating.SCORES)),
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the five.")},
    )
    reason = forms.CharField(
        label=_("Why? (if you like)"),
        required=False,
        max_length=MOST_REASON,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
