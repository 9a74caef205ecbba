"""What the journal can be narrowed by."""

from __future__ import annotations

import django_filters as filters
from django.utils.translation import gettext_lazy as _

from customers.models import JournalEntry, User


class JournalFilter(filters.FilterSet):
    """The journal, by what was done and by whom."""

    kind = filters.ChoiceFilter(choices=JournalEntry.Kind.choices, label=_("What"))
    by = filters.ModelChoiceFilter(
        queryset=lambda _request: User.objects.order_by("username"),
        label=_("Who"),
        null_label=_("a rule"),
    )

    class Meta:
        model = JournalEntry
        fields = ()
