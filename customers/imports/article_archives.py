"""A zip archive of Markdown and HTML files as a table of articles, as a folder of them is one.

Nothing is unpacked to the disk: each file is read from the archive, and no more of it than an
article may have. What an archive says of its sizes is checked before the first is read.
"""

from __future__ import annotations

import stat
import zlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path, PurePosixPath
from zipfile import BadZipFile, ZipFile, ZipInfo

from customers.imports.article_files import (
    BATCH_FILES,
    COLUMNS,
    HTML,
    MARKDOWN,
    MOST_BYTES,
    Unreadable,
    is_hidden,
    is_text,
    row_of,
)
from customers.imports.errors import ImportProblem
from customers.imports.table import Row, Table

ARCHIVE = ".zip"
MOST_FILES = 5_000
MOST_BYTES_IN_ALL = 200_000_000
UTF8_NAME, ENCRYPTED = 0x800, 0x1  # flags of an entry


def open_archive(path: Path) -> Table:
    """The articles of an archive, in the order of their paths. Raises ImportProblem where it
    is none, holds no article or is too large.
    """
    try:
        with ZipFile(path) as archive:
            entries = archive.infolist()
    except (BadZipFile, OSError, NotImplementedError) as error:
        raise ImportProblem(f"{path.name} is no zip archive that can be read: {error}") from error
    if len(entries) > MOST_FILES:
        raise ImportProblem(
            f"{path.name} holds {len(entries):,} files; import at most {MOST_FILES:,} at once."
        )
    named = {_name(entry): entry for entry in entries if not entry.is_dir()}
    files = [name for name in sorted(named) if is_text(name) and not is_hidden(name)]
    if not files:
        endings = ", ".join((*MARKDOWN, *HTML))
        raise ImportProblem(f"{path.name}: there is no file in it that ends in {endings}.")
    if sum(named[name].file_size for name in files) > MOST_BYTES_IN_ALL:
        raise ImportProblem(
            f"The articles in {path.name} are larger than {MOST_BYTES_IN_ALL:,} bytes when "
            "unpacked; import them in parts."
        )
    return Table((*COLUMNS, "body"), len(files), _batches(path, files, named))


def _batches(
    path: Path, files: list[PurePosixPath], named: dict[PurePosixPath, ZipInfo]
) -> Iterator[list[Row]]:
    with ZipFile(path) as archive:
        for start in range(0, len(files), BATCH_FILES):
            yield [
                row_of(name, partial(_read, archive, name, named[name]))
                for name in files[start : start + BATCH_FILES]
            ]


def _name(entry: ZipInfo) -> PurePosixPath:
    """The path of an entry; many systems write UTF-8 without saying so."""
    name = entry.filename
    if not entry.flag_bits & UTF8_NAME:
        try:
            name = name.encode("cp437").decode("utf-8")
        except UnicodeError:
            name = entry.filename
    return PurePosixPath(name.replace("\\", "/"))


def _read(archive: ZipFile, name: PurePosixPath, entry: ZipInfo) -> bytes:
    if name.is_absolute() or ".." in name.parts or ":" in name.parts[0]:
        raise Unreadable("its path leads out of the archive")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise Unreadable("it is a link to another file")
    if entry.flag_bits & ENCRYPTED:
        raise Unreadable("it is locked by a password")
    try:
        with archive.open(entry) as file:
            return file.read(MOST_BYTES + 1)
    except (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise Unreadable(f"it cannot be unpacked: {error}") from error
