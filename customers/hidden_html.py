"""What HTML hides from whoever looks at the page, and the text that is left.

One way for all: the elements of a folder's pages, of descriptions and messages, and of HTML
that stands within Markdown. Characters that nobody sees are `customers.unseen`'s.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from itertools import islice

from bs4 import BeautifulSoup, Comment, Declaration, Doctype, ProcessingInstruction, Tag
from bs4.element import PageElement
from soupsieve import SelectorSyntaxError

from customers.unseen import tidy, visible

NEVER_SHOWN = frozenset((
    *("script", "style", "template", "noscript", "head", "title", "iframe", "object", "embed"),
    *("svg", "math", "canvas", "audio", "video", "select", "option", "textarea", "button"),
    *("noframes", "noembed", "xmp", "plaintext"),
))  # fmt: skip
HIDING = re.compile(
    r"(?<![\w-])(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0?\.?0+(?![.\d])"
    r"|font-size\s*:\s*0*\.?0+(?![.\d])|(?:max-)?(?:height|width)\s*:\s*0(?![.\d])"
    r"|text-indent\s*:\s*-\s*\d{3,}|(?:left|top|right|bottom)\s*:\s*-\s*\d{3,}"
    r"|clip-path\s*:\s*inset\(\s*(?:50|100)%|clip\s*:\s*rect\(\s*0|color\s*:\s*transparent"
    r"|content-visibility\s*:\s*hidden)",
    re.IGNORECASE,
)
_WHITE = r"(?:white|#fff(?:f{3})?)(?![\w-])"
WHITE = re.compile(rf"(?<![\w-])color\s*:\s*{_WHITE}", re.IGNORECASE)
# White words can be read on any ground but white and none.
GROUND = re.compile(
    rf"(?<![\w-])background(?:-color|-image)?\s*:"
    rf"(?!\s*(?:{_WHITE}|none|transparent|inherit|initial))",
    re.IGNORECASE,
)
MOST_RULES = 100  # of a page's own style sheets
MOST_MATCHES = 1_000_000  # rules times elements, each of which is tried: some 2 s
CSS_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
BLOCKS = frozenset((
    *("address", "article", "aside", "blockquote", "br", "dd", "details", "div", "dl", "dt"),
    *("fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6"),
    *("header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "summary", "table"),
    *("tr", "ul"),
))  # fmt: skip
CELLS = ("td", "th")
# Elements that have no content, and those of XML, where alone a slash closes one.
EMPTY = frozenset((
    *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param"),
    *("source", "track", "wbr", "svg", "math"),
))  # fmt: skip
TAG = re.compile(r"<[a-zA-Z!/?]")
UNSEEN_NODES = (Comment, Declaration, Doctype, ProcessingInstruction)
# Stand before and behind each piece's number: private use, which no visible text holds.
OPEN, CLOSE = "\ue000", "\ue001"
BREAK = "\ue002"
PLACE = re.compile(f"{OPEN}([0-9]{{1,9}}){CLOSE}")


def visible_text(text: str) -> str:
    """A text that may hold HTML as the text that a page would show: a line for each block,
    paragraphs as they are written. A text without tags is only tidied.
    """
    seen = visible(text)
    if not TAG.search(seen):
        return tidy(html.unescape(seen) if "&" in seen else seen)
    return tidy("".join(_shown(_page(seen))))


def visible_parts(text: str, selector: str) -> tuple[str, str]:
    """The visible text before the first element that a selector finds, and from there on; all
    of it and "" where it finds none that is seen.
    """
    page = _page(visible(text))
    for element in page.select(selector, limit=1):
        element.insert_before(BREAK)
    before, _break, after = "".join(_shown(page)).partition(BREAK)
    return tidy(before), tidy(after)


def one_line(text: str) -> str:
    """The same as one line, for titles and headings."""
    return " ".join(visible_text(text).split())


def visible_pieces(pieces: Sequence[str]) -> list[str]:
    """What a page would show of each of these consecutive pieces of its HTML; an element that
    hides goes on hiding until it is closed, in whichever piece that is.
    """
    numbered = "".join(f"{OPEN}{at}{CLOSE}{piece}" for at, piece in enumerate(pieces))
    found = PLACE.split("".join(_shown(_page(numbered))))
    shown = [""] * len(pieces)
    for number, text in zip(found[1::2], found[2::2], strict=True):
        if int(number) < len(pieces):  # else a piece wrote the number of none
            shown[int(number)] += text
    return shown


def without_hidden(text: str) -> BeautifulSoup:
    """The page with nothing in it that is not shown: comments, scripts, hidden elements,
    and elements that a rule of its own style sheets hides.
    """
    page = _page(text)
    for element in _hidden_by_rules(page):
        element.decompose()
    for element in page.find_all(True):
        if not element.decomposed and is_hidden(element):
            element.decompose()
    for node in page.find_all(string=lambda one: isinstance(one, UNSEEN_NODES)):
        node.extract()
    return page


def is_hidden(element: Tag) -> bool:
    """Whether an element by itself shows nothing: by its name, an attribute or its style."""
    if element.name in NEVER_SHOWN or element.has_attr("hidden"):
        return True
    if str(element.get("aria-hidden", "")).strip().lower() == "true":
        return True
    style = _style_of(element)
    return bool(HIDING.search(style)) or (bool(WHITE.search(style)) and not _has_ground(element))


def _style_of(element: Tag) -> str:
    return CSS_COMMENT.sub("", str(element.get("style", "")))


def _has_ground(element: Tag) -> bool:
    return any(GROUND.search(_style_of(one)) for one in (element, *element.parents))


def _shown(page: BeautifulSoup) -> Iterator[str]:
    """The texts of a page that are seen, with the breaks that blocks and cells make."""
    ruled = {id(element) for element in _hidden_by_rules(page)}
    path: list[Tag] = [page]
    hidden: Tag | None = None
    for node in page.descendants:
        while path[-1] is not node.parent:
            closed = path.pop()
            if closed is hidden:
                hidden = None
            elif hidden is None:
                yield "\n" if closed.name in BLOCKS else ""
        if isinstance(node, Tag):
            path.append(node)
            if hidden is None and (id(node) in ruled or is_hidden(node)):
                hidden = node
        if hidden is None:
            yield _said(node)


def _said(node: PageElement) -> str:
    """What is read where a node begins."""
    if isinstance(node, Tag):
        return "\n" if node.name in BLOCKS else " " if node.name in CELLS else ""
    return "" if isinstance(node, UNSEEN_NODES) else str(node)


def _hidden_by_rules(page: BeautifulSoup) -> Iterator[Tag]:
    styles = page.find_all("style")
    if not styles:
        return
    sheets = (CSS_COMMENT.sub("", style.get_text()) for style in styles)
    rules = (rule.rpartition("{") for sheet in sheets for rule in sheet.split("}"))
    hiding = (selector for selector, _brace, body in rules if HIDING.search(body))
    elements = sum(1 for _ in page.find_all(True))
    most = min(MOST_RULES, max(5, MOST_MATCHES // max(1, elements)))
    for selector in islice(hiding, most):
        yield from _selected(page, selector.rpartition("{")[2].strip())


def _selected(page: BeautifulSoup, selector: str) -> list[Tag]:
    try:
        return list(page.select(selector))
    except (SelectorSyntaxError, NotImplementedError, ValueError):
        return []


def _page(text: str) -> BeautifulSoup:
    """The page as browsers read it, where a slash closes nothing: `<div hidden/>` hides what
    follows it. What begins like a tag and never ends is text.
    """
    whole, end, rest = text.rpartition(">")
    text = whole + end + rest.replace("<", "&lt;")  # the parser would try each to the very end
    slashes = _Slashes(text).places if "/>" in text else []
    starts, ends = [0, *(at + 1 for at in slashes)], [*slashes, len(text)]
    read = "".join(text[start:end] for start, end in zip(starts, ends, strict=True))
    return BeautifulSoup(read, "html.parser")


class _Slashes(HTMLParser):
    """The `places` of the slashes that end tags of elements with content."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.places: list[int] = []
        self._lines = [0, *(found.end() for found in re.finditer("\n", text))]
        self.feed(text)
        self.close()

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in EMPTY:
            line, column = self.getpos()
            end = self._lines[line - 1] + column + len(self.get_starttag_text() or "")
            self.places.append(end - len("/>"))
