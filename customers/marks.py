"""Marks in a text: words that decided, and places that name an aspect."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString

from customers.models import AspectMention

POLARITY_TONES = {
    AspectMention.Polarity.NEGATIVE: "bad",
    AspectMention.Polarity.NEUTRAL: "",
    AspectMention.Polarity.POSITIVE: "good",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """Characters `start` to `end` of a text, the classes that draw them, and what a mark says."""

    start: int
    end: int
    classes: str
    title: str


@dataclass(frozen=True, slots=True)
class AspectJudged:
    """What a text says of one aspect, one way: the surest of its mentions, and the
    sentences in which they stand.
    """

    mention: AspectMention
    sentences: tuple[str, ...]

    @property
    def tone(self) -> str:
        """The class that colours it."""
        return polarity_tone(self.mention.polarity)


def polarity_tone(polarity: str) -> str:
    """The class that colours a polarity: good, bad or nothing."""
    return POLARITY_TONES.get(polarity, "")  # type: ignore[call-overload]


def marked(text: str, marks: Iterable[Mark]) -> SafeString:
    """The text with its marks. One that lies outside or overlaps an earlier one is left
    out; of two that begin together the first given counts.
    """
    pieces: list[tuple[SafeString | str]] = []
    end = 0
    for mark in sorted(marks, key=lambda one: one.start):
        if mark.start < end or mark.end > len(text):
            continue
        pieces.append((conditional_escape(text[end : mark.start]),))
        said = text[mark.start : mark.end]
        drawn = format_html('<mark class="{}" title="{}">{}</mark>', mark.classes, mark.title, said)
        pieces.append((drawn,))
        end = mark.end
    pieces.append((conditional_escape(text[end:]),))
    return format_html_join("", "{}", pieces)


def mention_marks(mentions: Iterable[AspectMention], offset: int) -> list[Mark]:
    """The places that name an aspect, coloured as it sounds. `offset` is how many
    characters models read before the text.
    """
    return [
        Mark(
            mention.start - offset,
            mention.end - offset,
            f"aspect {polarity_tone(mention.polarity)}".strip(),
            f"{mention.aspect}: {mention.get_polarity_display()}",
        )
        for mention in mentions
    ]


def judged_aspects(
    text: str, mentions: Iterable[AspectMention], offset: int = 0
) -> list[AspectJudged]:
    """What a text says of its aspects, in the order of their first mentions, each aspect
    and polarity once. `offset` is how many characters models read before the text;
    sentences that stand there are not given.
    """
    together: dict[tuple[str, str], list[AspectMention]] = {}
    for mention in mentions:
        together.setdefault((mention.aspect_id, mention.polarity), []).append(mention)
    return [
        AspectJudged(
            max(same, key=lambda one: one.probability),
            tuple(dict.fromkeys(_sentence(text, one, offset) for one in same)),
        )
        for same in together.values()
    ]


def _sentence(text: str, mention: AspectMention, offset: int) -> str:
    return text[max(mention.sentence_start - offset, 0) : max(mention.sentence_end - offset, 0)]
