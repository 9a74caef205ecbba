"""Dates: those of birth are masked, all others are left for the model to read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from customers.privacy.masking.spans import SHOWN, Span

BORN_UNTIL = 2012  # a date before it is taken for a birthday: a shop's matters are younger
NEAR = 40  # characters before a date in which a word of birth makes it one

_MONTH = (
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|januar|februar|marz|mai|juni|juli|"
    r"okt|dez|janvier|fevrier|mars|avril|juin|juillet|aout|septembre|octobre|decembre)[a-z]*"
)
DATE = re.compile(
    r"(?<![\d])(?<!\d[-./])(?:"
    r"(?P<a>(?:19|20)\d\d)([-./])\d{1,2}\2\d{1,2}"
    r"|\d{1,2}([-./])\d{1,2}\3(?P<b>(?:19|20)\d\d|\d\d)"
    rf"|\d{{1,2}}(?:st|nd|rd|th|\.)?\s+(?:of\s+)?{_MONTH}\.?,?\s+(?P<c>(?:19|20)\d\d)"
    rf"|{_MONTH}\.?\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+(?P<d>(?:19|20)\d\d)"
    r"|(?P<e>(?:19|20)?\d\d)\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*[日号]"
    r")(?![-./]?\d)",
    re.IGNORECASE,
)
_CLOSING = r"[\"'”’)\]」』】）]*"
SENTENCE_END = re.compile(rf"[.!?…]+{_CLOSING}(?=\s|$)|[。！？；!?]+{_CLOSING}|\n+")
BIRTH = re.compile(
    r"\bborn\b|birth|\bd\.?o\.?b\b|\bb-?day\b|geboren|geburt|naissance|\bne(?:e)? le\b|nacimiento|"
    r"生日|出生|生于",
    re.IGNORECASE,
)


def dates(text: str) -> Iterator[Span]:
    """The dates of a folded text: births by their year or the words before them."""
    for found in DATE.finditer(text):
        year = next(value for value in found.group("a", "b", "c", "d", "e") if value)
        near = text[max(0, found.start() - NEAR) : found.start()]
        ends = (one.end() for one in SENTENCE_END.finditer(near))
        before = near[max((end for end in ends if end < len(near)), default=0) :]
        early = len(year) == 4 and int(year) <= BORN_UNTIL
        yield Span(*found.span(), "BIRTHDATE" if early or BIRTH.search(before) else SHOWN)
