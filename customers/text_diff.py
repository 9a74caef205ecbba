"""What changed between two texts, line by line and inside a line word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest

CONTEXT_LINES = 2
# A word, one character of a script without spaces, or what stands between words.
PIECE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff]|[^\W\u2e80-\u9fff\uf900-\ufaff]+|\s+|.")
MOST_PIECES = 2_000  # of a line; beyond it the whole line counts as changed
LIKENESS = 0.3  # lines less alike than this are shown as one gone and one new


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a line, and whether it differs from the other text."""

    text: str
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a diff: `kind` is same, gone, new or skipped (`skipped` lines left out)."""

    kind: str
    pieces: tuple[Piece, ...] = ()
    skipped: int = 0


def text_diff(before: str, after: str) -> list[Line]:
    """The lines that differ, with two like ones around them; empty where none differs."""
    if before == after:
        return []
    old, new = before.splitlines(), after.splitlines()
    lines: list[Line] = []
    codes = SequenceMatcher(None, old, new).get_opcodes()
    for at, (kind, start, end, new_start, new_end) in enumerate(codes):
        if kind == "equal":
            lines += _same(old[start:end], is_first=at == 0, is_last=at == len(codes) - 1)
        else:
            lines += _changed(old[start:end], new[new_start:new_end])
    return lines


def _same(lines: Sequence[str], *, is_first: bool, is_last: bool) -> Iterator[Line]:
    head = 0 if is_first else CONTEXT_LINES
    tail = 0 if is_last else CONTEXT_LINES
    skipped = len(lines) - head - tail
    if skipped <= 1:
        yield from (Line("same", (Piece(line),)) for line in lines)
        return
    yield from (Line("same", (Piece(line),)) for line in lines[:head])
    yield Line("skipped", skipped=skipped)
    yield from (Line("same", (Piece(line),)) for line in lines[len(lines) - tail :])


def _changed(old: Sequence[str], new: Sequence[str]) -> list[Line]:
    gone, come = [], []
    for before, after in zip_longest(old, new):
        left, right = _pieces(before, after)
        if before is not None:
            gone.append(Line("gone", left))
        if after is not None:
            come.append(Line("new", right))
    return gone + come


def _pieces(before: str | None, after: str | None) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    whole = (Piece(before or "", changed=True),), (Piece(after or "", changed=True),)
    if before is None or after is None:
        return whole
    old, new = PIECE.findall(before), PIECE.findall(after)
    if max(len(old), len(new)) > MOST_PIECES:
        return whole
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if matcher.ratio() < LIKENESS:
        return whole
    left, right = [], []
    for kind, start, end, new_start, new_end in matcher.get_opcodes():
        differs = kind != "equal"
        left.append(Piece("".join(old[start:end]), differs))
        right.append(Piece("".join(new[new_start:new_end]), differs))
    return tuple(one for one in left if one.text), tuple(one for one in right if one.text)
