"""Taking what is another person's out of a reply, so that it can serve as a suggestion.

A reply to one customer names them, their order, days and amounts. Everything of the kind is
taken out: what this ticket's records know takes its place, and a visible blank such as
[order number?] where they do not. What looks like a name but is in nobody's records (of a
sister, a neighbour) counts as one unless many other replies use the word too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from customers.assisting.patterns import ADDRESS, DATE, POSTCODE
from customers.privacy.masking import identifying

NUMBER = r"\d+(?:[.,]\d+)*"
AMOUNT = re.compile(
    rf"(?:[£$€¥￥]|\b(?:GBP|USD|EUR|CNY|RMB))\s?{NUMBER}"
    rf"|{NUMBER}\s?(?:[£$€¥￥]|(?:GBP|USD|EUR|CNY|RMB|pounds?|euros?|dollars?)\b|元|块|人民币)"
)
LINK = re.compile(r"(?:https?://|www\.)[^\s<>\"'，。）)]+", re.IGNORECASE)
# Numbers of four digits and more, and codes of letters and digits: orders, parcels, flats.
CODE = re.compile(
    r"(?<![A-Za-z\d-])#?(?=[A-Za-z\d-]*\d{3})[A-Za-z\d][A-Za-z\d-]{4,}(?![A-Za-z\d-])|#?\d{4,}"
)
TITLE_ZH = re.compile(r"[㐀-鿿](?=(?:先生|女士|小姐|太太|老师))")
# A capital in the middle of a sentence: a name, or a word that many replies write so.
CAPITAL = re.compile(r"(?<=[a-zà-ÿ,;:\d)’'] )[A-ZÀ-Þ][\w’'-]+(?: [A-ZÀ-Þ][\w’'-]+)*")
NOT_NAMES = frozenset({"I", "I'm", "I’m", "I'll", "I’ll", "I've", "I’ve", "I'd", "I’d", "OK"})
GREETING = re.compile(
    r"\A\s*(?:(?:dear|hello|hi|hey|hiya|good (?:morning|afternoon|evening|day)|guten tag|hallo|"
    r"liebe[r]?|bonjour|ch[eè]re?)\b[^\n,!.]{0,60}[,!.]"
    r"|(?:尊敬的|亲爱的)?[^\n，。！,]{0,16}?(?:您好|你好|先生|女士)[^\n，。！,]{0,6}[，。！：,!])\s*",
    re.IGNORECASE,
)
SENTENCE_END = re.compile(r"[.!?。！？…]\s*$")
LONGEST_SIGNATURE, SHORTEST_NAME, LONGEST_NAME = 120, 2, 3
IDEOGRAPH = re.compile(r"[㐀-鿿]")


@dataclass(frozen=True, slots=True)
class Details:
    """What records know of a person: their names, `others` who are named with them (a company,
    an agent), e-mails, phones, order numbers, names of what they bought, and places.
    """

    names: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    orders: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    places: tuple[str, ...] = ()

    def said(self) -> Mapping[str, tuple[str, ...]]:
        """The details by the kind of blank that takes their place."""
        return {
            "email": self.emails,
            "phone": self.phones,
            "order": self.orders,
            "product": self.products,
            "name": self.names,
            "person": self.others,
            "place": self.places,
        }


@dataclass(frozen=True, slots=True)
class Filling:
    """What takes the place of a detail: `own` values by kind, else the `blanks` by kind."""

    blanks: Mapping[str, str]
    own: Mapping[str, str] = field(default_factory=dict)

    def of(self, kind: str) -> str:
        """The value of this ticket, or the blank."""
        return self.own.get(kind) or self.blanks[kind]


KINDS = (
    *("email", "phone", "order", "product", "name", "person", "place"),
    *("link", "address", "amount", "date", "code"),
)
# Private use characters: no text of a shop holds them.
MARK = {kind: chr(0xE100 + number) for number, kind in enumerate(KINDS)}
# What stands where an identifier was, by its kind; for all others a number.
BLANK_OF = {"EMAIL": "email", "PHONE": "phone", "ADDRESS": "address", "POSTCODE": "address",
            "BIRTHDATE": "date", "LINK": "link"}  # fmt: skip
# What is one customer's matter without telling who they are: days, sums, short numbers.
PATTERNS = (
    ("date", DATE),
    ("address", ADDRESS),
    ("address", POSTCODE),
    ("amount", AMOUNT),
    ("code", CODE),
    ("name", TITLE_ZH),
)


def names_told(text: str, common: AbstractSet[str] = frozenset()) -> set[str]:
    """Words of a customer's text that may be names: capitals in mid-sentence that are not
    `common`, and whatever stands alone in the last line, as a signature does.
    """
    words = {word for found in CAPITAL.findall(text) for word in found.split()}
    last = text.strip().rsplit("\n", 1)
    if len(last) > 1 and len(last[1].split()) <= LONGEST_NAME:
        words.update(word.strip(".,!") for word in last[1].split() if word[:1].isupper())
    return {word for word in words - NOT_NAMES if word.casefold() not in common}


def impersonal(
    text: str,
    other: Details,
    filling: Filling,
    common: AbstractSet[str] = frozenset(),
    told: AbstractSet[str] = frozenset(),
) -> str | None:
    """The reply without greeting and signature, and without anything of the `other` person.

    `common` are words, in lower case, that many replies use, `told` the `names_told` by the
    other. None where a detail of the other
    person is still in it, in whatever disguise: then the reply is of no use.
    """
    marked = LINK.sub(MARK["link"], _without_ends(text))
    for kind, details in other.said().items():
        marked = _marked(marked, kind, details)
    for span in reversed(identifying(marked)):
        marked = marked[: span.start] + MARK[BLANK_OF.get(span.kind, "code")] + marked[span.end :]
    for kind, pattern in PATTERNS:
        marked = pattern.sub(MARK[kind], marked)
    for word in told:
        marked = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", MARK["person"], marked)
    marked = CAPITAL.sub(lambda found: _name_or_word(found.group(), common), marked)
    for kind, mark in MARK.items():
        marked = filling.of(kind).join(re.split(f"{mark}(?:[ ,]*{mark})*", marked))
    cleaned = marked.strip()
    return None if names_somebody(cleaned, other, filling) else cleaned


def names_somebody(text: str, other: Details, filling: Filling) -> bool:
    """Whether a detail of the other person is still in the text, whatever its case and spaces,
    unless this ticket has the very same.
    """
    own = _folded(" ".join(filling.own.values()))
    said = _folded(text)
    for details in other.said().values():
        for detail in _parts(details):
            folded = _folded(detail)
            if len(folded) > 3 and folded in said and folded not in own:
                return True
    return False


def _folded(text: str) -> str:
    return re.sub(r"[^\w]", "", text).casefold()


def _parts(details: Iterable[str]) -> list[str]:
    """The details and the words of names, the longest first."""
    found = {part for detail in details for part in (detail, *detail.split())}
    return sorted((part for part in found if _tells(part)), key=lambda part: -len(part))


def _tells(part: str) -> bool:
    return len(part) >= SHORTEST_NAME and not (len(part) < 4 and part.islower())


def _marked(text: str, kind: str, details: Iterable[str]) -> str:
    whole = kind in ("product", "email", "order", "phone")
    parts = sorted(filter(None, details), key=len, reverse=True) if whole else _parts(details)
    for part in parts:
        before, after = ("", "") if IDEOGRAPH.search(part) else (r"(?<!\w)", r"(?:['’]s)?(?!\w)")
        text = re.sub(before + re.escape(part) + after, MARK[kind], text, flags=re.IGNORECASE)
    return text


def _name_or_word(found: str, common: AbstractSet[str]) -> str:
    words = found.split()
    known = all(word in NOT_NAMES or word.casefold() in common for word in words)
    return found if known else MARK["person"]


def _without_ends(text: str) -> str:
    """Without the greeting, and without a last paragraph that is only a signature."""
    body = GREETING.sub("", text.strip(), count=1)
    paragraphs = re.split(r"\n\s*\n", body)
    last = paragraphs[-1].strip()
    if len(paragraphs) > 1 and len(last) <= LONGEST_SIGNATURE and not SENTENCE_END.search(last):
        paragraphs.pop()
    return "\n\n".join(paragraphs).strip()
