"""Phone numbers as people write them, in the one form that is compared."""

from __future__ import annotations

import unicodedata

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

COUNTRY_CODE = 2  # letters


def e164(number: str, region: str = "") -> str:
    """The number in E.164, "" where it is none. `region`, a code such as GB, is for numbers
    without a country's prefix; 00 is such a prefix as well as +.
    """
    said = unicodedata.normalize("NFKC", number).strip()
    if said.startswith("00"):
        said = f"+{said[2:]}"
    try:
        parsed = phonenumbers.parse(said, region.upper() if len(region) == COUNTRY_CODE else None)
    except NumberParseException:
        return ""
    return phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
