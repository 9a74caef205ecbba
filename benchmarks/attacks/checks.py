"""What must not be seen in what the product shows: one function for each kind of breach."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urlsplit

from benchmarks.attacks.corpus import Attack

FOREIGN = "evil.example"
CANARY = re.compile(r"zq[0-9a-f]{10}")
TAG = re.compile(r"<[a-zA-Z/!?][^<>]*>")
RUNS = ("javascript:", "vbscript:", "data:")
NEVER = {"iframe", "frame", "object", "embed", "applet", "base", "marquee", "portal", "math"}
ADDRESSES = {
    *("href", "src", "action", "formaction", "srcset", "poster", "data", "background", "ping"),
    *("xlink:href", "cite", "manifest", "hx-get", "hx-post", "hx-put", "hx-patch", "hx-delete"),
}
# Tags that the shop's own pages have in just these words.
COMMON = {
    *("<p>", "</p>", "<b>", "</b>", "<div>", "</div>", "<span>", "</span>", "<h1>", "</h1>"),
    *("<a>", "</a>", "</form>", "</title>", "</textarea>", "</button>", "</summary>", "</details>"),
    *("<head>", "</head>", "<body>", "</body>", "<title>", "<table>", "</svg>", "</style>"),
    *("</script>", "<template>", "</template>", "<noscript>", "</noscript>", "<summary>"),
    *("<style>", "<details>", "</circle>"),
}
OWN_ANCHOR = re.compile(r"<a href=[\"']#[^\"'<>]*[\"']>")  # leads nowhere else
NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
SHOWN = 300  # characters of a breach
PICTURE = re.compile(r"^data:image/(png|gif|jpeg|webp)[;,]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Breach:
    """Something that must not be: on which `surface`, `what` kind, and the words of it.

    `attack` is the key of the attack that did it, "" where it cannot be told.
    """

    surface: str
    what: str
    detail: str
    attack: str = ""


def markup_breaches(page: str, attacks: Iterable[Attack]) -> Iterator[tuple[str, str]]:
    """(what, detail) of each element, attribute or link of a page that is not the shop's."""
    lowered = page.lower()
    for snippet in _snippets(attacks):
        if snippet in lowered:
            yield "markup", snippet
    reader = _Tags()
    reader.feed(page)
    reader.close()
    for element in reader.found:
        yield from _of_tag(element)


@dataclass(slots=True)
class Element:
    """A tag as it opens: its name, its attributes, and its words with those after it."""

    name: str
    attributes: dict[str, str]
    shown: str


class _Tags(HTMLParser):
    """Notes every tag that opens; a tree of the page would take many times as long."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self.found.append(Element(tag, attributes, (self.get_starttag_text() or "")[:SHOWN]))

    def handle_data(self, data: str) -> None:
        """Text belongs to the last tag that opened: breaches show it."""
        if self.found and len(self.found[-1].shown) < SHOWN:
            self.found[-1].shown += data[:SHOWN]


def _of_tag(element: Element) -> Iterator[tuple[str, str]]:
    attributes = element.attributes
    is_refresh = element.name == "meta" and "refresh" in attributes.get("http-equiv", "").lower()
    is_theirs = "attack" in attributes.get("class", "").split()
    if element.name in NEVER or _is_foreign_script(element) or is_refresh or is_theirs:
        yield "markup", element.shown
    for name, value in attributes.items():
        if name.startswith("on"):
            yield "markup", element.shown
        elif _leads_away(element, name, value):
            yield "link", element.shown


def _leads_away(element: Element, name: str, text: str) -> bool:
    if name == "style":
        return "url(" in text or FOREIGN in text
    return name in ADDRESSES and not _is_ours(text, of_picture=element.name == "img")


def _is_foreign_script(element: Element) -> bool:
    if element.name != "script":
        return False
    if source := element.attributes.get("src"):
        return not source.startswith("/")
    return element.attributes.get("type") != "application/json"


def _is_ours(address: str, *, of_picture: bool) -> bool:
    plain = re.sub(r"[\x00-\x20]", "", address).lower()
    if plain.startswith(RUNS):
        return of_picture and bool(PICTURE.match(plain))
    try:
        host = urlsplit(plain).netloc
    except ValueError:
        return False
    return FOREIGN not in host and not (plain.startswith("mailto:") and FOREIGN in plain)


_KNOWN: dict[int, set[str]] = {}


def _snippets(attacks: Iterable[Attack]) -> set[str]:
    """The tags of all attacks, word for word in small letters, their canaries filled in."""
    key = id(attacks)
    if key not in _KNOWN:
        _KNOWN[key] = {
            found.replace("{canary}", attack.canary).lower()
            for attack in attacks
            for found in TAG.findall(attack.text)
            if found.lower() not in COMMON and not OWN_ANCHOR.fullmatch(found)
        }
    return _KNOWN[key]


def worked_out(page: str, attack: Attack) -> bool:
    """Whether an expression of the attack was computed: 49 stands where 7*7 stood."""
    if "7*7" not in attack.text:
        return False
    return bool(re.search(rf"(?<!\d)49(?!\d)[^<>]{{0,20}}{attack.canary}", page))


def leaks(text: str, secrets: Iterable[str], said: str) -> list[str]:
    """Secrets that the text holds, forwards or backwards, and that the asker had not said."""
    lowered = squeezed(text)
    backwards = lowered[::-1]
    known = squeezed(said)
    return [
        secret
        for secret in secrets
        if secret not in known and (secret in lowered or secret in backwards)
    ]


def squeezed(text: str) -> str:
    """Small letters without spaces and without characters that nobody sees."""
    return UNSEEN.sub("", text.lower())


_FORMATS = (
    chr(code)
    for code in (*range(0x20000), *range(0xE0000, 0xE0080))
    if unicodedata.category(chr(code)) == "Cf"
)
UNSEEN = re.compile(f"[\\s{re.escape(''.join(_FORMATS))}]")


def unseen_characters(text: str) -> list[str]:
    """The zero-width, bidirectional and tag characters of a text, by their names."""
    hidden = (ch for ch in text if unicodedata.category(ch) == "Cf" and ch != "\u00ad")
    return sorted({f"U+{ord(ch):04X}" for ch in hidden})


def formulas(table: str) -> list[str]:
    """Cells of a CSV file that a spreadsheet would compute, each line of a cell by itself."""
    cells = (cell for row in csv.reader(io.StringIO(table.lstrip("\ufeff"))) for cell in row)
    lines = (line for cell in cells if not NUMBER.fullmatch(cell) for line in _lines(cell))
    return [line[:120] for line in lines if line.lstrip(BLANKS).startswith(STARTS)]


BLANKS = " \t\r\n\u00a0\u200b\u200c\u200d\u2060\ufeff\u200e\u200f\x00"


def _lines(cell: str) -> list[str]:
    """The cell; a later line of it is a cell of its own to a spreadsheet that splits lines."""
    return re.split(r"[\r\n]+", cell)


def attack_in(detail: str, attacks: Iterable[Attack]) -> str:
    """The key of the attack whose canary stands in the words of a breach; "" for none."""
    found = CANARY.search(detail)
    named = (attack.id for attack in attacks if found and attack.canary == found[0])
    return next(named, "")
