"""The forms of rules, service levels, business hours, agents and the satisfaction survey."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django import forms
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _

from customers.models import (
    AgentProfile,
    BusinessHours,
    Holiday,
    Intent,
    Rule,
    SatisfactionSettings,
    SlaPolicy,
)
from customers.models.business_hours import WEEKDAYS
from customers.rules.actions import tags_of

HOLIDAY = re.compile(r"(\d{4}-\d{2}-\d{2})\s*(.*)")
MOST_HOLIDAYS = 400


class RuleForm(forms.ModelForm):
    """What a rule is called, when it asks and in which place; what it asks and does is built
    beside it. Only admins let a rule send.
    """

    use_required_attribute = False  # the buttons of the builder send it half filled

    class Meta:
        model = Rule
        fields = ("name", "trigger", "position", "stops", "may_send", "is_on")

    def __init__(self, *args: Any, may_allow_sending: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_allow_sending:
            self.fields["may_send"].disabled = True


class SlaPolicyForm(forms.ModelForm):
    """What is promised, by which hours; of which tickets is built beside it."""

    use_required_attribute = False

    class Meta:
        model = SlaPolicy
        fields = (
            *("name", "position", "first_response_minutes", "resolution_minutes"),
            *("warning_minutes", "hours", "applies_from_at", "is_active"),
        )
        widgets: dict[str, Any] = {
            "applies_from_at": forms.DateTimeInput(
                attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"
            )
        }

    def clean(self) -> dict[str, Any]:
        """A policy that promises something."""
        said = super().clean() or {}
        names = ("first_response_minutes", "resolution_minutes")
        if not any(said.get(name) or name in self.errors for name in names):
            self.add_error("first_response_minutes", _("Promise at least one of the two times."))
        return said


class BusinessHoursForm(forms.ModelForm):
    """The hours of each day, and the holidays, one a line: 2026-12-25 Christmas."""

    holidays = forms.CharField(
        label=_("Holidays"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 8, "placeholder": "2026-12-25 …"}),
        help_text=_("One a line: the date, then a name, such as 2026-12-25 Christmas."),
    )

    class Meta:
        model = BusinessHours
        fields = ("name", "time_zone")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number, day in enumerate(WEEKDAYS):
            self.fields[f"day_{number}"] = forms.CharField(
                label=day,
                required=False,
                initial=self.instance.week[number],
                widget=forms.TextInput(attrs={"placeholder": "09:00-12:30, 13:30-17:00"}),
            )
        if self.instance.pk:
            days = self.instance.holidays.all()
            self.fields["holidays"].initial = "\n".join(str(holiday) for holiday in days)
        self.order_fields(["name", "time_zone", *self.day_names, "holidays"])

    @property
    def day_names(self) -> list[str]:
        """The fields of the days."""
        return [f"day_{number}" for number in range(len(WEEKDAYS))]

    def clean_holidays(self) -> dict[date, str]:
        """The name of each holiday by its day."""
        lines = [line.strip() for line in self.cleaned_data["holidays"].splitlines()]
        found = dict(_holiday(line) for line in lines if line)
        if len(found) > MOST_HOLIDAYS:
            raise forms.ValidationError(
                _("There are more than %(n)s holidays."), params={"n": MOST_HOLIDAYS}
            )
        return found

    def _post_clean(self) -> None:
        """The week is checked as the model's own."""
        self.instance.week = [self.cleaned_data.get(name, "") for name in self.day_names]
        super()._post_clean()  # type: ignore[misc]
        try:
            self.instance._meta.get_field("week").clean(self.instance.week, self.instance)
        except forms.ValidationError as error:
            self.add_error("day_0", error)

    def save(self, commit: bool = True) -> Any:
        """Save the hours with their holidays."""
        hours = super().save(commit)
        wanted = self.cleaned_data["holidays"]
        hours.holidays.exclude(day_on__in=wanted).delete()
        for day, name in wanted.items():
            Holiday.objects.update_or_create(hours=hours, day_on=day, defaults={"name": name})
        return hours


def _holiday(line: str) -> tuple[date, str]:
    found = HOLIDAY.fullmatch(line)
    try:
        day = parse_date(found.group(1)) if found else None
    except ValueError:  # well formed, and no day of any calendar
        day = None
    if found is None or day is None:
        raise forms.ValidationError(
            _("“%(line)s” does not begin with a date such as 2026-12-25."),
            params={"line": line[:60]},
        )
    return day, found.group(2)[:80]


class AgentForm(forms.ModelForm):
    """What an agent can do, and how much they can take."""

    tags = forms.CharField(
        label=_("skilled in tickets tagged"), required=False, help_text=_("Separated by commas.")
    )
    languages = forms.CharField(
        label=_("languages"), required=False, help_text=_("Codes such as en, zh, de.")
    )

    class Meta:
        model = AgentProfile
        fields = ("is_away", "most_open", "languages", "intents", "tags")
        widgets: dict[str, Any] = {"intents": forms.CheckboxSelectMultiple}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        intents: Any = self.fields["intents"]
        intents.queryset = Intent.objects.active()
        for name in ("tags", "languages"):
            self.initial[name] = ", ".join(getattr(self.instance, name) or [])

    def clean_tags(self) -> list[str]:
        """Tags as tickets have them."""
        return tags_of(self.cleaned_data["tags"])

    def clean_languages(self) -> list[str]:
        """Codes of languages."""
        return [code[:8] for code in tags_of(self.cleaned_data["languages"])]


class SatisfactionSettingsForm(forms.ModelForm):
    """Whether, when and how long customers are asked."""

    class Meta:
        model = SatisfactionSettings
        fields = ("is_on", "delay_hours", "open_days")
