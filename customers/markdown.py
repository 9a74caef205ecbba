"""Markdown as safe HTML; `customers.plain_markdown` reads it as plain text.

Raw HTML is shown as text. Links lead to http, https, mail and to pages of our own; images
come from our own site. Zero-width and bidirectional control characters, by which a text
says something else than it shows, are removed, however they were written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from customers.unseen import visible

# An address with one of these schemes, or one of our own: a path, a query or an anchor.
SLASH = r"(?:[/\\]|%5C)"  # what browsers may read as the second slash of another site
LINK = re.compile(
    rf"(?:https?://|mailto:)[^\s]|/(?!{SLASH})|[#?]|\.{{1,2}}/|(?!{SLASH})[^:\\]*$", re.IGNORECASE
)
EXTERNAL = re.compile(r"(?:https?:|mailto:)", re.IGNORECASE)
OWN_IMAGE = re.compile(rf"/(?!{SLASH})", re.IGNORECASE)
SPACE = re.compile(r"\s+")

# Ids of headings begin so, that none of them is an id of the page around.
ANCHOR = "s-"
LEAVES = ("text", "code_inline", "fence", "code_block")
TEXTS = (*LEAVES, "html_block")
BREAKS = {"softbreak": " ", "hardbreak": "\n"}


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a text, and the id that it has on a page."""

    level: int
    title: str
    anchor: str


def render(text: str, highlight: str = "") -> SafeString:
    """The text as HTML, with the first place that reads `highlight` in <mark> elements.

    `highlight` is plain text; its place is found across emphasis, links and line breaks.
    Where it stands nowhere, nothing is marked. The first <mark> has the id "cited".
    """
    tokens = PAGE.parse(visible(text))
    if highlight:
        _mark(_leaves(tokens), visible(highlight))
    return mark_safe(PAGE.renderer.render(tokens, PAGE.options, {}))  # noqa: S308  # html is off


def headings(text: str) -> list[Heading]:
    """The headings of the text in their order, with their anchors on the page."""
    tokens = PAGE.parse(visible(text))
    return [
        Heading(int(token.tag[1]), words_of(inline).strip(), str(token.attrs["id"]))
        for token, inline in pairwise(tokens)
        if token.type == "heading_open"
    ]


def _leaves(tokens: Iterable[Token]) -> list[Token]:
    """The tokens that hold text, and the breaks between words, in their order."""
    found: list[Token] = []
    for token in tokens:
        if token.type == "inline":
            found += token.children or []
        found.append(token)
    return [token for token in found if token.type != "inline"]


def _mark(leaves: Sequence[Token], wanted: str) -> None:
    """Note on the tokens which of their characters belong to the first such place."""
    letters = list(_letters(leaves))
    place = _place([letter for letter, _token, _offset in letters], wanted)
    first = True
    for _letter, token, offset in [letters[index] for index in place]:
        if token is None:
            continue
        start, _end = token.meta.get("mark", (offset, offset))
        if "mark" not in token.meta:
            token.meta["first"], first = first, False
        token.meta["mark"] = (start, offset + 1)


def _letters(leaves: Sequence[Token]) -> Iterator[tuple[str, Token | None, int]]:
    """All characters with the token that they stand in; what is no text counts as a space."""
    for token in leaves:
        if token.type in LEAVES:
            yield from ((letter, token, at) for at, letter in enumerate(token.content))
        elif token.block or token.type in ("softbreak", "hardbreak"):
            yield (" ", None, 0)


def _place(letters: Sequence[str], wanted: str) -> range:
    """Where the letters first read `wanted`, whatever the spaces; as whole words."""
    solid = [index for index, letter in enumerate(letters) if not letter.isspace()]
    text = "".join(letters[index] for index in solid)
    words = SPACE.sub("", wanted)
    at = text.find(words) if words else -1
    while at >= 0:
        start, end = solid[at], solid[at + len(words) - 1]
        if _is_edge(letters, start - 1, start) and _is_edge(letters, end, end + 1):
            return range(start, end + 1)
        at = text.find(words, at + 1)
    return range(0)


def _is_edge(letters: Sequence[str], left: int, right: int) -> bool:
    """Whether a word ends between two neighbours; scripts without spaces end anywhere."""
    if left < 0 or right >= len(letters):
        return True
    pair = letters[left] + letters[right]
    return not (pair.isascii() and pair.isalnum())


def words_of(token: Token) -> str:
    """What a token says: text as it is, pictures by their words, breaks as white space."""
    if token.type == "inline":
        return "".join(map(words_of, token.children or []))
    if token.type == "image":
        return _alt(token)
    return BREAKS.get(token.type) or (token.content if token.type in TEXTS else "")


def _alt(image: Token) -> str:
    return "".join(child.content for child in image.children or [] if child.type in LEAVES)


def _clean(state: StateCore) -> None:
    """Remove unseen characters that were written as entities; make text of foreign images;
    number the headings.
    """
    used: set[str] = set()
    for token, following in pairwise([*state.tokens, Token("end", "", 0)]):
        token.content = visible(token.content) if token.content else ""
        for child in token.children or []:
            _clean_inline(child)
        if token.type == "heading_open":
            token.attrSet("id", _anchor(words_of(following).strip(), used))


def _clean_inline(token: Token) -> None:
    token.content = visible(token.content)
    for name, value in token.attrs.items():
        if isinstance(value, str):
            token.attrs[name] = visible(value)
    if token.type == "link_open" and EXTERNAL.match(str(token.attrs["href"])):
        token.attrSet("rel", "nofollow noopener")
    if token.type != "image":
        return
    for child in token.children or []:
        _clean_inline(child)
    if OWN_IMAGE.match(str(token.attrs["src"])):
        token.attrSet("loading", "lazy")
    else:
        token.type, token.content = "text", _alt(token)


def _anchor(title: str, used: set[str]) -> str:
    base = ANCHOR + (slugify(title, allow_unicode=True)[:80] or "part")
    anchor, number = base, 2
    while anchor in used:
        anchor, number = f"{base}-{number}", number + 1
    used.add(anchor)
    return anchor


def _text(token: Token) -> SafeString:
    """The text of a token, escaped, with its marked part."""
    if "mark" not in token.meta:
        return conditional_escape(token.content)
    start, end = token.meta["mark"]
    opening = '<mark class="cited" id="cited">' if token.meta["first"] else '<mark class="cited">'
    return format_html(
        "{}{}{}</mark>{}",
        token.content[:start],
        mark_safe(opening),  # noqa: S308  # one of the two above
        token.content[start:end],
        token.content[end:],
    )


class _Renderer(RendererHTML):
    """As the library's; text may hold a mark."""

    def text(self, tokens: Sequence[Token], idx: int, *_: Any) -> str:
        return _text(tokens[idx])

    def code_inline(self, tokens: Sequence[Token], idx: int, *_: Any) -> str:
        return format_html("<code>{}</code>", _text(tokens[idx]))

    def code_block(self, tokens: Sequence[Token], idx: int, *_: Any) -> str:
        return format_html('<pre tabindex="0"><code>{}</code></pre>\n', _text(tokens[idx]))

    def fence(self, tokens: Sequence[Token], idx: int, *_: Any) -> str:
        return self.code_block(tokens, idx)


def _parser(*, html: bool) -> MarkdownIt:
    options = {"html": html, "maxNesting": 20}
    parser = MarkdownIt("commonmark", options, renderer_cls=_Renderer)
    parser.enable(["table", "strikethrough"])
    parser.validateLink = lambda url: bool(LINK.match(url.strip()))  # type: ignore[method-assign]
    parser.core.ruler.push("clean", _clean)
    return parser


PAGE = _parser(html=False)
WITH_HTML = _parser(html=True)
