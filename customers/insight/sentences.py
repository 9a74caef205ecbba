"""Statements told as sentences, and the check that no number in them is made up.

A sentence is shown only when each figure in it is what its stored query gives, and when
its text holds no other number. What fails is dropped and logged: a wrong number is a fault
of ours, whoever wrote it: a generator of statements, or of text, or a translator.
"""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from customers.insight.figures import Figure
from customers.insight.forms import FORMS
from customers.insight.queries import Runner
from customers.insight.stored import QUERIES

logger = logging.getLogger(__name__)

MOST_SENTENCES = 6
OPEN, CLOSE = "\ue000", "\ue001"  # for private use: no text of ours or of a shop holds them
PLACE = re.compile(f"{OPEN}(.*?){CLOSE}")


class UncheckedNumber(Exception):
    """A number in a sentence is not what a stored query gives; `args` say which and why."""


@dataclass(frozen=True, slots=True)
class Statement:
    """Something worth saying: which form, the figures in it, and how much it matters (1 is
    a doubling of the most important measure).
    """

    key: str
    figures: Mapping[str, Figure]
    weight: float = 0.0


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a sentence; a number has the address of the rows behind it."""

    text: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class Sentence:
    """Pieces that make a sentence, the statement that it tells, and what a later check of
    its figures found: (what it was, what it is now).
    """

    pieces: list[Piece]
    statement: Statement
    changes: list[tuple[str, str]] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The sentence without its links."""
        return "".join(piece.text for piece in self.pieces)


def most_important(statements: Iterable[Statement], most: int = MOST_SENTENCES) -> list[Statement]:
    """The statements that matter most, in the order of what they matter."""
    return sorted(statements, key=lambda statement: -statement.weight)[:most]


def told(statements: Iterable[Statement]) -> list[Sentence]:
    """The sentences whose numbers their queries, asked again now, confirm."""
    runner = Runner(QUERIES)
    checked = (_told_or_dropped(statement, runner) for statement in statements)
    return [sentence for sentence in checked if sentence is not None]


def _told_or_dropped(statement: Statement, runner: Runner) -> Sentence | None:
    try:
        confirm(statement.figures, runner)
        return sentence_of(statement)
    except UncheckedNumber as problem:
        logger.error("A sentence (%s) is not shown: %s", statement.key, problem)
        return None


def confirm(figures: Mapping[str, Figure], runner: Runner) -> None:
    """Ask each query again. Raises UncheckedNumber where one gives another value."""
    for slot, figure in figures.items():
        try:
            now = figure.asked_again(runner)
        except (KeyError, TypeError, ValueError) as error:  # no such query, column or parameters
            raise UncheckedNumber(f"{slot} has no stored query: {error!r}") from error
        if now.value != figure.value:
            raise UncheckedNumber(f"{slot} is {figure.value!r}, and its query gives {now.value!r}")


def sentence_of(statement: Statement) -> Sentence:
    """The statement in the active language. Raises UncheckedNumber for a number that is none
    of its figures, or a place without a figure.
    """
    try:
        marked = FORMS[statement.key] % {
            slot: _Slot(slot, figure) for slot, figure in statement.figures.items()
        }
    except (KeyError, TypeError, ValueError) as error:  # no form, or one with other places
        raise UncheckedNumber(f"the form {statement.key} does not fit: {error!r}") from error
    # a form may hold no number at all, not even one that a figure happens to have
    check_text(PLACE.sub(" ", marked), ())
    pieces = list(_pieces(marked, statement.figures))
    check_text("".join(piece.text for piece in pieces), statement.figures.values())
    return Sentence(pieces, statement)


def sentence_of_text(text: str, figures: Mapping[str, Figure], runner: Runner) -> Sentence:
    """A sentence that something else wrote, such as a language model that was given the
    figures. Raises UncheckedNumber unless every number in it is one of them, and confirmed.
    """
    confirm(figures, runner)
    marked = _covered(text, figures.items())
    check_text(text, figures.values())
    return Sentence(list(_pieces(marked, figures)), Statement("", figures))


def check_text(text: str, figures: Iterable[Figure]) -> None:
    """Raises UncheckedNumber where the text holds a number that none of the figures shows."""
    rest = PLACE.sub(" ", _covered(text, enumerate(figures)))
    if numbers := [char for char in rest if unicodedata.category(char)[0] == "N"]:
        raise UncheckedNumber(f"{''.join(numbers)!r} in {text!r} is no figure")


def _covered(text: str, figures: Iterable[tuple[object, Figure]]) -> str:
    """The text with each place where a figure is shown marked by the figure's name.

    Longest first, and never in the middle of a longer number or inside another place: "12%"
    does not explain the end of "112%".
    """
    for slot, figure in sorted(figures, key=lambda pair: -len(pair[1].text)):
        shown = re.escape(figure.text)
        alone = rf"(?<![\d.,])(?<!{OPEN}){shown}(?![.,]?\d)(?![^{OPEN}{CLOSE}]*{CLOSE})"
        text = re.sub(alone, f"{OPEN}{slot}{CLOSE}", text)
    return text


def _pieces(marked: str, figures: Mapping[str, Figure]) -> Iterable[Piece]:
    for number, part in enumerate(PLACE.split(marked)):
        if number % 2:
            yield Piece(figures[part].text, figures[part].address)
        elif part:
            yield Piece(part)


class _Slot(int):
    """The place of a figure in a sentence; its number decides on singular or plural."""

    slot: str

    def __new__(cls, slot: str, figure: Figure) -> _Slot:
        place = super().__new__(cls, figure.value if isinstance(figure.value, int) else 0)
        place.slot = slot
        return place

    def __str__(self) -> str:
        return f"{OPEN}{self.slot}{CLOSE}"
