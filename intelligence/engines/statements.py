"""What a text states: each quantity and policy with the sentence, heading and matter it is of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from intelligence.engines.content_words import content_stems
from intelligence.engines.matters import (
    EVERYTHING,
    exceptions_in,
    qualifiers_in,
    roles_in,
)
from intelligence.engines.policies import policies_in
from intelligence.engines.quantities import Quantity, quantities_in
from intelligence.engines.sentences import Span, sentences_of

HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*$")
BOLD_LEAD = re.compile(r"^\s*(?:[-*+]\s+)?(?:\d+\.\s+)?\*\*(.+?)\*\*")
MARKS = re.compile(r"[*_`>#|]")
TABLE_RULE = re.compile(r"^\s*\|?[\s:|-]+\|?\s*$")
FLOOR = re.compile(
    r"(?:at least|from|over|above|more than|minimum(?: of)?|spend|after|later than|since|满|至少"
    r"|超过)"
    r"\s*$",
    re.IGNORECASE,
)
FLOOR_AFTER = re.compile(
    r"^\s*(?:or more|and over|or over|后|以后|以上|have passed|before you)", re.IGNORECASE
)
FREE = re.compile(r"\bfree\b|\bno (?:postage|shipping)\b|免运费|包邮|免邮", re.IGNORECASE)
# "30 days from the day of delivery": where a time begins is not what it is the time of.
BEGINS = re.compile(
    r"(?:from|after|since|of)\s+(?:the\s+|your\s+|its\s+)?(?:day\s+of\s+|date\s+of\s+|parcel\s+|"
    r"order\s+)?$",
    re.IGNORECASE,
)
BEGAN = re.compile(r"^\s*(?:以后|之后|后|起|the parcel)")
PARTS = ";；"  # what parts of a sentence end at
NEAR_FREE = 40  # characters between "free" and the sum that it begins at


@dataclass(frozen=True, slots=True)
class Text:
    """A text to look through. `key` tells it from all others; `is_product` that `title` is the
    name of one thing and all of the text is about it; `things` are names of what it is about.
    """

    key: str
    title: str
    body: str
    language: str = "en"
    is_product: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """One quantity with where it stands: `start` and `end` are characters of the text's body,
    `sentence` its sentence. `role` is its matter, "" for none; `own_role` whether the
    sentence says it, not the heading alone.
    """

    source: Text
    quantity: Quantity
    start: int
    end: int
    sentence: Span
    heading: str
    role: str
    own_role: bool
    is_floor: bool
    qualifiers: dict[str, frozenset[str]]
    exceptions: frozenset[str]
    terms: frozenset[str]
    things: frozenset[str]
    of_everything: bool = field(default=False)

    @property
    def quote(self) -> str:
        """The words of the quantity."""
        return self.source.body[self.start : self.end]

    @property
    def words(self) -> str:
        """The sentence."""
        return self.source.body[slice(*self.sentence)]


def statements_of(text: Text, things: frozenset[str] = frozenset()) -> list[Statement]:
    """All that a text states. `things` are the stems of words that name what the shop sells."""
    found = []
    for span, heading in _sentences(text.body):
        sentence = MARKS.sub(" ", text.body[slice(*span)])
        if sentence.rstrip()[-1:] in ("?", "？"):
            continue
        path = " > ".join(filter(None, (text.title, heading)))
        roles = [role for role in roles_in(sentence) if not _is_begin(role, sentence)]
        named = content_stems(sentence) & things
        if text.is_product:
            named |= content_stems(text.title) & things
        for quantity in (*quantities_in(sentence), *policies_in(sentence)):
            role, is_own = _role(quantity, sentence, roles, path)
            found.append(
                Statement(
                    source=text,
                    quantity=quantity,
                    start=span[0] + quantity.start,
                    end=span[0] + quantity.end,
                    sentence=span,
                    heading=path,
                    role=role,
                    own_role=is_own,
                    is_floor=_is_floor(quantity, sentence),
                    qualifiers=_qualifiers(quantity, sentence, heading),
                    exceptions=exceptions_in(f"{path} {sentence}"),
                    terms=content_stems(f"{sentence} {path if text.is_product else heading}"),
                    things=frozenset(named),
                    of_everything=bool(EVERYTHING.search(sentence)),
                )
            )
    return found


def _sentences(body: str) -> Iterator[tuple[Span, str]]:
    """Each sentence with the headings above it: of its part, its paragraph, its table."""
    part = lead = columns = ""
    at = 0
    for line in body.split("\n"):
        start, at = at, at + len(line) + 1
        if not line.strip():
            lead = columns = ""
        elif match := HEADING.match(line):
            part, lead = match[1], ""
        elif line.lstrip().startswith("|"):
            if not columns:
                columns = MARKS.sub(" ", line).strip()
            elif not TABLE_RULE.match(line):
                yield (start, start + len(line)), f"{part} {columns}".strip()
        else:
            bold = BOLD_LEAD.match(line)
            lead = bold[1] if bold and not _says_number(bold[1]) else lead
            above = " > ".join(filter(None, (part, lead)))
            for first, last in sentences_of(line):
                yield (start + first, start + last), above


def _qualifiers(quantity: Quantity, sentence: str, heading: str) -> dict[str, frozenset[str]]:
    """What narrows a quantity: its own part of the sentence first, "free at home; elsewhere it
    is yours" being two rules, then the sentence, else the heading.
    """
    first = max(sentence.rfind(mark, 0, quantity.start) for mark in PARTS) + 1
    ends = [sentence.find(mark, quantity.end) for mark in PARTS]
    last = min((end for end in ends if end >= 0), default=len(sentence))
    return (qualifiers_in(sentence) | qualifiers_in(sentence[first:last])) or qualifiers_in(heading)


def _says_number(text: str) -> bool:
    return bool(quantities_in(text))


def _role(
    quantity: Quantity, sentence: str, roles: Sequence[tuple[int, int, str]], path: str
) -> tuple[str, bool]:
    """The matter of a quantity: the nearest role word of its sentence, else of its headings."""
    if quantity.kind == "policy":
        return quantity.unit, True
    if quantity.kind == "money" and _is_free_from(quantity, sentence):
        return "free_delivery", True
    if quantity.kind not in ("hours", "clock"):
        roles = [role for role in roles if role[2] != "opening"]
    if roles:
        return min(roles, key=lambda role: _distance(quantity, sentence, role))[2], True
    above = [name for _, _, name in roles_in(path)]
    return (above[-1], False) if above else ("", False)


def _is_begin(role: tuple[int, int, str], sentence: str) -> bool:
    start, end, _ = role
    return bool(BEGINS.search(sentence[:start]) or BEGAN.match(sentence[end:]))


def _distance(quantity: Quantity, sentence: str, role: tuple[int, int, str]) -> int:
    """Characters between a quantity and a role word; a comma counts as twenty more."""
    start, end, _ = role
    between = slice(end, quantity.start) if end <= quantity.start else slice(quantity.end, start)
    gap = sentence[between]
    return len(gap) + 20 * len(re.findall(r"[,;，；:：]", gap))


def _is_free_from(quantity: Quantity, sentence: str) -> bool:
    near = slice(max(0, quantity.start - NEAR_FREE), quantity.end + NEAR_FREE)
    return bool(FREE.search(sentence[near])) and _is_floor(quantity, sentence)


def _is_floor(quantity: Quantity, sentence: str) -> bool:
    before, after = sentence[: quantity.start], sentence[quantity.end :]
    return bool(FLOOR.search(before) or FLOOR_AFTER.match(after))
