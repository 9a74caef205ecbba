"""What HTML hides from whoever looks at the page, and the text that is left."""

from __future__ import annotations

import re

from bs4 import BeautifulSoup, Comment, Declaration, Doctype, ProcessingInstruction, Tag
from soupsieve import SelectorSyntaxError

NEVER_SHOWN = (
    *("script", "style", "template", "noscript", "head", "title", "iframe", "object", "svg"),
    *("math", "canvas", "audio", "video", "select", "textarea", "button"),
)
HIDING = re.compile(
    r"(?<![\w-])(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0?\.?0+(?![.\d])"
    r"|font-size\s*:\s*0*\.?0+(?![.\d])|(?:max-)?(?:height|width)\s*:\s*0(?![.\d])"
    r"|text-indent\s*:\s*-\s*\d{3,}|(?:left|top|right|bottom)\s*:\s*-\s*\d{3,}"
    r"|clip-path\s*:\s*inset\(\s*(?:50|100)%|color\s*:\s*transparent|content-visibility\s*:\s*hidden)",
    re.IGNORECASE,
)
COLOUR = re.compile(r"(?<![\w-])(color|background)(?:-color)?\s*:\s*([#\w]+)")
RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
BLOCKS = ("p", "div", "li", "tr", "br", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "table")
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
TAG = re.compile(r"<(/?)([a-zA-Z][\w-]*)[^>]*?(/?)>", re.DOTALL)


class HiddenSpans:
    """Follows inline tags one after the other; true while text between them is hidden."""

    def __init__(self) -> None:
        self._open: list[tuple[str, bool]] = []

    def __bool__(self) -> bool:
        return any(hides for _name, hides in self._open)

    def read(self, tag: str) -> None:
        """Take the next opening or closing tag; anything else changes nothing."""
        found = TAG.match(tag)
        if not found:
            return
        closes, name, is_empty = found.groups()
        name = name.lower()
        if closes:
            self._close(name)
        elif not is_empty and name not in VOID:
            element = BeautifulSoup(tag, "html.parser").find(True)
            self._open.append((name, isinstance(element, Tag) and is_hidden(element)))

    def _close(self, name: str) -> None:
        names = [one for one, _hides in self._open]
        if name in names:
            last = len(names) - 1 - names[::-1].index(name)
            del self._open[last:]


def is_hidden(element: Tag) -> bool:
    """Whether an element by itself shows nothing: by its name, an attribute or its style."""
    if element.name in NEVER_SHOWN or element.has_attr("hidden"):
        return True
    if str(element.get("aria-hidden", "")).strip().lower() == "true":
        return True
    style = CSS_COMMENT.sub("", str(element.get("style", ""))).lower()
    return bool(HIDING.search(style)) or _is_of_one_colour(style)


def _is_of_one_colour(style: str) -> bool:
    """Whether the letters have the colour of their own ground."""
    told = {name: _colour(value) for name, value in COLOUR.findall(style)}
    return "color" in told and told["color"] == told.get("background")


def _colour(value: str) -> str:
    value = {"white": "#ffffff", "black": "#000000"}.get(value, value)
    is_short = value.startswith("#") and len(value) == 4
    return "#" + "".join(2 * digit for digit in value[1:]) if is_short else value


def without_hidden(html: str) -> BeautifulSoup:
    """The page with nothing in it that is not shown: comments, scripts, hidden elements,
    and elements that a rule of its own style sheets hides.
    """
    page = BeautifulSoup(html, "html.parser")
    for selector in _hiding_selectors(page):
        for element in _selected(page, selector):
            element.decompose()
    for element in page.find_all(True):
        if not element.decomposed and is_hidden(element):
            element.decompose()
    unseen = (Comment, Declaration, Doctype, ProcessingInstruction)
    for text in page.find_all(string=lambda one: isinstance(one, unseen)):
        text.extract()
    return page


def visible_text(html: str) -> str:
    """The text that a browser would show, a line for each block."""
    page = without_hidden(html)
    for block in page.find_all(BLOCKS):
        block.append("\n")
    lines = (" ".join(line.split()) for line in page.get_text().splitlines())
    return "\n".join(line for line in lines if line)


def _hiding_selectors(page: BeautifulSoup) -> list[str]:
    rules = (
        rule
        for style in page.find_all("style")
        for rule in RULE.findall(CSS_COMMENT.sub("", style.get_text()))
    )
    return [selector.strip() for selector, body in rules if HIDING.search(body)]


def _selected(page: BeautifulSoup, selector: str) -> list[Tag]:
    try:
        return list(page.select(selector))
    except (SelectorSyntaxError, NotImplementedError, ValueError):
        return []
