"""The desk: hours, service levels, rules and their log, agents, notices, satisfaction."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.forms import ModelForm

from customers.admin.base import ReadOnlyAdmin, RecordAdmin
from customers.audiences.tree import BadRules
from customers.models import (
    AgentProfile,
    BusinessHours,
    DigestSubscription,
    Holiday,
    Notice,
    Rule,
    RuleDue,
    RuleRun,
    SatisfactionRating,
    SatisfactionSettings,
    SlaPolicy,
    TicketSla,
)
from customers.rules.actions import BadActions, checked_actions
from customers.rules.matching import checked_conditions


class ConditionsForm(ModelForm):
    """Conditions and actions are checked as everywhere; each problem with its place."""

    def clean_conditions(self) -> Any:
        """The conditions as they are stored."""
        try:
            return checked_conditions(self.cleaned_data["conditions"])
        except BadRules as error:
            told = [f"{one.pointer or '/'}: {one.detail}" for one in error.problems]
            raise ValidationError(told) from error


class RuleAdminForm(ConditionsForm):
    """A rule; the builder on screen is kinder."""

    def clean_actions(self) -> Any:
        """The actions as they are stored."""
        try:
            return checked_actions(self.cleaned_data["actions"])
        except BadActions as error:
            told = [f"{place}: {why}" for place, why in error.problems.items()]
            raise ValidationError(told) from error


class HolidayInline(admin.TabularInline):
    """The days on which nobody works."""

    model = Holiday
    extra = 0


@admin.register(BusinessHours)
class BusinessHoursAdmin(RecordAdmin):
    """When the shop works."""

    list_display = ("name", "time_zone")
    search_fields = ("name",)
    inlines = (HolidayInline,)


@admin.register(Holiday)
class HolidayAdmin(RecordAdmin):
    """All holidays of all hours."""

    list_display = ("day_on", "name", "hours")
    list_select_related = ("hours",)


@admin.register(SlaPolicy)
class SlaPolicyAdmin(RecordAdmin):
    """What is promised of which tickets."""

    form = ConditionsForm
    list_display = ("name", "position", "first_response_minutes", "resolution_minutes", "is_active")
    list_select_related = ("hours",)
    search_fields = ("name",)


@admin.register(TicketSla)
class TicketSlaAdmin(ReadOnlyAdmin):
    """The clocks as they stand."""

    list_display = ("ticket", "policy", "next_due_at", "first_response_breached")
    list_select_related = ("ticket", "policy")
    ordering = ("-ticket_id",)


@admin.register(Rule)
class RuleAdmin(RecordAdmin):
    """What is done by itself."""

    form = RuleAdminForm
    list_display = ("name", "position", "trigger", "is_on", "applied_count", "last_applied_at")
    search_fields = ("name",)
    list_filter = ("is_on", "trigger")


@admin.register(RuleDue)
class RuleDueAdmin(ReadOnlyAdmin):
    """Tickets that wait for the rules."""

    list_display = ("ticket", "trigger", "asked_at", "attempts", "error")
    list_select_related = ("ticket",)


@admin.register(RuleRun)
class RuleRunAdmin(ReadOnlyAdmin):
    """The log of the rules."""

    list_display = ("rule", "ticket", "trigger", "outcome", "happened_at")
    list_select_related = ("rule", "ticket")


@admin.register(AgentProfile)
class AgentProfileAdmin(RecordAdmin):
    """What agents can do and take."""

    list_display = ("user", "is_away", "most_open")
    list_select_related = ("user",)
    filter_horizontal = ("intents",)


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin):
    """What staff were told of tickets."""

    list_display = ("user", "kind", "ticket", "created_at", "seen_at")
    list_select_related = ("user", "ticket")


@admin.register(SatisfactionSettings)
class SatisfactionSettingsAdmin(RecordAdmin):
    """Whether customers are asked."""

    list_display = ("__str__", "is_on", "delay_hours", "open_days")


@admin.register(SatisfactionRating)
class SatisfactionRatingAdmin(ReadOnlyAdmin):
    """What customers said."""

    list_display = ("ticket", "score", "reason", "agent", "rated_at")
    list_select_related = ("ticket", "agent")
    ordering = ("-id",)


@admin.register(DigestSubscription)
class DigestSubscriptionAdmin(RecordAdmin):
    """Who gets the weekly digest by mail."""

    list_display = ("user", "subscribed_at", "sent_for_on")
    list_select_related = ("user",)
