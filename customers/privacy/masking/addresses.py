"""Postal addresses and postcodes, English, Chinese and of the countries that are near."""

from __future__ import annotations

import re
from collections.abc import Iterator

from customers.privacy.masking.spans import Span

B, E = r"(?<![A-Za-z0-9])", r"(?![A-Za-z0-9])"
BETWEEN = 60  # characters from the street to the postcode, with the town between

_ANY_CASE = (
    r"(?i:street|str|road|rd|avenue|ave|lane|ln|boulevard|blvd|crescent|terrace|gardens|mews)"
)
_CAPITALS = (
    r"(?:St|Dr|Drive|Close|Court|Ct|Place|Pl|Square|Sq|Way|Hill|Park|Row|Grove|View|Walk|"
    r"Parkway|Pkwy|Highway|Hwy|Circle|Cir|Trail|Rise|Green|Quay|Wharf|Loop|Mount|Bank|Gate)"
)
_UNIT = r"(?i:flat|apt|apartment|unit|suite|room|floor|no)\.?\s*#?[A-Za-z]?\d+[A-Za-z]?"
STREETS = (
    re.compile(
        rf"(?:{B}{_UNIT},?\s+)?{B}\d{{1,5}}(?:[-/]\d{{1,4}})?[A-Za-z]?,?\s+(?:[A-Za-z.']+\s+){{1,4}}?"
        rf"(?:{_ANY_CASE}|{_CAPITALS}){E}\.?(?:\s+(?:North|South|East|West|[NSEW]){E})?"
        rf"(?:,?\s+{_UNIT}{E})?"
    ),
    re.compile(
        rf"{B}(?:[A-Z][a-z]+[ -])?[A-Z][a-z]*(?:stra(?:ss|ß)e|str\.|weg|platz|allee|gasse|damm|"
        rf"ufer|straat|laan|gracht|gatan|vej|gade)\s*\d{{1,4}}\s?[A-Za-z]?{E}"
    ),
    re.compile(
        rf"{B}[A-Z][a-z]+[ -](?:Stra(?:ss|ß)e|Str\.|Weg|Platz|Allee|Gasse|Ring|Damm|Ufer)"
        rf"\s*\d{{1,4}}\s?[A-Za-z]?{E}"
    ),
    re.compile(
        rf"{B}\d{{1,4}}\s?(?:bis|ter)?,?\s+(?i:rue|avenue|boulevard|bd|place|chemin|impasse|allee|"
        r"quai|cours|route)(?:\s+(?:de|du|des|la|le|les|l'[A-Z][a-z]+|[A-Z][A-Za-z'-]+)){1,6}"
    ),
    re.compile(
        rf"{B}(?i:calle|avenida|avda\.?|plaza|paseo|via|viale|piazza|corso|rua|travessa)"
        rf"(?:\s+[A-Za-z']+){{1,5}},?\s+(?:n[o°.]*\s*)?\d{{1,4}}{E}"
    ),
    re.compile(rf"{B}(?i:p\.?\s?o\.?\s*box|postfach)\s*\d+{E}"),
)
POSTCODES = (
    re.compile(rf"{B}[A-Za-z]{{1,2}}\d[A-Za-z\d]? ?\d[A-Za-z]{{2}}{E}"),  # United Kingdom
    re.compile(rf"{B}[A-Za-z]\d[A-Za-z][ -]?\d[A-Za-z]\d{E}"),  # Canada
    re.compile(rf"{B}[A-Z]{{2}},? +\d{{5}}(?:-\d{{4}})?{E}"),  # United States
    re.compile(rf"{B}\d{{4}} ?[A-Z]{{2}} +[A-Z][a-z]+"),  # Netherlands
    re.compile(
        rf"{B}(?:[A-Z]{{1,2}}-)?\d{{5}} +[A-Z][a-z]+(?:[ -](?:am|an|der|[A-Z][a-z]+)){{0,3}}"
    ),
    re.compile(
        r"(?i:zip(?:\s*code)?|post\s?code|postal code|plz|code postal|邮编|邮政编码|邮码)"
        r"\s*(?:is|[:是为])?\s*([A-Za-z0-9]*\d[A-Za-z0-9]*(?: \d[A-Za-z0-9]*)?)"
    ),
)
_HAN = r"[\u4e00-\u9fff]"
_PROVINCE = (
    r"(?:(?:北京|上海|天津|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|"
    r"广东|海南|四川|贵州|云南|陕西|甘肃|青海|台湾|内蒙古|广西|西藏|宁夏|新疆|香港|澳门)"
    r"(?:省|市|(?:壮族|回族|维吾尔)?自治区|特别行政区)?)"
)
MOST_BEFORE = 28  # characters of a Chinese address before its house number
# A Chinese address ends in a road with a number, or an estate with a number, and what follows.
HOUSE = re.compile(
    r"(?:大道|胡同|路|街|道|巷|弄|村|里|庄|小区|大厦|花园|公寓|家园|苑|庭)\s?\d{1,5}\s?(?:号楼|号院|号|弄|栋|幢|座)?"
    rf"(?:{_HAN}{{0,8}}(?:小区|大厦|花园|公寓|广场|家园|中心|苑|城|园|里|庭))?"
    r"(?:\s?[A-Za-z0-9]{1,5}\s?(?:号楼|号院|号|栋|幢|座|单元|楼|室|层|户)|[A-Za-z]座|-\d{1,5})*"
    r"(?:\s?\d{3,4}(?!\d))?"
)
HAN_BEFORE = re.compile(rf"(?:{_HAN}|\s(?={_HAN}))*\Z")
# Where the address begins in what stands before: with its province or town, or after a verb.
BEGINNING = re.compile(rf"{_PROVINCE}|{_HAN}{{2,3}}市|(?<=[到在是于址往])")
DISTRICTS = re.compile(
    rf"{_PROVINCE}\s?(?:{_HAN}{{1,6}}?(?:市|区|县|旗|镇|乡|街道|路|街|村)){{1,5}}"
)


def addresses(text: str) -> Iterator[Span]:
    """Streets with their houses, Chinese addresses, and postcodes, of a folded text."""
    postcodes = [span for pattern in POSTCODES for span in _all(pattern, text, "POSTCODE")]
    for pattern in STREETS:
        for street in _all(pattern, text, "ADDRESS"):
            yield Span(street.start, _with_town(text, street, postcodes), "ADDRESS")
    yield from _chinese(text)
    yield from postcodes


def _chinese(text: str) -> Iterator[Span]:
    for house in HOUSE.finditer(text):
        before = text[max(0, house.start() - MOST_BEFORE) : house.start()]
        written = HAN_BEFORE.search(before)
        run = written[0] if written else ""
        places = [found.start() for found in BEGINNING.finditer(run)]
        named = next((found for found in BEGINNING.finditer(run) if found[0]), None)
        skipped = named.start() if named else max(places, default=0)
        yield Span(house.start() - len(run) + skipped, house.end(), "ADDRESS")
    yield from _all(DISTRICTS, text, "ADDRESS")


def _all(pattern: re.Pattern[str], text: str, kind: str) -> Iterator[Span]:
    group = pattern.groups  # the words before a postcode stay
    return (Span(*found.span(group), kind) for found in pattern.finditer(text))


def _with_town(text: str, street: Span, postcodes: list[Span]) -> int:
    """Where the address ends: with the postcode that follows, and the town before it."""
    for code in postcodes:
        between = text[street.end : code.start]
        if 0 <= code.start - street.end <= BETWEEN and re.fullmatch(r"[A-Za-z ,.\n'-]*", between):
            return code.end
    return street.end
