"""Texts as cells of a spreadsheet: harmless to whoever opens the file.

A spreadsheet runs a cell that begins like a formula. Such a cell, and such a line within
a cell, gets an apostrophe in front. A text that has one already gets another, so that
taking one away always gives the text back. Plain numbers stay numbers.
"""

from __future__ import annotations

import re

PLAIN_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_BLANK = r"(?:[^\S\r\n]|[\x00-\x08\x0e-\x1f\u200b-\u200f\u2060\ufeff])"
_BEGINS = rf"'*{_BLANK}*[=+\-@＝＋－＠\t\r]"
FORMULA = re.compile(rf"(^|[\r\n])(?={_BEGINS})")
GUARDED = re.compile(rf"(^|[\r\n])'(?={_BEGINS})")


def guarded(text: str) -> str:
    """The text with nothing in it that a spreadsheet would run."""
    return text if PLAIN_NUMBER.fullmatch(text) else FORMULA.sub(r"\1'", text)


def unguarded(text: str) -> str:
    """The text that `guarded` was given."""
    return GUARDED.sub(r"\1", text)
