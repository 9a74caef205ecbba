"""Files of customers in twelve encodings and dialects, one row in a hundred bad in twenty ways."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

HEADER = ("id", "name", "email", "phone", "marketing_consent")
EVERY = 100  # rows, of which one is bad
CHINESE, TAIWANESE, WESTERN = "王小明", "陳淑芬", "Zoë Müller"


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a file is written; `name` is the word that each of its customers is called by."""

    encoding: str
    delimiter: str
    line_end: str
    name: str

    def __str__(self) -> str:
        told = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}[self.delimiter]
        ends = {"\n": "LF", "\r\n": "CRLF"}[self.line_end]
        within = " lines within quotes" if "\n" in self.name else ""
        return f"{self.encoding} {told} {ends}{within}"


DIALECTS = (
    Dialect("utf-8", ",", "\n", CHINESE),
    Dialect("utf-8-sig", ",", "\r\n", TAIWANESE),
    Dialect("utf-16", ",", "\r\n", WESTERN),
    Dialect("utf-16-le", "\t", "\n", WESTERN),
    Dialect("utf-16-be", ";", "\r\n", WESTERN),
    Dialect("gb18030", ",", "\r\n", CHINESE),
    Dialect("big5", ",", "\r\n", TAIWANESE),
    Dialect("cp1252", ";", "\r\n", WESTERN),
    Dialect("utf-8", ";", "\n", WESTERN),
    Dialect("utf-8", "\t", "\r\n", CHINESE),
    Dialect("utf-8", "|", "\n", WESTERN),
    Dialect("utf-8", ",", "\r\n", "two\nlines"),
)
# What is wrong with a row, and in which column, "" where the row as a whole is broken. They are
# written with commas, which become the delimiter of the file; OTHER is one that it has not.
OTHER = "\x01"
BAD = (
    ("{n},Ada,not-an-address,,", "email"),
    ("{n},Ada,a b@example.com,,", "email"),
    ("{n},Ada,@example.com,,", "email"),
    ("{n},Ada,ada@,,", "email"),
    (",Ada,,,", "id"),
    ("   ,Ada,,,", "id"),
    ("{n}", ""),
    ("{n},Ada", ""),
    ("{n},Ada,,,,one too many", ""),
    ("{n},A\x00da,,,", "name"),
    ("{n},Ada,,\x00,", "phone"),
    ("{n},Ada,,,perhaps", "marketing_consent"),
    ("{n},Ada,,,2", "marketing_consent"),
    ('{n},"never closed,,,', ""),
    ("{n}," + "x" * 201 + ",,,", "name"),
    ("{n},Ada,,+1 " + "5" * 40 + ",", "phone"),
    ("{n}{n}{n}" + "9" * 120 + ",Ada,,,", "id"),
    ("{n},Ada," + "a" * 250 + "@example.com,,", "email"),
    ('{n},Ada,"open@example.com,,', ""),
    (f"{{n}}{OTHER}Ada{OTHER}{OTHER}{OTHER}", ""),
)


def write_file(path: Path, dialect: Dialect, rows: int) -> dict[int, str]:
    """Write so many rows; the bad ones by their number, from 1, with the column that is wrong."""
    bad: dict[int, str] = {}
    with path.open("w", encoding=dialect.encoding, newline="") as file:
        file.write(dialect.delimiter.join(HEADER) + dialect.line_end)
        for n in range(rows):
            if n % EVERY == EVERY // 2:
                line, bad[n + 1] = BAD[n // EVERY % len(BAD)]
                file.write(_in(dialect, line.format(n=n)) + dialect.line_end)
            else:
                file.write(_good(dialect, n))
    return bad


def mended(lines: Iterable[str]) -> Iterator[str]:
    """The file of refused rows as somebody brings it back who wrote each row anew."""
    out = io.StringIO()
    writer = csv.writer(out)
    for place, row in enumerate(csv.reader(lines)):
        values = ["m" + row[0], "Mended", "", "", ""]
        writer.writerow(row if not place else [*row[:3], *values])
    out.seek(0)
    yield from out


def _in(dialect: Dialect, line: str) -> str:
    other = ";" if dialect.delimiter == "," else ","
    return line.replace(",", dialect.delimiter).replace(OTHER, other)


def _good(dialect: Dialect, n: int) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=dialect.delimiter, lineterminator=dialect.line_end)
    # lines within quotes, in some rows as in real files
    name = dialect.name if n % 7 == 0 or "\n" not in dialect.name else "Ada"
    writer.writerow([n, f"{name} {n}", f"u{n}@example.com", "", "yes"])
    return out.getvalue()
