"""Markdown as plain text: what a reader sees of it, whole or by its headings.

HTML within it is read as a browser would: what it hides (comments, scripts, hidden elements,
Markdown inside of those) is left out. Code stays as it is written.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from markdown_it.token import Token

from customers.hidden_html import visible_pieces
from customers.markdown import LEAVES, WITH_HTML, words_of
from customers.unseen import tidy, visible

HTML = ("html_inline", "html_block")
# Around each block of Markdown: what is left open in it ends with it, as in a paragraph.
BLOCK, END = "<x-block>", "</x-block>"


@dataclass(frozen=True, slots=True)
class Section:
    """The text under one heading: the headings above it from the outside in, and the
    blocks of plain text (paragraphs, list items, table rows) in order.
    """

    path: tuple[str, ...]
    blocks: tuple[str, ...]


def plain(text: str) -> str:
    """What a reader sees of the text, without markup: each block on lines of its own."""
    blocks = ("".join(map(words_of, block)) for block in _blocks(_read(text)))
    return "\n".join(said.strip() for said in blocks if said.strip())


def sections_of(text: str) -> list[Section]:
    """The text by its headings; items keep their marks, and a row of a table names its
    columns. Sections without text are left out.
    """
    return [section for section in _sections(_read(text)) if section.blocks]


def _read(text: str) -> list[Token]:
    """The tokens of a text, their contents what is shown of them, HTML as its text."""
    tokens = WITH_HTML.parse(visible(text))
    if any(leaf.type in HTML for token in tokens for leaf in token.children or [token]):
        _hide(tokens)
    return tokens


def _hide(tokens: Sequence[Token]) -> None:
    """Let the tokens say what a page shows of them that reads their HTML."""
    pieces: list[tuple[Token | None, str]] = []
    for token in tokens:
        if token.type == "html_block":
            pieces.append((token, token.content))
        elif token.type in ("inline", *LEAVES):
            own = [(leaf, _as_html(leaf)) for leaf in token.children or [token]]
            pieces += [(None, BLOCK), *own, (None, END)]
    shown = visible_pieces([piece for _token, piece in pieces])
    for (leaf, _piece), said in zip(pieces, shown, strict=True):
        if leaf is not None:
            _say(leaf, said)


def _as_html(leaf: Token) -> str:
    return leaf.content if leaf.type == "html_inline" else html.escape(words_of(leaf))


def _say(leaf: Token, said: str) -> None:
    if leaf.type == "html_block":
        leaf.content = "\n".join(line for line in tidy(said).split("\n") if line)
    elif leaf.type in ("fence", "code_block"):
        leaf.content = said
    elif leaf.type == "html_inline" or said != words_of(leaf):
        leaf.type, leaf.content = "text", visible(said)


def _blocks(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """The tokens that hold text, block by block; the cells of a table row are one block."""
    row: list[Token] | None = None
    for token in tokens:
        if token.type == "tr_open":
            row = []
        elif token.type == "tr_close":
            yield row or []
            row = None
        elif token.type in ("inline", "html_block", *LEAVES):
            if row is None:
                yield [token]
            else:
                row += [token, Token("softbreak", "br", 0)]


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

    def close_item(self, _token: Token) -> None:
        """An item whose text is hidden leaves no mark."""
        self.mark = ""

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
        text = " ".join(words_of(token).split())
        if self.heading and text:
            self.levels.append((self.heading, text))
        elif self.row is not None:
            self.row.append(text)
        elif text and not self.heading:
            self.add(self.mark + text)
            self.mark = ""

    def code(self, token: Token) -> None:
        """Code stays as it is written."""
        self.add(token.content)

    def html(self, token: Token) -> None:
        """Each line of HTML is a block of its own."""
        for line in token.content.split("\n"):
            self.add(line)

    def add(self, text: str) -> None:
        """One more block under the open headings."""
        if block := tidy(text):
            self.blocks.append(block)


READERS: Mapping[str, Callable[[_Outline, Token], None]] = {
    "heading_open": _Outline.open_heading,
    "heading_close": _Outline.close_heading,
    "list_item_open": _Outline.open_item,
    "list_item_close": _Outline.close_item,
    "table_open": _Outline.open_table,
    "tr_open": _Outline.open_row,
    "tr_close": _Outline.close_row,
    "inline": _Outline.inline,
    "fence": _Outline.code,
    "code_block": _Outline.code,
    "html_block": _Outline.html,
}
