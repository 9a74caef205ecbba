"""Masking: every find of a set of texts gets one placeholder, wherever it stands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from customers.privacy.masking.addresses import addresses
from customers.privacy.masking.dates import dates
from customers.privacy.masking.folding import folded
from customers.privacy.masking.identifiers import identifiers, numbers
from customers.privacy.masking.names import Names, guessed_names
from customers.privacy.masking.placeholders import LITERAL
from customers.privacy.masking.spans import Span, settled

LEAST_KNOWN = 2  # characters of what is known of a person: one letter stands everywhere
A_VALUE = re.compile(r"[@\d]")


@dataclass(frozen=True, slots=True)
class Masked:
    """A text with placeholders, and what each of them stands for."""

    text: str
    mapping: dict[str, str]


class Masker:
    """Masks the texts of one set, so that the same find has the same placeholder in all.

    `known` are names of the persons concerned, and whatever else is known to be theirs (an
    e-mail address, a customer number, a street). Names that one of `texts` tells are masked
    in all of them.
    """

    def __init__(self, known: Sequence[str] = (), texts: Sequence[str] = ()) -> None:
        told = [known_of for known_of in map(str.strip, known) if len(known_of) >= LEAST_KNOWN]
        names = [one for one in told if not A_VALUE.search(one)]
        self._values = [_as_written(one) for one in told if A_VALUE.search(one)]
        self._names = Names([*names, *guessed_names([folded(text) for text in texts])])
        self._placeholders: dict[tuple[str, str], str] = {}
        self._counts: dict[str, int] = {}

    @property
    def mapping(self) -> dict[str, str]:
        """What each placeholder so far stands for, to the letter."""
        return {name: value for (_kind, value), name in self._placeholders.items()}

    def mask(self, text: str) -> str:
        """The text with placeholders. What looks like a placeholder already is masked too, so
        that nobody can have another's data put into a text.
        """
        parts, done = [], 0
        for span in settled(text, self._found(text)):
            parts += [text[done : span.start], self._placeholder(span, text)]
            done = span.end
        return "".join([*parts, text[done:]])

    def _found(self, text: str) -> Iterator[Span]:
        plain = folded(text)
        literal = (Span(*found.span(), "TEXT") for found in LITERAL.finditer(plain))
        known = chain(self._known_values(plain), self._names.spans(plain))
        return chain(literal, _identifying(plain, known))

    def _known_values(self, plain: str) -> Iterator[Span]:
        for pattern, kind in self._values:
            for found in pattern.finditer(plain):
                yield Span(*found.span(), kind)

    def _placeholder(self, span: Span, text: str) -> str:
        key = (span.kind, text[span.start : span.end])
        if key not in self._placeholders:
            self._counts[span.kind] = number = self._counts.get(span.kind, 0) + 1
            self._placeholders[key] = f"<{span.kind}_{number}>"
        return self._placeholders[key]


def identifying(text: str) -> list[Span]:
    """Where a text has what tells a person, an order or a parcel by its form or by the words
    before it, in order and without overlaps; names are not among it.
    """
    return settled(text, _identifying(folded(text)))


def _identifying(plain: str, known: Iterable[Span] = ()) -> Iterator[Span]:
    """All finds in a folded text, the surest first."""
    return chain(identifiers(plain), known, dates(plain), addresses(plain), numbers(plain))


def _as_written(value: str) -> tuple[re.Pattern[str], str]:
    """A pattern of what is known to be somebody's, in any case and spacing, and its kind; a
    number is not looked for within a longer one.
    """
    plain = folded(value)
    parts = r"[\s-]*".join(re.escape(part) for part in re.split(r"[\s-]+", plain))
    found = identifying(plain)
    is_whole = len(found) == 1 and (found[0].start, found[0].end) == (0, len(plain))
    pattern = re.compile(rf"(?i:(?<![A-Za-z0-9]){parts}(?![A-Za-z0-9]))")
    return pattern, found[0].kind if is_whole else "CUSTOMER"


def mask(text: str, known: Sequence[str] = ()) -> Masked:
    """One text with the names and identifiers of persons taken out; see `Masker`."""
    masker = Masker(known, [text])
    return Masked(masker.mask(text), masker.mapping)


def mask_all(texts: Sequence[str], known: Sequence[str] = ()) -> tuple[list[str], dict[str, str]]:
    """Texts of one set, and what the placeholders of all of them stand for."""
    masker = Masker(known, texts)
    return [masker.mask(text) for text in texts], masker.mapping
