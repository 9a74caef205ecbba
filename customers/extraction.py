"""Fields that a customer's text names: where each stands, and what it says.

Pure: texts in, places out. What the shop knows (its order numbers, what the customer bought)
is handed over; nothing is looked up, and nothing is decided.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import phonenumbers
from rapidfuzz import fuzz

from customers.assisting.patterns import ADDRESS, DATE, EMAIL, POSTCODE

LONGEST_TEXT = 20_000  # characters of a message that are looked at
COMMON_SHAPE = 0.01  # share of a shop's order numbers that a shape must have
FUZZY = 90.0  # of 100: a slip in a name of ten letters
SLACK = 10.0  # how much worse a name may fit before its last word is read to the end
SHORT_NAME = 5  # shorter names are found letter by letter only
ORDER_WORD = (
    r"(?:order|no\.?|number|bestellung|commande|订单号?|单号|编号)[\s:：#]*"
    r"(?:is|lautet|是|为)?[\s:：#]*"
)
LABELLED_POSTCODE = re.compile(
    r"(?:post\s?code|zip(?: code)?|PLZ|邮编|邮政编码)[\s:：]*(?:is\s)?([A-Z\d]{4,8})", re.IGNORECASE
)
NUMBER_WORDS = {
    "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
    "nine": "9", "ten": "10", "两": "2", "三": "3", "四": "4", "五": "5", "六": "6",
}  # fmt: skip
QUANTITY = re.compile(
    rf"\b(\d{{1,3}}|{'|'.join(word for word in NUMBER_WORDS if word.isascii())})\s?"
    r"(?:x\b|×|pieces?\b|pcs\b|items?\b|units?\b|of (?:them|these|those)\b)"
    r"|(\d{1,3}|[两三四五六])\s?(?:个|件|只|套|双)",
    re.IGNORECASE,
)
# What customers write when they want something: the slugs are those a shop starts with.
WISHES = {
    "get_refund": ("refund", "money back", "reimburse", "退款", "退钱", "退货退款"),
    "cancel_order": (
        r"cancel(?:l?ed|ling)?(?: (?:my|the|this))? (?:order|purchase)",
        *("cancel it", "取消订单", "不想要了"),
    ),
    "change_order": (
        *("exchange", "swap", r"change (?:my|the) order", r"different (?:size|colou?r)"),
        *("换货", "换一[个件]", "更换"),
    ),
    "change_shipping_address": (
        r"(?:new|change|wrong|different|another) (?:delivery |shipping )?address",
        *("(?:修改|更改|换)(?:收货)?地址", "地址(?:写|填)错"),
    ),
    "delivery_delay": (
        r"(?:not|n't|n’t|never) (?:yet )?(?:arrived?|come|been delivered)",
        *("still waiting", "still hasn['’]t", "还没(?:有)?(?:到|收到)", "没收到", "迟迟"),
    ),
    "track_order": (
        *("where is (?:my|the) (?:order|parcel|package)", "tracking"),
        *("到哪(?:里|儿)?了", "物流(?:信息|单号)?"),
    ),
    "wrong_item": ("wrong (?:item|product|one|size|colou?r)", "发错", "不是我(?:买|订)的"),
    "product_fault": (
        *("broken", "faulty", "defective", "stopped working", "doesn['’]t work", "damaged"),
        *("坏了", "破损", "不能用", "有问题"),
    ),
    "get_invoice": (r"(?:send|need|copy of)[^.?!\n]{0,30} invoice", "发票"),
}
COMPILED = {
    slug: re.compile(f"(?<![a-z])(?:{'|'.join(cues)})", re.IGNORECASE)
    for slug, cues in WISHES.items()
}
# What stands before a Chinese address without a space: "I live in", "send it to".
BEFORE_ADDRESS = re.compile(r"^.*?(?:住在?|寄到|送到|发到|发往|改成|改为|地址是?|位于|搬到|在)")


@dataclass(frozen=True, slots=True)
class Found:
    """A field that a text names: which `kind`, the `value` in plain form, and the characters
    `start` to `end` that say so.
    """

    kind: str
    value: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Named:
    """Something that can be named in a text: its key, and what it is called."""

    key: str
    names: tuple[str, ...]


def order_shapes(numbers: Iterable[str]) -> re.Pattern[str] | None:
    """What order numbers of a shop look like, learnt from some of them: FK-10001 and FK-9999
    give FK-, then four to five digits. None for no numbers.
    """
    counted = Counter(filter(None, (_shape(number) for number in numbers)))
    total = sum(counted.values())
    frames: dict[tuple[str, ...], list[tuple[int, ...]]] = {}
    for (frame, lengths), n in counted.items():
        if n >= total * COMMON_SHAPE:
            frames.setdefault(frame, []).append(lengths)
    shapes = [_pattern(frame, lengths) for frame, lengths in frames.items()]
    if not shapes:
        return None
    return re.compile(rf"(?<![A-Za-z\d-])#?({'|'.join(shapes)})(?![A-Za-z\d-])", re.IGNORECASE)


def order_numbers(text: str, shape: re.Pattern[str] | None) -> list[Found]:
    """Numbers in a text that look like the shop's order numbers. Bare digits count only with
    a word or sign for an order before them, for they might be anything.
    """
    if shape is None:
        return []
    found = []
    for match in shape.finditer(_cut(text)):
        number = match.group(1)
        if not number.isdigit() or _is_called_order(text, match.start()):
            found.append(Found("order", number.upper(), match.start(1), match.end(1)))
    return _once(found)


def fields_in(text: str, region: str | None = None) -> list[Found]:
    """E-mail, phone, address line, postcode, quantity and date, each value once, in the order
    of the text. `region` is the ISO 3166 code that national phone numbers are read in.
    """
    text = _cut(text)
    found = [Found("email", match.group(), *match.span()) for match in EMAIL.finditer(text)]
    found += _phones(text, region)
    found += [_address(match) for match in ADDRESS.finditer(text)]
    found += [Found("postcode", match.group(), *match.span()) for match in POSTCODE.finditer(text)]
    for match in LABELLED_POSTCODE.finditer(text):
        found.append(Found("postcode", match.group(1).upper(), *match.span(1)))
    for match in QUANTITY.finditer(text):
        said = match.group(1) or match.group(2)
        found.append(Found("quantity", NUMBER_WORDS.get(said.lower(), said), *match.span()))
    found += [Found("date", match.group(), *match.span()) for match in DATE.finditer(text)]
    return _once(sorted(found, key=lambda one: one.start))


def wishes(text: str) -> list[Found]:
    """What the customer may want, by the slugs of intents, in the order of the text."""
    cut = _cut(text)
    matches = ((slug, cues.search(cut)) for slug, cues in COMPILED.items())
    found = [Found("intent", slug, *match.span()) for slug, match in matches if match]
    return sorted(found, key=lambda one: one.start)


def things_named(text: str, things: Sequence[Named]) -> list[Found]:
    """Which of these things the text names, the longest name first: "value" is the key.

    A name may be written with a slip (`FUZZY`); a short one not. No place names two things.
    """
    cut = _cut(text)
    lowered = cut.lower()
    if len(lowered) != len(cut):  # letters that change their length: places would be wrong
        lowered = cut
    candidates = ((name, thing.key) for thing in things for name in thing.names if name)
    found: list[Found] = []
    for name, key in sorted(candidates, key=lambda pair: -len(pair[0])):
        place = _place(name.lower(), lowered)
        if place and not any(_overlap(place, other) for other in found):
            found.append(Found("product", key, *place))
    return _once(sorted(found, key=lambda one: one.start))


def _place(name: str, text: str) -> tuple[int, int] | None:
    at = text.find(name)
    if at >= 0 and _stands_alone(text, at, at + len(name)):
        return at, at + len(name)
    if len(name) < SHORT_NAME or len(name) > len(text):
        return None
    alignment = fuzz.partial_ratio_alignment(name, text, score_cutoff=FUZZY - SLACK)
    if alignment is None:
        return None
    start, end = _widened(text, alignment.dest_start, alignment.dest_end)
    return (start, end) if fuzz.ratio(name, text[start:end]) >= FUZZY else None


def _widened(text: str, start: int, end: int) -> tuple[int, int]:
    """A place with the words whole that it begins and ends in, without spaces around."""
    while start > 0 and _joins(text[start - 1], text[start]):
        start -= 1
    while end < len(text) and _joins(text[end - 1], text[end]):
        end += 1
    found = text[start:end]
    return start + len(found) - len(found.lstrip()), end - len(found) + len(found.rstrip())


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether no word is cut; Chinese has no spaces between words."""
    before, after = text[start - 1 : start], text[end : end + 1]
    return not (_joins(before, text[start : start + 1]) or _joins(text[end - 1 : end], after))


def _joins(left: str, right: str) -> bool:
    return left.isascii() and right.isascii() and left.isalnum() and right.isalnum()


def _overlap(place: tuple[int, int], other: Found) -> bool:
    return place[0] < other.end and other.start < place[1]


def _address(match: re.Match[str]) -> Found:
    verb = BEFORE_ADDRESS.match(match.group())
    start = match.start() + (verb.end() if verb else 0)
    return Found("address", match.string[start : match.end()], start, match.end())


def _phones(text: str, region: str | None) -> list[Found]:
    leniency = phonenumbers.Leniency.VALID
    matches = phonenumbers.PhoneNumberMatcher(text, region, leniency=leniency)
    international = phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return [
        Found(
            "phone",
            phonenumbers.format_number(match.number, international),
            match.start,
            match.end,
        )
        for match in matches
    ]


def _shape(number: str) -> tuple[tuple[str, ...], tuple[int, ...]] | None:
    """A number as its letters and signs, and how many digits stand between them."""
    if not re.search(r"\d", number):
        return None
    frame = tuple(part.upper() for part in re.split(r"\d+", number))
    return frame, tuple(len(run) for run in re.findall(r"\d+", number))


def _pattern(frame: tuple[str, ...], lengths: Sequence[tuple[int, ...]]) -> str:
    digits = [f"\\d{{{min(runs)},{max(runs)}}}" for runs in zip(*lengths, strict=True)]
    signs = [re.escape(part).replace(r"\-", r"[-\s]?") for part in frame]
    return "".join(part for pair in zip(signs, [*digits, ""], strict=True) for part in pair)


def _is_called_order(text: str, start: int) -> bool:
    return text[start : start + 1] == "#" or bool(
        re.search(ORDER_WORD + r"\Z", text[max(0, start - 40) : start], re.IGNORECASE)
    )


def _once(found: Iterable[Found]) -> list[Found]:
    first: dict[tuple[str, str], Found] = {}
    for one in found:
        first.setdefault((one.kind, one.value), one)
    return list(first.values())


def _cut(text: str) -> str:
    return text[:LONGEST_TEXT]
