"""Customers of whom some are one person: what people do to their names, addresses and numbers.

Each second entry of a person differs from the first in one to three ways, drawn by chance from a
fixed seed: slips of typing, first and last name swapped, an initial, another e-mail address or
provider, a +tag, a phone number written otherwise or another one, a title, accents left out, a
Chinese name with one character wrong or a space in it. Names are drawn so that many people share
one: the commonest surnames are borne by one in a hundred.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FIRST = _words("""
    Anna Ben Clara David Emma Felix Greta Hugo Ida Jonas Karla Leon Mia Noah Olga Paul Rosa
    Simon Tara Viktor James Mary John Patricia Robert Jennifer Michael Linda William Elizabeth
    José Sofía François Chloé Zoë Björn Åsa Łukasz Şebnem Nguyễn Aoife Siobhán Yusuf Fatima
    Olu Ngozi
""")
SYLLABLES = _words("""
    ber mann stein feld hoff son ton ley ford ham wood field brook man hart wick dale ric ner
    kov ski sen lund gren ez illo ini etti eau ard ier oux ström qvist
""")
BEGINNINGS = _words("""
    Al Bar Car Dan Eck Fal Gar Hol Ing Jan Kel Lan Mor Nor Ost Pal Ros Sal Tor Ul Val Wen Zel
    Brö Mül Schä Häg Lé Gré Mac O'B Whit Thorn Win Ash Stan
""")
SURNAMES_HAN = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董"
GIVEN_HAN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红梅建国文辉力斌宇浩凯健俊帆雪荣"
CITIES = _words("""
    Berlin Hamburg München Köln London Leeds Paris Lyon Madrid Sevilla Malmö Oslo Wien Zürich
    Milano Torino Praha Kraków Gent Utrecht 北京 上海 广州 深圳 杭州 成都 武汉
""")
DOMAINS = ("gmail.com", "outlook.com", "yahoo.com", "web.de", "qq.com", "163.com", "example.com")
COMPANIES = ("", "", "", "", "Nordlicht GmbH", "Acme Ltd", "Blue Door", "星辰贸易", "Kaffee & Co")
PREFIXES = {"DE": "+49171", "GB": "+447700", "CN": "+86138", "FR": "+33612"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One customer as entered; `person` says who it is."""

    person: int
    name: str
    email: str
    phone: str
    company: str
    country: str
    city: str


def entries(people: int, doubled: float = 0.1, seed: int = 11) -> list[Entry]:
    """So many people, of whom a share is entered twice, in a mixed order."""
    dice = random.Random(seed)  # a sample, no secret
    told: list[Entry] = []
    for number in range(people):
        first = _person(dice, number)
        told.append(first)
        if dice.random() < doubled:
            told.append(_again(dice, first))
    dice.shuffle(told)
    return told


def persons(count: int, seed: int = 11) -> Iterator[Entry]:
    """So many people, one by one, each entered once."""
    dice = random.Random(seed)  # a sample, no secret
    return (_person(dice, number) for number in range(count))


def _person(dice: random.Random, number: int) -> Entry:
    country = dice.choice(tuple(PREFIXES))
    if country == "CN":
        given = "".join(dice.choices(GIVEN_HAN, k=dice.choice((1, 2, 2))))
        name = dice.choices(SURNAMES_HAN, weights=range(len(SURNAMES_HAN), 0, -1))[0] + given
        local = f"user{dice.randrange(10**8)}"
    else:
        surname = dice.choice(BEGINNINGS) + dice.choice(SYLLABLES)
        name = f"{dice.choice(FIRST)} {surname}"
        local = _plain(name).replace(" ", dice.choice((".", "", "_"))) + str(dice.randrange(1000))
    has_mail, has_phone, has_city = (dice.random() < share for share in (0.9, 0.6, 0.8))
    return Entry(
        number,
        name,
        f"{local}@{dice.choice(DOMAINS)}" if has_mail else "",
        f"{PREFIXES[country]}{dice.randrange(10**6, 10**7)}" if has_phone else "",
        dice.choice(COMPANIES),
        country,
        dice.choice(CITIES) if has_city else "",
    )


def _again(dice: random.Random, one: Entry) -> Entry:
    for change in dice.sample(CHANGES, dice.choice((1, 2, 2, 3))):
        one = change(dice, one)
    return one


def _typo(dice: random.Random, one: Entry) -> Entry:
    if len(one.name) < 3:
        return one
    at = dice.randrange(1, len(one.name) - 1)
    kind = dice.randrange(4)
    name = one.name
    if name[0] >= "\u3400":
        other = dice.choice(GIVEN_HAN)
        return replace(one, name=name[:at] + other + name[at + 1 :])
    if kind == 0:
        name = name[:at] + name[at + 1 :]
    elif kind == 1:
        name = name[:at] + name[at] + name[at:]
    elif kind == 2:
        name = name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    else:
        name = name[:at] + dice.choice("aeinrst") + name[at + 1 :]
    return replace(one, name=name)


def _swapped(dice: random.Random, one: Entry) -> Entry:
    first, _space, last = one.name.partition(" ")
    if not last:
        return replace(one, name=f"{one.name[0]} {one.name[1:]}")
    return replace(one, name=dice.choice((f"{last} {first}", f"{last}, {first}")))


def _initial(dice: random.Random, one: Entry) -> Entry:
    first, _space, last = one.name.partition(" ")
    if not last:
        return replace(one, name=one.name + dice.choice(("先生", "女士")))
    return replace(one, name=dice.choice((f"{first[0]}. {last}", f"Dr. {first} {last}")))


def _without_accents(_dice: random.Random, one: Entry) -> Entry:
    return replace(one, name=_folded(one.name).upper(), city=_folded(one.city))


def _other_mail(dice: random.Random, one: Entry) -> Entry:
    local, _at, domain = one.email.partition("@")
    if not domain:
        return one
    others = (
        f"{local}@{dice.choice(DOMAINS)}",
        f"{local}+shop@{domain}",
        f"info{dice.randrange(10**6)}@{dice.choice(DOMAINS)}",
        "",
    )
    return replace(one, email=dice.choice(others))


def _other_phone(dice: random.Random, one: Entry) -> Entry:
    if not one.phone:
        return one
    national = f"0{one.phone[3:]}"
    spaced = f"{one.phone[:3]} {one.phone[3:6]} {one.phone[6:]}"
    fresh = one.phone[:-6] + str(dice.randrange(10**5, 10**6))
    return replace(one, phone=dice.choice((national, spaced, spaced, fresh, "")))


def _moved(dice: random.Random, one: Entry) -> Entry:
    return replace(one, city=dice.choice((*CITIES, "")))


CHANGES = (
    *(_typo, _swapped, _initial, _without_accents, _other_mail, _other_mail),
    *(_other_phone, _moved),
)


def _folded(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text)
    return "".join(char for char in apart if not unicodedata.combining(char))


def _plain(text: str) -> str:
    folded = _folded(text).lower()
    return "".join(char for char in folded if char.isascii() and (char.isalnum() or char == " "))
