"""What is said of a person, made comparable: writing that differs and means the same is folded."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from customers.phone_numbers import e164

GMAIL = frozenset({"gmail.com", "googlemail.com"})
TITLES = frozenset(
    {
        *("mr", "mrs", "ms", "miss", "dr", "prof", "sir", "herr", "frau", "mme", "mlle", "sr"),
        *("sra", "jr", "ii", "iii"),
    }
)
HAN_TITLES = re.compile("(先生|女士|小姐|太太|老师|經理|经理)$")
WORD = re.compile(r"[^\W_]+")
VOWELS = re.compile(r"(?<!^)[aeiouyhw]")
DOUBLED = re.compile(r"(.)\1+")
FEWEST_DIGITS = 6
LAST_DIGITS = 8  # of a phone number whose country is not known: what tells lines apart
# Letters that Unicode does not take apart, and that people write both ways.
LETTERS = str.maketrans(
    {"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i"}
)


@dataclass(frozen=True, slots=True)
class Person:
    """A customer as comparisons see them; what is not known is empty."""

    pk: int
    name: tuple[str, ...]
    email: str
    phone: str
    city: str
    company: str

    @property
    def name_key(self) -> str:
        """The words of the name in the order of the alphabet."""
        return " ".join(sorted(self.name))


def person(
    pk: int, name: str, email: str, phone: str, company: str, country: str, city: str
) -> Person:
    """A customer's columns as comparisons see them."""
    return Person(
        pk,
        name_words(name),
        plain_email(email),
        plain_phone(phone, country),
        " ".join(words(city)),
        " ".join(words(company)),
    )


def words(text: str) -> list[str]:
    """The words of a text without case and accents; full-width letters are letters."""
    folded = unicodedata.normalize("NFKD", text).casefold().translate(LETTERS)
    bare = "".join(char for char in folded if not unicodedata.combining(char))
    return WORD.findall(unicodedata.normalize("NFC", bare))


@lru_cache(maxsize=4096)
def name_words(name: str) -> tuple[str, ...]:
    """The words of a name without titles. A Chinese name is one word, whatever is between its
    characters.
    """
    found = words(name)
    joined = "".join(found)
    if joined and is_han(joined):
        return (HAN_TITLES.sub("", joined) or joined,)
    return tuple(word for word in found if word not in TITLES) or tuple(found)


def is_han(text: str) -> bool:
    """Whether a text is written in Chinese characters alone."""
    return all("\u3400" <= char <= "\u9fff" for char in text)


def plain_email(address: str) -> str:
    """The mailbox that an address reaches: without case and +tag; Gmail knows no dots."""
    local, at, domain = unicodedata.normalize("NFKC", address).strip().lower().rpartition("@")
    if not at or not local:
        return ""
    local = local.partition("+")[0] or local
    if domain in GMAIL:
        return f"{local.replace('.', '')}@gmail.com"
    return f"{local}@{domain}"


def plain_phone(number: str, country: str = "") -> str:
    """The number in E.164 where it says its country or the customer's is a code such as DE;
    else its last digits.
    """
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", number))
    return (e164(number, country) or digits[-LAST_DIGITS:]) if len(digits) >= FEWEST_DIGITS else ""


def blocking_keys(one: Person) -> list[str]:
    """The keys that a customer is looked up by: who shares one is compared.

    Mailbox, its name at another provider, phone, the name's words in any order, the name by
    its consonants (for slips of typing), and part of the name with the city.
    """
    keys: list[str] = []
    local = one.email.partition("@")[0]
    if one.email:
        keys.append(f"e:{one.email}")
    if len(local) >= 6 and not local.isdigit():
        keys.append(f"l:{re.sub(r'[._-]', '', local)}")
    if one.phone:
        keys.append(f"p:{one.phone[-LAST_DIGITS:]}")
    if one.name:
        keys += _name_keys(one)
    return list(dict.fromkeys(keys))


def _name_keys(one: Person) -> list[str]:
    keys = [f"n:{one.name_key}"]
    if len(one.name) == 1 and is_han(one.name[0]):
        name = one.name[0]
        if len(name) > 2:
            keys.append(f"h:{''.join(sorted(name))}")
            keys += [f"h:{name[0]}{char}:{one.city}" for char in name[1:] if one.city]
        return keys
    if len(one.name) > 1:
        bare = sorted(DOUBLED.sub(r"\1", VOWELS.sub("", word)) for word in one.name)
        keys.append(f"c:{' '.join(bare)}")
        ordered = sorted(one.name, key=len)
        long, short = ordered[-1], ordered[0]
        keys += [f"w:{long[:4]}{short[0]}:{one.city}"] if one.city else []
        ends = (one.name[0], one.name[-1])
        keys += [f"i:{a}{b[0]}:{one.city}" for a, b in (ends, ends[::-1]) if one.city]
    elif one.city:
        keys.append(f"w:{one.name[0][:5]}:{one.city}")
    return keys
