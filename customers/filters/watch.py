"""What the lists of alarms and of requests that left can be narrowed by."""

from __future__ import annotations

import django_filters as filters
from django.db.models import Exists, OuterRef, QuerySet
from django.forms import HiddenInput
from django.utils.translation import gettext_lazy as _

from customers.filters.parts import DayFilter, ValueFilter
from customers.models import Alarm, ApiKey, EgressRecord, Proposal
from customers.models.generator import EGRESS_PURPOSES


class AlarmListFilter(filters.FilterSet):
    """The list of alarms; the open ones unless another state is asked for."""

    kind = filters.ChoiceFilter(choices=Alarm.Kind.choices, label=_("Kind"))
    severity = filters.ChoiceFilter(choices=Alarm.Severity.choices, label=_("Severity"))

    class Meta:
        model = Alarm
        fields = ()


class EgressFilter(filters.FilterSet):
    """The egress ledger, by what a request was for, where it went, how it ended, and when."""

    feature = filters.ChoiceFilter(choices=EGRESS_PURPOSES, label=_("Feature"))
    host = ValueFilter(EgressRecord, "host", _("Host"))
    outcome = filters.ChoiceFilter(choices=EgressRecord.Outcome.choices, label=_("Outcome"))
    since = DayFilter("sent_at", _("Since"), until=False, hidden=False)
    until = DayFilter("sent_at", _("Until"), until=True, hidden=False)

    class Meta:
        model = EgressRecord
        fields = ()


class ProposalListFilter(filters.FilterSet):
    """The list of proposals, by what is proposed and with which key."""

    kind = filters.ChoiceFilter(choices=Proposal.Kind.choices, label=_("Kind"))
    key = filters.ModelChoiceFilter(
        queryset=lambda _request: ApiKey.objects.filter(
            Exists(Proposal.objects.filter(key=OuterRef("pk")))
        ).order_by("name", "pk"),
        label=_("API key"),
    )
    status = filters.CharFilter(method="unchanged", widget=HiddenInput)

    class Meta:
        model = Proposal
        fields = ()

    def unchanged(self, rows: QuerySet, _name: str, _value: str) -> QuerySet:
        """The tabs narrow by it."""
        return rows
