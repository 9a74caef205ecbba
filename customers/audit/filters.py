"""What the audit can be narrowed by."""

from __future__ import annotations

from decimal import Decimal

import django_filters as filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from customers.filters.parts import DayFilter
from customers.models import AuditEntry, User
from customers.models.audit import AuditEntryQuerySet


class AuditFilter(filters.FilterSet):
    """The audit, by what was done, by whom, where, to which kind of record, and when."""

    action = filters.ChoiceFilter(choices=AuditEntry.Action.choices, label=_("What"))
    actor = filters.ModelChoiceFilter(
        queryset=lambda _request: User.objects.order_by("username"),
        label=_("Who"),
        null_label=_("rules and models"),
    )
    via = filters.ChoiceFilter(choices=AuditEntry.Via.choices, label=_("Via"))
    kind = filters.CharFilter(label=_("Kind of record"), max_length=40)
    record = filters.NumberFilter(
        field_name="pks", lookup_expr="contains", label=_("Number of the record"), method="holding"
    )
    since = DayFilter("happened_at", _("Since"), until=False, hidden=False)
    until = DayFilter("happened_at", _("Until"), until=True, hidden=False)

    class Meta:
        model = AuditEntry
        fields = ()

    def holding(self, rows: AuditEntryQuerySet, _name: str, value: Decimal) -> QuerySet:
        """Entries that name this record."""
        return rows.naming(int(value))
