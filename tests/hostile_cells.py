"""Two thousand cells that a spreadsheet might run, and whether it would run one."""

import random
import re
import unicodedata
from decimal import Decimal, InvalidOperation

STARTS = ["=", "+", "-", "@", "＝", "＋", "－", "＠", " =", "\u00a0=", "\u3000+", "'=", "''+",
          "\u200b@", "\ufeff=", "a\n=", "x\r\n\u00a0-", "two\n ＝"]  # fmt: skip
RESTS = ["1+1", "cmd|' /C calc'!A0", "SUM(A1)", "x", "王", "-2", "a\n=b", "a\r\n+b", 'q"q', "a,b",
         'HYPERLINK("http://x","y")', "IMPORTXML(CONCAT(1),2)", "a;b", "it's"]  # fmt: skip
NUMBERS = ["-5", "+4.50", "1e5", "-0.001", "12", "-12.5000"]
INVISIBLE = re.compile(r"^[\s\x00-\x1f\u200b-\u200f\u2060\ufeff]+")


def cells(count=2_000):
    """So many cells, each another one, the same at each run."""
    dice = random.Random(26)
    return [dice.choice(STARTS) + dice.choice(RESTS) + str(n) for n in range(count)]


def is_live(text):
    """Whether a spreadsheet takes the cell, or a line of it, for more than a text or number."""
    try:
        Decimal(text)
    except InvalidOperation:
        return any(_begins_as_formula(line) for line in re.split(r"[\r\n]", text))
    return False


def _begins_as_formula(line):
    seen = unicodedata.normalize("NFKC", INVISIBLE.sub("", line))
    return seen[:1] in tuple("=+-@") or line[:1] == "\t"
