"""Placeholders: how they are written, and how they become what they stand for again."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

# Types of placeholders.
KINDS = (
    *("EMAIL", "PHONE", "CARD", "IBAN", "ID", "ADDRESS", "POSTCODE", "ORDER", "CUSTOMER"),
    *("LINK", "IP", "BIRTHDATE", "NAME", "NUMBER", "SECRET", "TEXT"),
)
LITERAL = re.compile(rf"<(?:{'|'.join(KINDS)})_\d+>")

# Models repeat placeholders nearly as they were: in small letters, with blanks, as entities,
# in other brackets or in none.
_OPEN, _CLOSE = r"(?:<|&lt;|＜|〈|《|\[|\{|\\<)", r"(?:>|&gt;|＞|〉|》|\]|\}|\\>)"
_KIND = f"({'|'.join(KINDS)})"
_IN_BRACKETS = rf"{_OPEN}{{1,2}}\s*/?\s*{_KIND}[ _\-\\]{{1,2}}(\d{{1,4}})\s*/?\s*{_CLOSE}{{1,2}}"
# bare ones need their underscore: "order 2" is an order of some customer's
REPEATED = re.compile(
    rf"{_IN_BRACKETS}|(?<![A-Za-z0-9_<]){_KIND}\\?_(\d{{1,4}})(?![A-Za-z0-9_>])", re.IGNORECASE
)


def unmask(text: str, mapping: Mapping[str, str]) -> str:
    """The text with what each placeholder stands for; `mapping` as `mask` gave it.

    One that stands for nothing is left out visibly, as `[unknown EMAIL_9]`.
    """
    return REPEATED.sub(lambda found: _meant(found, mapping), text)


def counted(mapping: Mapping[str, str]) -> dict[str, int]:
    """How many placeholders there are of each type."""
    kinds = (placeholder.strip("<>").rpartition("_")[0] for placeholder in mapping)
    return dict(sorted(Counter(kinds).items()))


def _meant(found: re.Match[str], mapping: Mapping[str, str]) -> str:
    kind, number = (found[1] or found[3]).upper(), int(found[2] or found[4])
    return mapping.get(f"<{kind}_{number}>", f"[unknown {kind}_{number}]")
