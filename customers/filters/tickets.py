"""What the list of tickets can be searched and narrowed by."""

from __future__ import annotations

from datetime import date
from typing import Any

import django_filters as filters
from django.db import models
from django.db.models import Q
from django.forms import HiddenInput
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers import paging
from customers.custom_fields.filters import CustomFieldsFilter
from customers.filters.parts import (
    AlarmFilter,
    DayFilter,
    FeelingFilter,
    KeptInput,
    SearchBox,
    TopicFilter,
)
from customers.models import Aspect, AspectMention, Intent, Message, Team, Ticket, User
from customers.periods import EARLIEST, LATEST, Period

UNKNOWN = "none"  # how it names tickets without an intent
# Of an aspect that very many messages mention the latest are looked at, so many for each row that
# a list counts. Otherwise all tickets are looked through, the latest first, for one that does.
LATEST_SAID = 3
OF_MESSAGES = ("said_since", "said_until", "aspect")


class TicketFilter(CustomFieldsFilter):
    """The ticket list."""

    q = SearchBox()
    intent = filters.ModelChoiceFilter(
        queryset=Intent.objects.filter(is_active=True),
        label=_("Intent"),
        null_label=_("not known"),
        null_value=UNKNOWN,
        method="with_intent",
    )
    feeling = FeelingFilter()
    trend = filters.ChoiceFilter(
        choices=[("worse", _("getting worse")), ("better", _("getting better"))],
        label=_("Trend"),
        method="moving",
    )
    opened_since = DayFilter("opened_at", _("Opened since"), until=False)
    opened_until = DayFilter("opened_at", _("Opened until"), until=True)
    solved_since = DayFilter("solved_at", _("Solved since"), until=False)
    solved_until = DayFilter("solved_at", _("Solved until"), until=True)
    replied_since = DayFilter("first_replied_at", _("First reply since"), until=False)
    replied_until = DayFilter("first_replied_at", _("First reply until"), until=True)
    rated_since = DayFilter("rating__rated_at", _("Rated since"), until=False)
    rated_until = DayFilter("rating__rated_at", _("Rated until"), until=True)
    standing_on = filters.DateFilter(
        label=_("Open at the end of"), method="stood_open", widget=HiddenInput
    )
    team = filters.ModelChoiceFilter(
        queryset=Team.objects.all(),
        label=_("Team"),
        null_label=_("no team"),
        null_value=UNKNOWN,
        widget=HiddenInput,
    )
    assignee = filters.ModelChoiceFilter(
        queryset=User.objects.all(),
        label=_("Assignee"),
        null_label=_("nobody"),
        null_value=UNKNOWN,
        widget=HiddenInput,
    )
    due = filters.ChoiceFilter(
        choices=[("late", _("late now")), ("running", _("clock is running"))],
        label=_("Service level"),
        method="by_clock",
        widget=HiddenInput,
    )
    said_since = DayFilter("sent_at", _("Message since"), until=False)
    said_until = DayFilter("sent_at", _("Message until"), until=True)
    aspect = filters.ModelChoiceFilter(
        "mentions__aspect",
        queryset=Aspect.objects.filter(is_active=True),
        label=_("Aspect"),
        widget=HiddenInput,
    )
    topic = TopicFilter("ticket")
    alarm = AlarmFilter("tickets")
    tag = filters.CharFilter(label=_("Tag"), method="tagged", widget=HiddenInput)
    queue = filters.CharFilter(method="unchanged", widget=KeptInput)

    class Meta:
        model = Ticket
        fields = ("status", "channel", "priority", "suggested_priority")

    def filter_queryset(self, queryset: models.QuerySet) -> models.QuerySet:
        """As all filters say; what is asked of messages is of one and the same message."""
        asked = {name: self.form.cleaned_data.pop(name, None) for name in OF_MESSAGES}
        narrowed = super().filter_queryset(queryset)
        self.form.cleaned_data |= asked
        if not any(asked.values()):
            return narrowed
        return narrowed.filter(pk__in=self._said(asked).values("ticket"))

    def _said(self, asked: dict[str, Any]) -> models.QuerySet:
        said = Message.objects.from_customers()
        if not (asked["said_since"] or asked["said_until"]):
            mentions = AspectMention.objects.filter(aspect=asked["aspect"], message__isnull=False)
            latest = mentions.order_by("-message_id").values("message_id")
            return said.filter(pk__in=latest[: LATEST_SAID * paging.MOST_COUNTED])
        for name, value in asked.items():
            said = self.filters[name].filter(said, value)
        return said

    def with_intent(
        self, rows: models.QuerySet, name: str, intent: Intent | str
    ) -> models.QuerySet:
        """The decision of staff counts, and the model's opinion where there is none."""
        if intent == UNKNOWN:
            return rows.filter(intent__isnull=True, suggested_intent__isnull=True)
        return rows.filter(Q(intent=intent) | Q(intent__isnull=True, suggested_intent=intent))

    def tagged(self, rows: models.QuerySet, name: str, tag: str) -> models.QuerySet:
        """Those that have the tag."""
        return rows.filter(tags__contains=[tag])

    def unchanged(self, rows: models.QuerySet, name: str, value: object) -> models.QuerySet:
        """The queue narrows the rows before: see `customers.desk.queues`."""
        return rows

    def by_clock(self, rows: models.QuerySet, name: str, due: str) -> models.QuerySet:
        """What waits for us by a service level, what is due first in front."""
        waiting = rows.due().order_by("sla__next_due_at", "pk")  # type: ignore[attr-defined]
        late = waiting.filter(sla__next_due_at__lt=timezone.now())
        return late if due == "late" else waiting

    def stood_open(self, rows: models.QuerySet, name: str, day: date) -> models.QuerySet:
        """Tickets that were opened by the end of a day and not solved by then."""
        if not EARLIEST <= day <= LATEST:
            return rows
        end = Period(day, day).end
        still = Q(solved_at__isnull=True, status__in=[Ticket.Status.OPEN, Ticket.Status.PENDING])
        return rows.filter(still | Q(solved_at__gte=end), opened_at__lt=end)

    def moving(self, rows: models.QuerySet, name: str, trend: str) -> models.QuerySet:
        """By how the customer sounds now beside how they sounded in the beginning."""
        return rows.getting_worse() if trend == "worse" else rows.getting_better()  # type: ignore[attr-defined]
