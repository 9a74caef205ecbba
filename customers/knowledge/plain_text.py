"""Plain text out of what people write: Markdown and HTML without what a reader cannot see.

Texts come from customers and from other systems. What a page would not show must not be
read by a model either: comments, hidden elements, zero-width characters and those that turn
the direction of writing are left out.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser

from markdown_it import MarkdownIt
from markdown_it.token import Token

# Zero-width spaces and joiners, soft hyphens, marks and overrides of direction, variation
# selectors, tags, and the other characters of Unicode's categories Cc and Cf that no reader sees.
UNSEEN = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4"
    "\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0"
    "\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
LINE_END = re.compile(r"\r\n?|[\u0085\u2028\u2029]")
SPACES = re.compile(r"[^\S\n]+")
BLANK_LINES = re.compile(r"\n\s*\n\s*")
TAG = re.compile(r"<[a-zA-Z!/?]")
HIDDEN_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(hidden|collapse)|opacity\s*:\s*0(\.0*)?\s*(;|$|!)"
    r"|font-size\s*:\s*0|(?<![-\w])(width|height|max-height)\s*:\s*0(px|em|rem|%)?\s*(;|$|!)"
    r"|text-indent\s*:\s*-\d{3}|(left|top)\s*:\s*-\d{3,}|clip\s*:\s*rect\(0"
    r"|(?<![-\w])color\s*:\s*(transparent|#fff(fff)?\b|white)",
    re.IGNORECASE,
)
UNREAD = frozenset({
    "script", "style", "template", "noscript", "head", "title", "iframe", "object", "embed",
    "svg", "math", "canvas", "audio", "video", "textarea", "select", "option", "noframes",
    "noembed", "xmp", "plaintext",
})  # fmt: skip
VOID = frozenset({
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr",
})  # fmt: skip
BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "br", "dd", "details", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6",
    "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "summary", "table", "tr",
    "ul",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Section:
    """The text under one heading: the headings above it from the outside in, and the
    blocks of plain text (paragraphs, list items, table rows) in order.
    """

    path: tuple[str, ...]
    blocks: tuple[str, ...]


def visible(text: str) -> str:
    """The text without characters that nobody sees, lines ended by one kind of break."""
    return UNSEEN.sub("", LINE_END.sub("\n", text))


def tidy(text: str) -> str:
    """Visible characters, spaces single, at most one empty line in a row, ends trimmed."""
    return BLANK_LINES.sub("\n\n", SPACES.sub(" ", visible(text))).strip()


def one_line(text: str) -> str:
    """The text as one line, for titles and headings."""
    return " ".join(without_markup(text).split())


def without_markup(text: str) -> str:
    """A text that may hold HTML as plain text; a text without tags is only tidied."""
    seen = visible(text)
    if not TAG.search(seen):
        return tidy(html.unescape(seen) if "&" in seen else seen)
    reader = _VisibleText()
    reader.feed(seen)
    reader.close()
    return tidy("".join(reader.parts))


class _VisibleText(HTMLParser):
    """Collects the text of elements that a page would show."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._open: list[tuple[str, bool]] = []  # name, whether it hides its content

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._break(tag)
        if tag not in VOID:
            self._open.append((tag, tag in UNREAD or _hides(dict(attrs))))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # HTML knows no self-closing elements but the void ones: <div hidden/> hides what follows
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        self._break(tag)
        for place in range(len(self._open) - 1, -1, -1):
            if self._open[place][0] == tag:
                del self._open[place:]
                return

    def handle_data(self, data: str) -> None:
        if not any(hides for _, hides in self._open):
            self.parts.append(data)

    def _break(self, tag: str) -> None:
        if tag in BLOCKS:
            self.parts.append("\n")
        elif tag in {"td", "th"}:
            self.parts.append(" ")


def _hides(attributes: dict[str, str | None]) -> bool:
    return (
        "hidden" in attributes
        or attributes.get("aria-hidden") == "true"
        or bool(HIDDEN_STYLE.search(attributes.get("style") or ""))
    )


def sections_of(markdown: str) -> list[Section]:
    """A Markdown text by its headings; sections without text are left out."""
    return [section for section in _sections(_parsed(markdown)) if section.blocks]


def _parsed(markdown: str) -> list[Token]:
    """HTML in it is taken out first, so that a hidden element hides Markdown too."""
    seen = visible(markdown)
    if TAG.search(seen):
        seen = _keeping_breaks(seen)
    return _MARKDOWN.parse(seen)


_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table").enable("strikethrough")


def _keeping_breaks(text: str) -> str:
    reader = _VisibleText()
    reader.feed(text)
    reader.close()
    return "".join(reader.parts)


def _sections(tokens: list[Token]) -> Iterator[Section]:
    outline = _Outline()
    for token in tokens:
        if token.type == "heading_open":
            yield outline.section()
        outline.take(token)
    yield outline.section()


class _Outline:
    """The headings that are open, what stands under them so far, and the open table."""

    def __init__(self) -> None:
        self.levels: list[tuple[int, str]] = []
        self.blocks: list[str] = []
        self.heading = 0  # level of the heading that is being read
        self.head: list[str] = []
        self.row: list[str] | None = None
        self.mark = ""  # what the next paragraph begins with, in a list

    def section(self) -> Section:
        """What was read since the last heading."""
        found = Section(tuple(title for _, title in self.levels), tuple(self.blocks))
        self.blocks = []
        return found

    def take(self, token: Token) -> None:
        """Read one token of the document."""
        read = READERS.get(token.type)
        if read is not None:
            read(self, token)

    def open_heading(self, token: Token) -> None:
        """A heading closes those of its level and below."""
        self.heading = int(token.tag[1])
        self.levels = [above for above in self.levels if above[0] < self.heading]

    def close_heading(self, _token: Token) -> None:
        """What follows stands under it."""
        self.heading = 0

    def open_item(self, token: Token) -> None:
        """An item of a list keeps its number or a dash."""
        self.mark = f"{token.info}. " if token.info else "- "

    def open_table(self, _token: Token) -> None:
        """Each table has a head of its own."""
        self.head = []

    def open_row(self, _token: Token) -> None:
        """Cells are collected until the row ends."""
        self.row = []

    def close_row(self, _token: Token) -> None:
        """The first row names the columns; each other becomes a line that can be read alone."""
        cells, self.row = self.row or [], None
        if not self.head:
            self.head = cells
            return
        named = (
            f"{name}: {cell}" if name else cell
            for name, cell in zip(self.head, cells, strict=False)
            if cell
        )
        self.add("; ".join(named))

    def inline(self, token: Token) -> None:
        """The text of a heading, a cell or a paragraph."""
        text = _inline(token)
        if self.heading:
            if title := " ".join(text.split()):
                self.levels.append((self.heading, title))
        elif self.row is not None:
            self.row.append(" ".join(text.split()))
        else:
            self.add(self.mark + text)
            self.mark = ""

    def code(self, token: Token) -> None:
        """Code stays as it is written."""
        self.add(token.content)

    def add(self, text: str) -> None:
        """One more block under the open headings."""
        if block := tidy(text):
            self.blocks.append(block)


READERS: Mapping[str, Callable[[_Outline, Token], None]] = {
    "heading_open": _Outline.open_heading,
    "heading_close": _Outline.close_heading,
    "list_item_open": _Outline.open_item,
    "table_open": _Outline.open_table,
    "tr_open": _Outline.open_row,
    "tr_close": _Outline.close_row,
    "inline": _Outline.inline,
    "fence": _Outline.code,
    "code_block": _Outline.code,
}
LINE_BREAKS = frozenset({"softbreak", "hardbreak"})


def _inline(token: Token) -> str:
    """The words of an inline token: links and images by their texts, breaks as spaces."""
    return "".join(
        " " if child.type in LINE_BREAKS else child.content for child in token.children or ()
    )
