"""How alike two customers are, field by field, in a few levels.

The levels are what a Fellegi-Sunter model weighs (see `weights`); a field that one of the two
does not have says nothing. Names are compared with Jaro-Winkler (Winkler 1990) as rapidfuzz
computes it, the words in any order, and an initial stands for a word.
"""

from __future__ import annotations

from rapidfuzz import fuzz
from rapidfuzz.distance import JaroWinkler, Levenshtein

from customers.duplicates.normalising import LAST_DIGITS, Person, is_han

MISSING = ""
SAME, NEAR, PARTLY, OTHER = "same", "near", "partly", "other"
LEVELS: dict[str, tuple[str, ...]] = {
    "name": (SAME, NEAR, PARTLY, OTHER),
    "email": (SAME, NEAR, PARTLY, OTHER),
    "phone": (SAME, NEAR, OTHER),
    "city": (SAME, NEAR, OTHER),
    "company": (SAME, NEAR, OTHER),
}
FIELDS = tuple(LEVELS)

Pattern = tuple[str, ...]


def compared(first: Person, second: Person) -> Pattern:
    """The level of each field, in the order of `FIELDS`."""
    return (
        _names(first.name, second.name),
        _emails(first.email, second.email),
        _phones(first.phone, second.phone),
        _texts(first.city, second.city),
        _texts(first.company, second.company),
    )


def _names(first: tuple[str, ...], second: tuple[str, ...]) -> str:
    if not first or not second:
        return MISSING
    ours, theirs = " ".join(sorted(first)), " ".join(sorted(second))
    if ours == theirs:
        return SAME
    if is_han(ours) and is_han(theirs):
        return _han_names(ours, theirs)
    alike = max(
        JaroWinkler.similarity(ours, theirs),
        JaroWinkler.similarity(" ".join(first), " ".join(second)),
    )
    if alike >= 0.94 or Levenshtein.distance(ours, theirs, score_cutoff=1) <= 1:
        return NEAR
    if _by_initials(first, second) or alike >= 0.87 or _contained(first, second):
        return PARTLY
    return OTHER


def _han_names(ours: str, theirs: str) -> str:
    """One character of three differs, or the order: near. Two of two characters are a name."""
    if sorted(ours) == sorted(theirs):
        return NEAR
    longest = max(len(ours), len(theirs))
    if longest >= 3 and Levenshtein.distance(ours, theirs) == 1:
        return PARTLY
    return OTHER


def _by_initials(first: tuple[str, ...], second: tuple[str, ...]) -> bool:
    """Whether each word of the shorter name is one of the other's or its initial, and at
    least one is a word in full.
    """
    few, many = sorted((first, second), key=len)
    left, whole = list(many), 0
    for word in sorted(few, key=len, reverse=True):
        found = next((other for other in left if _may_be(word, other)), None)
        if found is None:
            return False
        whole += len(word) > 1 and word == found
        left.remove(found)
    return whole > 0 and len(few) > 1


def _may_be(word: str, other: str) -> bool:
    if word == other:
        return True
    return 1 in (len(word), len(other)) and word[0] == other[0]


def _contained(first: tuple[str, ...], second: tuple[str, ...]) -> bool:
    few, many = sorted((set(first), set(second)), key=len)
    return len(few) > 1 and few <= many


def _emails(first: str, second: str) -> str:
    if not first or not second:
        return MISSING
    if first == second:
        return SAME
    ours, _at, our_domain = first.partition("@")
    theirs, _at, their_domain = second.partition("@")
    if our_domain == their_domain:
        return NEAR if len(ours) > 4 and Levenshtein.distance(ours, theirs) == 1 else OTHER
    if ours == theirs and len(ours) >= 5:
        return NEAR
    bare = [part.replace(".", "").replace("_", "").replace("-", "") for part in (ours, theirs)]
    return PARTLY if bare[0] == bare[1] and len(bare[0]) >= 5 else OTHER


def _phones(first: str, second: str) -> str:
    if not first or not second:
        return MISSING
    if first == second and first.startswith("+"):
        return SAME
    if first[-LAST_DIGITS:] == second[-LAST_DIGITS:]:
        return NEAR
    return OTHER


def _texts(first: str, second: str) -> str:
    if not first or not second:
        return MISSING
    if first == second:
        return SAME
    return NEAR if fuzz.token_sort_ratio(first, second) >= 88 else OTHER
