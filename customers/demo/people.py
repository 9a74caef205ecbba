"""The five hundred customers: names from many places, habits of buying, tastes."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any
from unicodedata import normalize

from customers.demo.content import content
from customers.demo.records import Person
from customers.demo.stories import GARDEN_FAREWELL_DAY, VIP_KEY

ORDERS = 3000
YEARS = 729

# habit -> how many people, orders from and to, first order and last order in days before
# the anchor (from and to)
HABITS: dict[str, tuple[int, tuple[int, int], tuple[int, int], tuple[int, int]]] = {
    "vip": (1, (36, 36), (720, 720), (118, 118)),
    "champion": (42, (12, 22), (240, YEARS), (1, 22)),
    "loyal": (112, (5, 11), (170, YEARS), (1, 50)),
    "garden_group": (24, (9, 14), (560, YEARS), (GARDEN_FAREWELL_DAY, 165)),
    "wholesale": (12, (9, 15), (300, 700), (3, 60)),
    "occasional": (140, (2, 4), (100, YEARS), (2, 90)),
    "fading": (32, (4, 7), (480, 720), (100, 190)),
    "lapsed": (52, (2, 5), (560, YEARS), (280, 480)),
    "once": (25, (1, 1), (90, 700), (90, 90)),
    "new": (60, (1, 3), (4, 70), (1, 2)),
}
DOMAINS = ("example.com", "example.org", "example.net")
TASTES = ("tea", "coffee", "cook", "bake", "host", "garden", "birds", "cosy", "desk", "camp")
TASTE_WEIGHTS = (16, 13, 11, 11, 10, 11, 6, 12, 10, 10)
CITIES = {
    "GB": "Bristol Leeds Cardiff Sheffield Exeter Norwich Glasgow York Truro Manchester Bath",
    "IE": "Dublin Cork Galway Sligo",
    "DE": "Hamburg Köln Leipzig Freiburg",
    "FR": "Lyon Nantes Rennes Lille",
    "US": "Portland Madison Asheville Boston",
    "NL": "Utrecht Groningen Haarlem",
    "ES": "Bilbao Valencia",
    "PL": "Gdańsk Kraków",
    "CN": "上海 北京 杭州 成都 广州 深圳",
    "HK": "香港",
    "SG": "Singapore",
}
# Ranges set aside for fiction; where a country has none, customers give no number.
PHONES = {
    "GB": "+44 7700 900###",
    "IE": "+353 20 910 ####",
    "DE": "+49 176 040690##",
    "FR": "+33 6 39 98 ## ##",
    "US": "+1 202 555 01##",
}
# Letters that decomposition leaves alone, for e-mail addresses.
PLAIN = str.maketrans({"ł": "l", "Ł": "L", "ø": "o", "ß": "ss", "ı": "i", "’": "", "'": ""})


def people(seed: int) -> list[Person]:
    """The customers in order of their keys; their planned orders sum to `ORDERS`."""
    rng = Random(f"{seed}/people")
    habits = [habit for habit, (count, *_) in HABITS.items() for _ in range(count)]
    counts = _order_counts(rng, habits)
    names = _distinct_names(rng, len(habits))
    companies = iter(content("people")["companies"]["names"])
    return [
        _person(rng, number, habit, count, *name, companies)
        for number, (habit, count, name) in enumerate(
            zip(habits, counts, names, strict=True), start=1
        )
    ]


def _order_counts(rng: Random, habits: list[str]) -> list[int]:
    counts = [rng.randint(*HABITS[habit][1]) for habit in habits]
    regulars = [place for place, habit in enumerate(habits) if habit in ("champion", "loyal")]
    while missing := ORDERS - sum(counts):
        counts[rng.choice(regulars)] += 1 if missing > 0 else -1
    return counts


def _person(
    rng: Random,
    number: int,
    habit: str,
    count: int,
    name: str,
    mailbox: str,
    group: dict[str, Any],
    companies: Iterator[str],
) -> Person:
    first_day, last_day = _custom(rng, habit)
    country = rng.choice(group.get("countries", [group["country"]]))
    company = next(companies) if habit == "wholesale" else ""
    person = Person(
        key=f"C{number:04}",
        name=name,
        email=f"{mailbox}@{rng.choice(DOMAINS)}",
        language=group["language"],
        country=country,
        habit=habit,
        tastes=_tastes(rng, habit),
        order_count=count,
        first_day=first_day,
        last_day=last_day,
        company=company,
        phone=_phone(rng, country),
        city=rng.choice(CITIES[country].split()),
        tags=("trade",) if company else (),
        consent=_consent(number),
    )
    return _vip(person) if person.key == VIP_KEY else person


def _consent(number: int) -> bool | None:
    """Of five customers three agreed to marketing, one refused and one was never asked."""
    return (True, True, False, True, None)[number % 5]


def _phone(rng: Random, country: str) -> str:
    pattern = PHONES.get(country, "") if rng.random() < 0.7 else ""
    return "".join(str(rng.randrange(10)) if sign == "#" else sign for sign in pattern)


def _vip(person: Person) -> Person:
    """The guest-house owner of the first story, who spends most of all."""
    told = content("stories")["vip"]["person"]
    return Person(**{**vars(person), **told, "tastes": ("host", "cosy"), "tags": ("vip",)})


def _custom(rng: Random, habit: str) -> tuple[int, int]:
    _, _, first, last = HABITS[habit]
    first_day = rng.randint(*first)
    last_day = rng.randint(*last)
    return first_day, min(first_day, last_day)


def _tastes(rng: Random, habit: str) -> tuple[str, ...]:
    if habit == "garden_group":
        return ("garden", "birds")[: rng.randint(1, 2)]
    wanted = rng.choices((1, 2, 3), (4, 4, 2))[0]
    drawn = rng.choices(TASTES, TASTE_WEIGHTS, k=6)
    return tuple(dict.fromkeys(drawn))[:wanted]


def _distinct_names(rng: Random, wanted: int) -> list[tuple[str, str, dict[str, Any]]]:
    """Names with mailbox and group, shares as written, none twice.

    Shares are exact, so that a tenth of the customers is Chinese with every seed.
    """
    groups = content("people")["groups"]
    drawn = [group for group in groups for _ in range(wanted * group["share"] // 100)]
    rng.shuffle(drawn)
    taken: set[str] = set()
    return [_name(rng, group, taken) for group in drawn]


def _name(rng: Random, group: dict[str, Any], taken: set[str]) -> tuple[str, str, dict[str, Any]]:
    while True:
        given, family = rng.choice(group["given"]), rng.choice(group["family"])
        if f"{family}{given}" not in taken:
            break
    taken.add(f"{family}{given}")
    roman = group.get("roman", {})
    parts = [_plain(roman.get(part, part)) for part in (given, family)]
    mailbox = rng.choice(("{0}.{1}", "{0}.{1}", "{1}.{0}", "{0}_{1}", "{0}{1}")).format(*parts)
    return _ordered(given, family, group), _unused(rng, mailbox, taken), group


def _ordered(given: str, family: str, group: dict[str, Any]) -> str:
    return f"{family}{given}" if group.get("family_first") else f"{given} {family}"


def _unused(rng: Random, mailbox: str, taken: set[str]) -> str:
    while mailbox in taken:
        mailbox = f"{mailbox}{rng.randint(2, 99)}"
    taken.add(mailbox)
    return mailbox


def _plain(name: str) -> str:
    """The name in ASCII letters, as in a mailbox."""
    letters = normalize("NFKD", name.translate(PLAIN)).encode("ascii", "ignore").decode()
    return letters.replace(" ", "").lower()
