"""What a model wrote, as plain text: no thoughts, no markup, no link that is not the shop's."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass

from intelligence.engines.generators.spotlighting import legible
from intelligence.engines.sentences import sentence_ends

LINK_LEFT_OUT = "[link removed]"
MOST_CHARACTERS = 8_000
MOST_READ = 5 * MOST_CHARACTERS  # of what a model wrote, thoughts and markup with it
TRAILING = ".,;:!?)]}'\"，。；：！？）】」》"

_PLACEHOLDER = r"(?!/?[A-Za-z]+[ _-]\d{1,4}\s*/?>)"
THOUGHTS = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL | re.IGNORECASE)
HIDDEN_TAGS = re.compile(
    r"<(script|style|template|noscript|iframe)\b.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE
)
COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
TAG = re.compile(rf"<{_PLACEHOLDER}[/!?]?[A-Za-z][^<>]*>?")
MARKS = re.compile(r"\[(?:begin|end) [0-9a-f]{12}\]\n?")
IMAGE = re.compile(r"!\[([^\]\n]{0,300})\](?:\([^)\n]{0,600}\)?|\[[^\]\n]{0,300}\])")
LINK = re.compile(r"\[([^\]\n]{0,300})\]\(\s?<?([^)\s>]{0,600})>?[^)\n]{0,300}\)")
REFERENCE = re.compile(r"^[ \t]*\[[^\]\n]{1,300}\]:[ \t]*\S+.*$", re.MULTILINE)
FENCE = re.compile(r"^[ \t]*(?:```|~~~).*$", re.MULTILINE)
HEADING = re.compile(r"^[ \t]{0,3}#{1,6}[ \t]+|^[ \t]{0,3}>[ \t]?", re.MULTILINE)
EMPHASIS = re.compile(r"(\*\*\*|\*\*|__|~~|`{1,3})(?=\S)(.{1,500}?)(?<=\S)\1", re.DOTALL)
RULE = re.compile(r"^[ \t]*(?:[-*_][ \t]*){3,}$", re.MULTILINE)

_ENDINGS = (
    "com|net|org|info|biz|io|co|ai|app|dev|me|tv|cc|xyz|top|site|shop|store|online|link|click|live|"
    "club|vip|icu|ru|cn|de|uk|fr|nl|es|it|eu|us|in|br|jp|hk|tw|su|ly|gl|to"
)
URL = re.compile(
    r"(?:[a-z][a-z0-9+.-]{1,12}:)?//[^\s<>\"'，。；！？）】」》]+"
    r"|(?:javascript|data|vbscript|mailto|tel|file):[^\s<>\"'，。；！？）】」》]+"
    r"|(?<![@\w.-])www\.[^\s<>\"'，。；！？）】」》]+"
    rf"|(?<![@\w.-])(?:[a-z0-9-]+\.)+(?:{_ENDINGS})(?![\w.-]*@)\b(?:[:/?#][^\s<>\"'，。；！？）】」》]*)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class PlainText:
    """The text, how many links were taken out, and whether it was cut for its length."""

    text: str
    links_removed: int
    is_cut: bool


def without_markup(text: str) -> str:
    """The text without thoughts, HTML, Markdown and hidden characters. A link's address is
    left beside its words, for `without_links` to judge; placeholders stay.
    """
    text = legible(text[:MOST_READ])
    for pattern in (THOUGHTS, HIDDEN_TAGS, COMMENT, FENCE, REFERENCE, RULE, MARKS):
        text = pattern.sub("", text)
    text = IMAGE.sub(r"\1", text)
    text = LINK.sub(r"\1 (\2)", text)
    # entities may hide tags, and what is left of one may be another
    for _ in range(3):
        text = TAG.sub("", html.unescape(text) if "&" in text else text)
    text = HEADING.sub("", text)
    for _ in range(2):
        text = EMPHASIS.sub(r"\2", text)
    return legible(text)


def addresses_in(texts: Iterable[str]) -> frozenset[str]:
    """The addresses that stand in the shop's own passages."""
    return frozenset(_trimmed(found[0]) for text in texts for found in URL.finditer(text))


def finished(text: str, allowed: frozenset[str], most: int = MOST_CHARACTERS) -> PlainText:
    """The text without addresses other than `allowed` ones, at most `most` characters of it,
    to the end of a sentence.
    """
    removed = 0

    def judge(found: re.Match[str]) -> str:
        nonlocal removed
        address = _trimmed(found[0])
        if address in allowed:
            return found[0]
        removed += 1
        return LINK_LEFT_OUT + found[0][len(address) :]

    text = URL.sub(judge, text)
    is_cut = len(text) > most
    return PlainText(_shortened(text, most) if is_cut else text, removed, is_cut)


def _trimmed(address: str) -> str:
    return address.rstrip(TRAILING)


def _shortened(text: str, most: int) -> str:
    # with the character behind: it tells whether a full stop ends a sentence
    end = max((end for end in sentence_ends(text[: most + 1]) if end <= most), default=0)
    return text[:end].rstrip() if end > most // 2 else text[:most].rstrip() + "…"
