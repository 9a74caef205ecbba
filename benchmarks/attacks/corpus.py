"""The texts of the attacks, read from texts/*.toml."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

TEXTS = Path(__file__).parent / "texts"
REPEATED = re.compile(r"\*(\d+) (.+)", re.DOTALL)
PLACE = re.compile(r"\{(canary|victim_name|victim_email|victim_order)\}")


@dataclass(frozen=True, slots=True)
class Attack:
    """One text: the `field` that it enters by, and what must not come of it.

    `text` has places in braces: `canary` is a word of this attack alone, by which it is
    recognised; `victim_name`, `victim_email` and `victim_order` are of another customer.
    """

    id: str
    family: str
    language: str
    field: str
    text: str
    must_not: str

    @property
    def canary(self) -> str:
        """A word that stands nowhere but in what this attack wrote or had written."""
        return "zq" + sha256(self.id.encode()).hexdigest()[:10]

    def filled(self, victim: Mapping[str, str]) -> str:
        """The text as it is sent, with the words of a victim."""
        words = {"canary": self.canary, **victim}
        text = PLACE.sub(lambda found: words[found[1]], self.text)
        repeated = REPEATED.fullmatch(text)
        return repeated[2] * int(repeated[1]) if repeated else text


@cache
def attacks() -> tuple[Attack, ...]:
    """All of them, by file."""
    return tuple(attack for path in sorted(TEXTS.glob("*.toml")) for attack in _of_file(path))


def one_of_each(among: Iterable[Attack]) -> tuple[Attack, ...]:
    """The first of each family, field and language."""
    found: dict[tuple[str, ...], Attack] = {}
    for attack in among:
        found.setdefault((attack.family, attack.field, attack.language), attack)
    return tuple(found.values())


def _of_file(path: Path) -> Iterable[Attack]:
    told = tomllib.loads(path.read_text(encoding="utf-8"))
    for field, languages in told["texts"].items():
        for language, texts in languages.items():
            for key, text in texts.items():
                yield Attack(key, told["family"], language, field, text, told["must_not"])
