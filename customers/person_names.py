"""Names of customers as a letter to them may say them."""

from __future__ import annotations

import re
import unicodedata

LONGEST, MOST_WORDS = 80, 8
BESIDE_LETTERS = " '’ʼ-‐·・.,&"
DOMAIN = re.compile(r"\.\w{2}")


def spoken_name(name: str) -> str:
    """The name with single spaces; "" for what cannot be one.

    Customers choose their names, and what they choose would stand in a letter of the shop: so a
    name is letters with what stands between them in names, and no link, markup or formula.
    """
    plain = " ".join(name.split())
    is_long = len(plain) > LONGEST or plain.count(" ") >= MOST_WORDS
    if is_long or DOMAIN.search(plain):
        return ""
    fits = all(sign in BESIDE_LETTERS or unicodedata.category(sign)[0] in "LM" for sign in plain)
    return plain if fits and plain[:1].isalpha() else ""
