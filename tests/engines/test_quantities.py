"""Quantities in English and Chinese texts: kinds, units and values."""

import pytest

from intelligence.engines.quantities import number_of, quantities_in


def read(text):
    return [(q.kind, q.unit, round(q.low, 2), round(q.high, 2)) for q in quantities_in(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("within thirty days", ("duration", "days", 30, 30)),
        ("a two-year warranty", ("duration", "days", 730.5, 730.5)),
        ("in 3 to 5 working days", ("duration", "working days", 3, 5)),
        ("within twenty-four hours", ("duration", "days", 1, 1)),
        ("两周以内", ("duration", "days", 14, 14)),
        ("十四天以内", ("duration", "days", 14, 14)),
        ("2到4个工作日", ("duration", "working days", 2, 4)),
        ("保修两年", ("duration", "days", 730.5, 730.5)),
        ("free from £1,250.50", ("money", "GBP", 1250.5, 1250.5)),
        ("满50英镑", ("money", "GBP", 50, 50)),
        ("ten per cent off", ("percent", "%", 10, 10)),
        ("可以打八折", ("percent", "%", 20, 20)),
        ("at 40 to 60 °C", ("temperature", "°C", 40, 60)),
        ("at least ten characters", ("count", "characters", 10, 10)),
        ("open on weekdays from nine to five", ("hours", "h", 9, 17)),
        ("10 a.m. to 4 p.m.", ("hours", "h", 10, 16)),
        ("上午九点到下午五点", ("hours", "h", 9, 17)),
        ("before two in the afternoon", ("clock", "h", 14, 14)),
        ("下午两点以前", ("clock", "h", 14, 14)),
        ("until 31 January", ("date", "day", 31, 31)),
        ("截至2月1日", ("date", "day", 32, 32)),
    ],
)
def test_a_quantity_is_read_in_one_unit(text, found):
    assert read(text) == [found]


def test_days_keep_the_year_that_is_written():
    (day,) = quantities_in("valid until 31 January 2024")
    assert (day.year, day.start, day.end) == (2024, 12, 27)


def test_words_without_a_quantity_hold_none():
    assert read("You have our word, day and night.") == []
    assert read("") == []


@pytest.mark.parametrize(
    ("said", "number"),
    [("twenty-one", 21), ("二十五", 25), ("一百二十", 120), ("half an", 0.5), ("abc", None)],
)
def test_numbers_in_words(said, number):
    assert number_of(said) == number
