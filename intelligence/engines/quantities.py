"""Typed quantities in English and Chinese texts: durations, money, percentages, times, ...

A quantity is a kind, a unit of comparison and a value from `low` to `high` in that unit. So
"two weeks" and "14天" are one value, and 3 days and 3 working days are not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

SMALL = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
]
TENS = {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80,
        "ninety": 90, "hundred": 100}  # fmt: skip
ENGLISH = {word: float(n) for n, word in enumerate(SMALL)} | TENS | {"a": 1.0, "an": 1.0}
CHINESE = {word: n for n, word in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}

WORD = rf"(?:twenty|{'|'.join(list(TENS)[:-1])})-(?:{'|'.join(SMALL[1:10])})|" + "|".join(
    sorted((*SMALL, *TENS), key=len, reverse=True)
)
NUMBER = rf"(?:\d+(?:[.,]\d+)?|\b(?:{WORD})\b|[零〇一二两三四五六七八九十百半]+)"
UPTO = r"\s*(?:-|–|—|to|and|or|至|到|~|～)\s*"
RANGE = rf"(?P<low>{NUMBER})(?:{UPTO}(?P<high>{NUMBER}))?"

HOURS = {"minute": 1 / 60, "hour": 1.0, "day": 24.0, "week": 168.0, "month": 730.0,
         "year": 8_766.0, "分钟": 1 / 60, "小时": 1.0, "天": 24.0, "日": 24.0, "周": 168.0,
         "星期": 168.0, "礼拜": 168.0, "个月": 730.0, "年": 8_766.0}  # fmt: skip
WORKING = r"(?:working|business|week)"
DURATION = re.compile(
    rf"(?:{RANGE}|(?P<one>\b(?:an?|one)\b|\bhalf an?\b))[\s-]*(?:full\s+|whole\s+|calendar\s+)?"
    rf"(?P<working>{WORKING}\s*-?)?\s*(?P<unit>minute|hour|day|week|month|year)s?\b(?![\s-]old)"
    rf"|(?P<zlow>{NUMBER})(?:\s*个?)?(?:{UPTO}(?P<zhigh>{NUMBER}))?\s*"
    r"(?:个?(?P<zworking>工作日)|(?P<zunit>分钟|个?小时|天|周|个?星期|个?礼拜|个月|年)(?!前的))",
    re.IGNORECASE,
)
CURRENCIES = {"£": "GBP", "€": "EUR", "$": "USD", "¥": "CNY", "￥": "CNY", "gbp": "GBP",
              "eur": "EUR", "usd": "USD", "pound": "GBP", "euro": "EUR", "dollar": "USD",
              "英镑": "GBP", "欧元": "EUR", "美元": "USD", "元": "CNY", "人民币": "CNY",
              "quid": "GBP"}  # fmt: skip
MONEY = re.compile(
    r"(?P<sign>[£€$¥￥])\s?(?P<amount>\d+(?:,\d{3})*(?:\.\d+)?)"
    rf"|(?P<number>\d+(?:\.\d+)?|\b(?:{WORD})\b|[一二两三四五六七八九十百]+)\s*"
    r"(?P<name>GBP|EUR|USD|pounds?|euros?|dollars?|quid|英镑|欧元|美元|元)(?![A-Za-z])",
    re.IGNORECASE,
)
PERCENT = re.compile(
    rf"(?P<low>{NUMBER})\s*(?:%|％|per ?cent\b)|百分之(?P<zh>[零一二三四五六七八九十百\d]+)"
    r"|(?P<fold>[一二三四五六七八九\d](?:\.\d)?)折",
    re.IGNORECASE,
)
TEMPERATURE = re.compile(
    rf"{RANGE}\s*(?:°\s?C|℃|degrees\b(?:\s+(?:celsius|C)\b)?|摄氏度|度)", re.IGNORECASE
)
COUNTED = re.compile(
    rf"(?P<low>\d+(?:\.\d+)?|\b(?:{WORD})\b|[一二两三四五六七八九十百]+)\s*"
    r"(?P<unit>characters|letters|pieces|items|photos|times|bottles|litres?|liters?|ml|cups|"
    r"个字符|个字|件|张|次|升|毫升|杯)(?![A-Za-z])",
    re.IGNORECASE,
)
COUNT_UNITS = {"个字符": "characters", "个字": "letters", "件": "pieces", "items": "pieces",
               "张": "photos", "次": "times", "升": "litre", "litres": "litre", "liter": "litre",
               "liters": "litre", "毫升": "ml", "杯": "cups"}  # fmt: skip
CLOCK = (
    rf"(?:\d{{1,2}}(?:[:.]\d{{2}})?\s*(?:[ap]\.?m\b\.?)|\d{{1,2}}:\d{{2}}|noon|midday"
    rf"|(?:\b(?:{'|'.join(SMALL[1:13])})|\d{{1,2}})(?: o'clock)?"
    r"(?: in the (?:morning|afternoon|evening))?(?![\d:]))"
)
EXACT = r"\d{1,2}(?:[:.]\d{2})?\s*[ap]\.?m\b\.?|\d{1,2}:\d{2}"
HOURS_OPEN = re.compile(
    rf"(?P<slow>{EXACT})\s*(?:-|–|to|till|until|and)\s*(?P<shigh>{EXACT})|(?:from|between|open|hours:?|weekdays|days?|Friday|,|\()\s*(?:from\s+)?"
    rf"(?P<low>{CLOCK})\s*(?:-|–|to|till|until|and)\s*(?P<high>{CLOCK})"
    r"(?!\s*(?:working|business|days?|weeks?|hours?|months?|minutes|%|per|times|°|years?))"
    r"|(?P<zlow>(?:上午|早上|下午|晚上)?[\d一二两三四五六七八九十]{1,3}(?:[点:：]\d{0,2}半?))\s*[到至\-–]\s*"
    r"(?P<zhigh>(?:上午|早上|下午|晚上)?[\d一二两三四五六七八九十]{1,3}(?:[点:：]\d{0,2}半?))",
    re.IGNORECASE,
)
CUT_OFF = re.compile(
    r"(?:before|by|until|till|after)\s+(?P<low>\d{1,2}(?:[:.]\d{2})?\s*[ap]\.?m\b|\d{1,2}:\d{2}"
    rf"|noon|midday|(?:{'|'.join(SMALL[1:13])}) (?:o'clock|in the (?:morning|afternoon|evening)))"
    r"|(?P<zh>(?:上午|早上|下午|晚上)[\d一二两三四五六七八九十]{1,3}(?:[点:：]\d{0,2}半?))",
    re.IGNORECASE,
)
MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
DATE = re.compile(
    rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:\s+of)?\s+(?P<month>{'|'.join(MONTHS)})"
    rf"(?:\s+(?P<year>20\d\d))?|(?P<month2>{'|'.join(MONTHS)})\s+(?P<day2>\d{{1,2}})(?!\d)"
    r"(?:st|nd|rd|th)?(?:,?\s+(?P<year2>20\d\d))?"
    r"|(?:(?P<zyear>20\d\d)年)?(?P<zmonth>\d{1,2})月(?P<zday>\d{1,2})[日号]",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value from `low` to `high` in `unit`, at characters `start` to `end` of its text.

    Kinds and units: duration (calendar or working days), money (a currency), percent,
    temperature (°C), count (its noun), hours and clock (hours since midnight), date (the day
    of a leap year; `year` is 0 where none is said).
    """

    kind: str
    unit: str
    low: float
    high: float
    start: int
    end: int
    year: int = 0


def quantities_in(text: str) -> list[Quantity]:
    """All quantities of a text in order; none over another."""
    found: list[Quantity] = []
    for reader in (_hours, _cut_offs, _dates, _money, _percents, _temperatures, _durations,
                   _counts):  # fmt: skip
        for quantity in reader(text):
            if not any(quantity.start < one.end and one.start < quantity.end for one in found):
                found.append(quantity)
    return sorted(found, key=lambda one: one.start)


@cache
def number_of(text: str) -> float | None:
    """The number that figures or words say, English or Chinese; None for no number."""
    said = text.strip().lower().replace(",", ".")
    if re.fullmatch(r"\d+(?:\.\d+)?", said):
        return float(said)
    if "half" in said or said == "半":
        return 0.5
    if said in ENGLISH:
        return ENGLISH[said]
    tens, _, ones = said.partition("-")
    if tens in ENGLISH and ones in ENGLISH:
        return ENGLISH[tens] + ENGLISH[ones]
    return _chinese(said)


def _chinese(said: str) -> float | None:
    total, digit = 0.0, 0.0
    for character in said:
        if character in CHINESE:
            digit = CHINESE[character]
        elif character in "十百":
            total += (digit or 1) * (10 if character == "十" else 100)
            digit = 0
        else:
            return None
    return total + digit if said else None


def _durations(text: str) -> Iterator[Quantity]:
    for match in DURATION.finditer(text):
        low = number_of(match["low"] or match["zlow"] or match["one"] or "")
        if low is None:
            continue
        high = number_of(match["high"] or match["zhigh"] or "")
        high = low if high is None else high
        if match["working"] or match["zworking"]:
            yield Quantity("duration", "working days", low, high, *match.span())
            continue
        unit = (match["unit"] or match["zunit"]).lower()
        days = HOURS.get(unit) or HOURS[unit.removeprefix("个")]
        yield Quantity("duration", "days", low * days / 24, high * days / 24, *match.span())


def _money(text: str) -> Iterator[Quantity]:
    for match in MONEY.finditer(text):
        said = (match["amount"] or match["number"]).replace(",", "")
        amount = number_of(said)
        if amount is None:
            continue
        name = (match["sign"] or match["name"]).lower()
        unit = CURRENCIES.get(name) or CURRENCIES[name.removesuffix("s")]
        yield Quantity("money", unit, amount, amount, *match.span())


def _percents(text: str) -> Iterator[Quantity]:
    for match in PERCENT.finditer(text):
        value = number_of(match["low"] or match["zh"] or match["fold"])
        if value is not None:
            value = 100 - 10 * value if match["fold"] else value
            yield Quantity("percent", "%", value, value, *match.span())


def _temperatures(text: str) -> Iterator[Quantity]:
    for match in TEMPERATURE.finditer(text):
        low = number_of(match["low"])
        if low is not None:
            high = number_of(match["high"] or "")
            yield Quantity("temperature", "°C", low, low if high is None else high, *match.span())


def _counts(text: str) -> Iterator[Quantity]:
    for match in COUNTED.finditer(text):
        value = number_of(match["low"])
        if value is not None:
            unit = match["unit"].lower()
            yield Quantity("count", COUNT_UNITS.get(unit, unit), value, value, *match.span())


def _hours(text: str) -> Iterator[Quantity]:
    for match in HOURS_OPEN.finditer(text):
        group = next(name for name in ("slow", "low", "zlow") if match[name])
        low = clock_of(match[group])
        high = clock_of(match[group.replace("low", "high")])
        if low is None or high is None:
            continue
        high = high + 12 if high <= low and high <= 12 else high  # nine to five
        yield Quantity("hours", "h", low, high, match.start(group), match.end())


def _cut_offs(text: str) -> Iterator[Quantity]:
    for match in CUT_OFF.finditer(text):
        group = "low" if match["low"] else "zh"
        value = clock_of(match[group])
        if value is not None:
            yield Quantity("clock", "h", value, value, *match.span(group))


def clock_of(text: str) -> float | None:
    """The time of day in hours since midnight; None where it is none."""
    said = text.strip().lower()
    if said in ("noon", "midday"):
        return 12.0
    parts = re.match(r"(?:上午|早上|下午|晚上)?\s*([a-z]+|\d+|[一二两三四五六七八九十]+)", said)
    hour = number_of(parts[1]) if parts else None
    if hour is None or hour > 24:
        return None
    minutes = re.search(r"[:.：点](\d{2})", said)
    hour += int(minutes[1]) / 60 if minutes else 0.5 if said.endswith("半") else 0
    later = re.search(r"p\.?m|afternoon|evening|下午|晚上", said)
    return hour + 12 if later and hour < 12 else hour


def _dates(text: str) -> Iterator[Quantity]:
    for match in DATE.finditer(text):
        day = int(match["day"] or match["day2"] or match["zday"])
        name = match["month"] or match["month2"]
        month = MONTHS.index(name.lower()) + 1 if name else int(match["zmonth"])
        if not (1 <= month <= 12 and 1 <= day <= 31):
            continue
        year = int(match["year"] or match["year2"] or match["zyear"] or 0)
        place = float(31 * (month - 1) + day)
        yield Quantity("date", "day", place, place, *match.span(), year=year)
