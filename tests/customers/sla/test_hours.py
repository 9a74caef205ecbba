"""Working time: exact, over nights, weekends, holidays and the two days that clocks change."""

from datetime import UTC, date, datetime, timedelta

import pytest

from customers.sla.hours import Calendar, NeverOpen, parsed_day

OFFICE = ["09:00-17:00"] * 5 + ["", ""]
BERLIN = "Europe/Berlin"


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "minutes", "due"),
    [
        ("2026-03-02T10:00", 60, "2026-03-02T11:00"),  # a Monday
        ("2026-03-02T16:30", 60, "2026-03-03T09:30"),  # over night
        ("2026-03-02T05:00", 60, "2026-03-02T10:00"),  # before the doors open
        ("2026-03-02T09:00", 480, "2026-03-02T17:00"),  # the whole day ends with the day
        ("2026-03-02T09:00", 481, "2026-03-03T09:01"),
        ("2026-03-06T16:59", 2, "2026-03-09T09:01"),  # over the weekend
        ("2026-03-07T12:00", 1, "2026-03-09T09:01"),
        ("2026-03-07T12:00", 0, "2026-03-07T12:00"),
        ("2026-03-02T09:00", 5 * 480, "2026-03-06T17:00"),
    ],
)
def test_working_minutes_are_added_to_a_moment(start, minutes, due):
    office = Calendar.of("UTC", OFFICE)
    assert office.add(at(start), minutes) == at(due)
    if minutes:
        assert office.minutes_between(at(start), at(due)) == minutes


def test_holidays_are_no_working_time():
    office = Calendar.of("UTC", OFFICE, frozenset({date(2026, 3, 3)}))
    assert office.add(at("2026-03-02T16:00"), 120) == at("2026-03-04T10:00")
    assert office.minutes_between(at("2026-03-02T16:00"), at("2026-03-04T10:00")) == 120
    assert not office.is_open(at("2026-03-03T12:00"))
    assert office.is_open(at("2026-03-04T09:00"))
    assert not office.is_open(at("2026-03-04T17:00"))


def test_hours_are_those_of_the_time_zone():
    berlin = Calendar.of(BERLIN, OFFICE)
    assert berlin.add(at("2026-03-02T07:00"), 30) == at("2026-03-02T08:30")  # 9:30 in winter
    assert berlin.add(at("2026-07-06T06:00"), 30) == at("2026-07-06T07:30")  # 9:30 in summer


def test_a_shift_is_as_long_as_it_really_is_when_clocks_change():
    nights = Calendar.of(BERLIN, [""] * 6 + ["00:00-06:00"])
    spring, autumn = at("2026-03-28T22:00"), at("2026-10-24T22:00")
    week = timedelta(days=2)
    assert nights.minutes_between(spring, spring + week) == 5 * 60
    assert nights.minutes_between(autumn, autumn + week) == 7 * 60
    assert nights.add(spring, 300) == at("2026-03-29T04:00")  # 6:00 in summer time
    assert nights.add(autumn, 420) == at("2026-10-25T05:00")


def test_around_the_clock_every_minute_counts_whatever_clocks_do():
    always = Calendar.of(BERLIN, ["00:00-24:00"] * 7)
    start = at("2026-03-28T12:34")
    assert always.add(start, 48 * 60) == start + timedelta(days=2)
    assert always.minutes_between(start, start + timedelta(days=400)) == 400 * 1440
    assert Calendar.always().add(start, 90.5) == start + timedelta(minutes=90.5)


def test_a_span_until_midnight_goes_on_after_it():
    late = Calendar.of("UTC", ["18:00-24:00", "00:00-02:00", "", "", "", "", ""])
    assert late.add(at("2026-03-02T23:30"), 60) == at("2026-03-03T00:30")
    assert late.add(at("2026-03-02T18:00"), 8 * 60 + 1) == at("2026-03-09T18:01")


def test_an_end_before_the_start_has_no_minutes_and_no_hours_never_come():
    office = Calendar.of("UTC", OFFICE)
    assert office.minutes_between(at("2026-03-03T12:00"), at("2026-03-02T12:00")) == 0
    with pytest.raises(NeverOpen):
        Calendar.of("UTC", [""] * 7).add(at("2026-03-02T12:00"), 1)


def test_hours_are_read_from_text():
    assert parsed_day("13:00-17:00, 9:00 – 12:30") == ((540, 750), (780, 1020))
    assert parsed_day("09:00-12:00,12:00-17:00") == ((540, 1020),)
    assert parsed_day("  ") == ()
    for wrong in ("9-17", "17:00-09:00", "09:00-24:01", "09:70-10:00", "25:00-26:00"):
        with pytest.raises(ValueError, match=wrong):
            parsed_day(wrong)
