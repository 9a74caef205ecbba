"""When the shop works: hours of the week in a time zone, and the days on which it is closed."""

from __future__ import annotations

from typing import ClassVar
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from customers.models.base import RecordQuerySet
from customers.sla.hours import Calendar, parsed_day

WEEKDAYS = (
    *(_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday")),
    *(_("Friday"), _("Saturday"), _("Sunday")),
)
OFFICE_WEEK = ["09:00-17:00"] * 5 + ["", ""]


def office_week() -> list[str]:
    """Nine to five from Monday to Friday."""
    return list(OFFICE_WEEK)


def known_zone(name: str) -> None:
    """Refuse a name that is no time zone of the IANA database."""
    if name not in available_timezones():
        raise ValidationError(
            _("%(name)s is no time zone such as Europe/Berlin."), params={"name": name}
        )


def seven_days(week: object) -> None:
    """Refuse what is not a text of hours for each of seven days, or opens on none of them."""
    if not isinstance(week, list) or len(week) != len(OFFICE_WEEK):
        raise ValidationError(_("Give the hours of seven days, from Monday on."))
    try:
        spans = [parsed_day(str(day)) for day in week]
    except ValueError as error:
        raise ValidationError(
            _("%(found)s are no hours such as 09:00-12:30, 13:30-17:00."),
            params={"found": str(error)},
        ) from error
    if not any(spans):
        raise ValidationError(_("Give hours for at least one day."))


class BusinessHours(models.Model):
    """Hours of work. `week` has seven texts from Monday on, such as "09:00-12:30, 13:30-17:00";
    an empty one is a day off, "00:00-24:00" the whole day.
    """

    name = models.CharField(_("name"), max_length=80, unique=True)
    time_zone = models.CharField(
        _("time zone"), max_length=60, default="UTC", validators=[known_zone]
    )
    week = models.JSONField(_("hours of the week"), default=office_week, validators=[seven_days])

    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("business hours")
        verbose_name_plural = _("business hours")
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def calendar(self) -> Calendar:
        """The hours as the clocks count them."""
        days = frozenset(holiday.day_on for holiday in self.holidays.all())
        return Calendar.of(self.time_zone, self.week, days)


class Holiday(models.Model):
    """A day on which these hours do not hold: nobody works."""

    hours = models.ForeignKey(
        BusinessHours, models.CASCADE, related_name="holidays", verbose_name=_("business hours")
    )
    day_on = models.DateField(_("day"))
    name = models.CharField(_("name"), max_length=80, blank=True)

    objects = models.Manager()

    class Meta:
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")
        ordering: ClassVar = ["day_on"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["hours", "day_on"], name="holiday_once")
        ]

    def __str__(self) -> str:
        return f"{self.day_on} {self.name}".strip()
