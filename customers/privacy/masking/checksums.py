"""Check digits of cards, bank accounts and Chinese identity numbers."""

from __future__ import annotations

IDENTITY_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
IDENTITY_CHECKS = "10X98765432"


def is_luhn(digits: str) -> bool:
    """Whether the digits pass Luhn's test (ISO/IEC 7812-1, annex B)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def is_iban(text: str) -> bool:
    """Whether this is a valid IBAN without spaces (ISO 13616: the remainder by 97 is 1)."""
    if not 15 <= len(text) <= 34 or not text.isalnum():
        return False
    moved = text[4:] + text[:4]
    return int("".join(str(int(letter, 36)) for letter in moved)) % 97 == 1


def is_chinese_identity(text: str) -> bool:
    """Whether this is a valid identity number of 18 characters (GB 11643-1999)."""
    if len(text) != 18 or not text[:17].isdigit():
        return False
    products = zip(text[:17], IDENTITY_WEIGHTS, strict=True)
    total = sum(int(digit) * weight for digit, weight in products)
    return IDENTITY_CHECKS[total % 11] == text[17].upper()
