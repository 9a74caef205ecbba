"""Whether a sentence stands on a passage: word for word, or near enough to be told of it.

A written answer keeps only sentences that a passage supports. A sentence does when it stands
in the passage verbatim; a rewritten one when the passage holds most of its content words, every
number in it, and means about the same by the cosine of their embeddings. Numbers are compared
as they are written, without separators: a "30" that no passage holds is never let through.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from intelligence.engines.content_words import content_words
from intelligence.engines.sentences import sentences_of

NUMBER = re.compile(r"\d+(?:[.,’' ]\d+)*")
SEPARATORS = re.compile(r"[,’' ](?=\d{3}(?!\d))")
NUMBERS_ZH = re.compile(r"[一二三四五六七八九十百千万两]+(?=[天日周月年小时分钟元块件个号次])")
NEGATIONS = re.compile(
    r"\b(?:not|no|never|none|nothing|without|cannot|neither|nor|except|unless)\b|n['’]t\b"
    r"|不|没|无|未|勿|非|除了|除非",
    re.IGNORECASE,
)
SPACES = re.compile(r"\s+")
FEWEST_SHARED = 0.6  # of the content words
FEWEST_COSINE = 0.55

Cosine = Callable[[str, Sequence[str]], Sequence[float]]


@dataclass(frozen=True, slots=True)
class Support:
    """One sentence of an answer, where it stands in it (`start`, `end`), and the `passage` (by
    its place) that supports it best; None where none does. `coverage` is the share of its
    content words that the passage holds, `cosine` None where it was not asked for.
    """

    text: str
    start: int
    end: int
    passage: int | None
    is_verbatim: bool
    coverage: float
    cosine: float | None = None


def support_of(answer: str, passages: Sequence[str], cosine: Cosine | None = None) -> list[Support]:
    """The support of each sentence of the answer, in order. `cosine` gives the cosines of a
    sentence to passages; without it words and numbers alone decide.
    """
    folded = [_folded(passage) for passage in passages]
    return [_support(answer, span, passages, folded, cosine) for span in sentences_of(answer)]


def keep_supported(answer: str, passages: Sequence[str], cosine: Cosine | None = None) -> str:
    """The answer without the sentences that nothing supports, line breaks kept; "" where
    nothing is left.
    """
    kept, at = [], 0
    for one in support_of(answer, passages, cosine):
        if one.passage is not None:
            gap = answer[at : one.start]
            kept.append(("\n" if "\n" in gap else " ") + one.text)
        at = one.end
    return "".join(kept).strip()


def _support(
    answer: str,
    span: tuple[int, int],
    passages: Sequence[str],
    folded: Sequence[str],
    cosine: Cosine | None,
) -> Support:
    start, end = span
    text = answer[start:end]
    wanted = _folded(text)
    for at, passage in enumerate(folded):
        if _stands_in(wanted, passage):
            return Support(text, start, end, at, is_verbatim=True, coverage=1.0)
    shares = [coverage(text, passage) for passage in passages]
    able = [at for at, share in enumerate(shares) if _may_support(text, passages[at], share)]
    best = max(able, key=shares.__getitem__, default=None)
    if best is None:
        top = max(shares, default=0.0)
        return Support(text, start, end, None, is_verbatim=False, coverage=top)
    near = float(cosine(text, [passages[best]])[0]) if cosine else None
    is_near = near is None or near >= FEWEST_COSINE
    return Support(text, start, end, best if is_near else None, False, shares[best], near)


def coverage(sentence: str, passage: str) -> float:
    """The share of the sentence's content words that the passage holds; 0 without any."""
    wanted = content_words(sentence).keys()
    held = content_words(passage).keys()
    return len(wanted & held) / len(wanted) if wanted else 0.0


def denies(text: str) -> bool:
    """Whether a text says that something is not so."""
    return bool(NEGATIONS.search(text))


def numbers_of(text: str) -> set[str]:
    """The numbers of a text, separators of thousands left out, and Chinese ones as written."""
    plain = unicodedata.normalize("NFKC", text)
    found = {SEPARATORS.sub("", number).strip() for number in NUMBER.findall(plain)}
    return found | set(NUMBERS_ZH.findall(plain))


def _may_support(sentence: str, passage: str, share: float) -> bool:
    """Whether words and numbers are there, and the sentence denies no more than the passage."""
    denies_more = denies(sentence) and not denies(passage)
    return (
        share >= FEWEST_SHARED and not denies_more and numbers_of(sentence) <= numbers_of(passage)
    )


def _folded(text: str) -> str:
    return SPACES.sub(" ", unicodedata.normalize("NFKC", text)).strip().casefold()


def _stands_in(sentence: str, passage: str) -> bool:
    """Whether the sentence is there whole, at the borders of words."""
    bare = sentence.rstrip(" .!?。！？")
    at = passage.find(bare) if bare else -1
    while at >= 0:
        before, after = passage[at - 1 : at], passage[at + len(bare) : at + len(bare) + 1]
        if not (_joins(before, bare[:1]) or _joins(bare[-1:], after)):
            return True
        at = passage.find(bare, at + 1)
    return False


def _joins(left: str, right: str) -> bool:
    """Whether two characters are of one word or number; Chinese has no such borders."""
    return bool(left and right and left.isascii() and right.isascii() and left.isalnum()
                and right.isalnum())  # fmt: skip
