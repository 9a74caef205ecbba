"""Which encoding and which delimiter a text table is in.

The encoding: by its mark (BOM); UTF-16 without one by its zero bytes; else the one that reads
most of the lines that are not plain ASCII. A few broken lines do not speak against UTF-8: they
are told one by one. GB18030, Big5 and Windows-1252 read almost anything, so between them the
share of characters that are common in their language decides: the first level of GB 2312 (3,755
characters) and of Big5 (5,401), which the standards order by use.
"""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from customers.imports.errors import ImportProblem

DELIMITERS = ",;\t|"
HEAD_BYTES = 64 * 1024
SAMPLE_BYTES = 256 * 1024  # of lines that are not plain ASCII
CHUNK_BYTES = 1 << 20
SAMPLE_ROWS = 50
UTF8_LINES = 0.5  # so many of the lines must be UTF-8 for the others to be broken ones
COMMON = 0.5  # so many of the characters must be common ones

MARKS_OF_CHINESE = "，。！？；：、（）《》「」“”　０１２３４５６７８９"
MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
# What a file of these first bytes is, whatever its name says.
NO_TEXT = (
    (b"PK\x03\x04", "a zip archive or an Excel workbook"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook; save it as .xlsx or CSV"),
    (b"%PDF", "a PDF"),
    (b"\x1f\x8b", "a gzip archive; unpack it first"),
    (b"PAR1", "a Parquet file; name it .parquet"),
    (b"7z\xbc\xaf", "a 7-Zip archive; unpack it first"),
    (b"Rar!", "a RAR archive; unpack it first"),
    (b"SQLite format 3\x00", "a database"),
)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a text table is written."""

    encoding: str
    delimiter: str

    def as_json(self) -> dict[str, str]:
        """What a page shows of it."""
        return {"encoding": self.encoding, "delimiter": self.delimiter}


def dialect_of(path: Path) -> Dialect:
    """The dialect of the file. Raises ImportProblem where it is no text."""
    encoding = encoding_of(path)
    return Dialect(encoding, delimiter_of(path, encoding))


def encoding_of(path: Path) -> str:
    """The encoding, as Python names it. Raises ImportProblem where the file is no text."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        for start, what in NO_TEXT:
            if head.startswith(start):
                raise ImportProblem(f"{path.name} is no text table but {what}.")
        for mark, encoding in MARKS:
            if head.startswith(mark):
                return encoding
        if wide := _wide(head):
            return wide
        file.seek(0)
        lines = _lines_beyond_ascii(file)
    return _by_lines(lines)


def _wide(head: bytes) -> str:
    """UTF-16 without a mark: every other byte of its ASCII letters is zero."""
    pairs = len(head) // 2
    if pairs < 2:
        return ""
    if head[1::2].count(0) > pairs * 0.3 and head[0::2].count(0) < pairs * 0.05:
        return "utf-16-le"
    if head[0::2].count(0) > pairs * 0.3 and head[1::2].count(0) < pairs * 0.05:
        return "utf-16-be"
    return ""


def _lines_beyond_ascii(file: IO[bytes]) -> list[bytes]:
    """Lines that are not plain ASCII, from the whole file, as far as the sample goes."""
    found: list[bytes] = []
    size, rest = 0, b""
    while size < SAMPLE_BYTES and (chunk := file.read(CHUNK_BYTES)):
        data = rest + chunk
        cut = data.rfind(b"\n") + 1 or len(data)
        data, rest = data[:cut], data[cut:]
        if not data.isascii():
            own = [line for line in data.splitlines() if not line.isascii()]
            found += own
            size += sum(map(len, own))
    if not rest.isascii():
        found.append(rest)
    return found


def _by_lines(lines: list[bytes]) -> str:
    if not lines or _share_read(lines, "utf-8") >= UTF8_LINES:
        return "utf-8"
    sample = b"\n".join(lines)[:SAMPLE_BYTES]
    shares = {
        "gb18030": _share_common(sample, "gb18030", "gb2312", 0xB0, 0xD7),
        "big5": _share_common(sample, "big5", "big5", 0xA4, 0xC6),
    }
    best = max(shares, key=lambda name: shares[name])
    if shares[best] >= COMMON:
        return best
    return "cp1252"


def _share_read(lines: list[bytes], encoding: str) -> float:
    read = 0
    for line in lines:
        try:
            line.decode(encoding)
        except UnicodeDecodeError:
            continue
        read += 1
    return read / len(lines)


def _share_common(sample: bytes, encoding: str, standard: str, first: int, last: int) -> float:
    """The share of the characters beyond ASCII whose lead byte in the standard is in range."""
    text = sample.decode(encoding, errors="replace")
    letters = Counter(char for char in text if not char.isascii())
    common = 0
    for char, count in letters.items():
        code = char.encode(standard, errors="ignore")
        if (len(code) == 2 and first <= code[0] <= last) or char in MARKS_OF_CHINESE:
            common += count
    return common / (letters.total() or 1)


def delimiter_of(path: Path, encoding: str) -> str:
    """The delimiter by which most rows have as many values as the header, and more than one."""
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        text = file.read(HEAD_BYTES)
    lines = text.splitlines(keepends=True)
    if len(text) == HEAD_BYTES and len(lines) > 1:
        lines.pop()
    return max(DELIMITERS, key=lambda delimiter: _fit(lines, delimiter))


def _fit(lines: list[str], delimiter: str) -> float:
    widths: list[int] = []
    try:
        for row in csv.reader(lines, delimiter=delimiter):
            if row:
                widths.append(len(row))
            if len(widths) > SAMPLE_ROWS:
                break
    except csv.Error:
        pass  # what was read so far tells enough
    if not widths or widths[0] < 2:
        return 0
    agreeing = sum(width == widths[0] for width in widths) / len(widths)
    return agreeing + min(widths[0], 100) / 1000
