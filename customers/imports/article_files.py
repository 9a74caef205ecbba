"""Markdown and HTML files, of a folder or a zip archive, as a table of articles: one row a file.

The path below the folder or in the archive is the row's key. A file that cannot be read is a
row with the reason in its place. What HTML hides from a reader (scripts, comments, hidden
elements) is left out before it becomes Markdown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path, PurePosixPath

import nh3
from bs4 import BeautifulSoup
from markdownify import markdownify

from customers.hidden_html import without_hidden
from customers.imports.errors import ImportProblem
from customers.imports.table import Row, Table
from customers.markdown import headings

COLUMNS = ("external_id", "title", "category", "language", "status", "visibility", "expires_on")
MARKDOWN = (".md", ".markdown")
HTML = (".html", ".htm")
MOST_BYTES = 1_000_000
BATCH_FILES = 100

FENCE = "---"
# What other systems write into their front matter, and articles have no column for.
IGNORED = {
    *("author", "date", "description", "id", "keywords", "lang", "layout", "permalink", "slug"),
    *("sidebar_label", "sidebar_position", "summary", "tags", "updated", "weight"),
}
KNOWN = set(COLUMNS) - {"external_id"}

HAN = re.compile("[\u3400-\u9fff]")
LETTER = re.compile(r"[^\W\d_]")
CHINESE_SHARE = 0.2  # of a text's letters: below it Han characters are names that it mentions
FOLDER_LANGUAGES = ("en", "zh")
META_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([\w-]{1,40})", re.IGNORECASE)
FIRST_HEADING = re.compile(r"\A\s*#{1,6}[ \t]+[^\n]*\n?|\A\s*[^\n]+\n(?:=+|-+)[ \t]*(?:\n|\Z)")
OWN_PATH = re.compile(r"/(?![/\\])")
TAGS = {
    *("h1", "h2", "h3", "h4", "h5", "h6", "p", "br", "hr", "div", "section", "article", "main"),
    *("ul", "ol", "li", "dl", "dt", "dd", "blockquote", "pre", "code", "kbd", "a", "img"),
    *("strong", "b", "em", "i", "s", "del", "span", "sub", "sup"),
    *("table", "thead", "tbody", "tfoot", "tr", "th", "td", "caption"),
}


class Unreadable(Exception):
    """Why a file cannot be taken."""


def open_folder(folder: Path) -> Table:
    """The articles below a folder, in the order of their paths. Raises ImportProblem where
    there is none.
    """
    files = sorted(path for path in folder.rglob("*") if _is_article(path, folder))
    if not files:
        raise ImportProblem(
            f"{folder}: there is no file that ends in {', '.join((*MARKDOWN, *HTML))}."
        )
    return Table((*COLUMNS, "body"), len(files), _batches(files, folder))


def _is_article(path: Path, folder: Path) -> bool:
    """Hidden files and folders are no articles, and no link leads out of the folder."""
    below = PurePosixPath(path.relative_to(folder).as_posix())
    is_wanted = is_text(below) and not is_hidden(below)
    return is_wanted and path.is_file() and _stays(path, folder)


def _stays(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())


def _batches(files: list[Path], folder: Path) -> Iterator[list[Row]]:
    for start in range(0, len(files), BATCH_FILES):
        yield [
            row_of(PurePosixPath(path.relative_to(folder).as_posix()), partial(_read, path))
            for path in files[start : start + BATCH_FILES]
        ]


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MOST_BYTES + 1)


def row_of(below: PurePosixPath, read: Callable[[], bytes]) -> Row:
    """The article of the file at a path below its folder, or the reason why it is none.
    `read` gives its first bytes, one more than `MOST_BYTES`, and raises Unreadable or OSError.
    """
    try:
        return {"external_id": str(below), **_article(read(), below)}
    except (Unreadable, OSError) as error:
        return {"external_id": str(below), "": str(error)}


def is_hidden(below: PurePosixPath) -> bool:
    """Whether a path is of what systems keep for themselves."""
    own = (part for part in below.parts if part != "..")
    return any(part.startswith(".") or part == "__MACOSX" for part in own)


def is_text(below: PurePosixPath) -> bool:
    """Whether the ending of a name says Markdown or HTML."""
    return below.suffix.lower() in (*MARKDOWN, *HTML)


def _article(data: bytes, below: PurePosixPath) -> Row:
    said, text = _front_matter(_text(data, below))
    language, category = _of_folders(below)
    if below.suffix.lower() in HTML:
        page_title, text = _from_html(text)
    else:
        page_title = ""
    title, body = _titled(text, said.get("title") or "")
    title = title or page_title or _words(below.stem)
    if not body.strip():
        raise Unreadable("the file holds no text")
    return {
        "title": title,
        "body": body.strip(),
        "category": said.get("category") or category,
        "language": said.get("language") or said.get("lang") or language or _told(title, body),
        "status": said.get("status"),
        "visibility": said.get("visibility"),
        "expires_on": said.get("expires_on"),
    }


def _text(data: bytes, below: PurePosixPath) -> str:
    if len(data) > MOST_BYTES:
        raise Unreadable(f"the file is larger than {MOST_BYTES:,} bytes")
    encoding = _encoding(data, is_html=below.suffix.lower() in HTML)
    try:
        text = data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        raise Unreadable(f"the file is no text in {encoding}; save it as UTF-8") from None
    if "\x00" in text:
        raise Unreadable("the file holds a NUL character")
    if not text.strip():
        raise Unreadable("the file is empty")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _encoding(data: bytes, *, is_html: bool) -> str:
    """UTF-16 by its mark, what a page itself says, else UTF-8: nothing is guessed."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    said = META_CHARSET.search(data[:2_000]) if is_html else None
    name = said.group(1).decode("ascii").lower() if said else "utf-8"
    return "utf-8-sig" if name in ("utf-8", "utf8") else name


def _front_matter(text: str) -> tuple[dict[str, str], str]:
    """The `key: value` lines between two lines of dashes at the beginning, and the rest."""
    lines = text.split("\n")
    if lines[0].rstrip() != FENCE:
        return {}, text
    ends = [at for at, line in enumerate(lines[1:], start=1) if line.rstrip() == FENCE]
    if not ends:
        raise Unreadable("front matter: there is no line --- that ends it")
    said: dict[str, str] = {}
    key = ""
    for number, line in enumerate(lines[1 : ends[0]], start=2):
        if not line.strip() or line.startswith("#"):
            continue
        if key in IGNORED and line[0] in " \t-":
            continue  # a list of tags, and the like
        key, value = _said(line, number)
        said[key] = value
    return said, "\n".join(lines[ends[0] + 1 :])


def _said(line: str, number: int) -> tuple[str, str]:
    key, colon, value = line.partition(":")
    key, value = key.strip().lower(), value.strip()
    if not colon or not key:
        raise Unreadable(f"front matter, line {number}: {line.strip()!r} is no `key: value`")
    if key not in KNOWN | IGNORED:
        raise Unreadable(
            f"front matter, line {number}: there is no {key!r}; use {', '.join(sorted(KNOWN))}"
        )
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        value = value[1:-1].strip()
    return key, value


def _from_html(text: str) -> tuple[str, str]:
    """The page's title, and what it shows as Markdown."""
    named = BeautifulSoup(text, "html.parser").title
    title = " ".join(named.get_text().split()) if named else ""
    page = without_hidden(text)
    body = page.find("main") or page.find("article") or page.body or page
    # No picture comes with a file; only one that is here already is shown, and what would stand
    # in the place of another is not read.
    for picture in body.find_all("img"):
        if not OWN_PATH.match(str(picture.get("src", "")).strip()):
            picture.decompose()
    clean = nh3.clean(
        str(body),
        tags=TAGS,
        attributes={"a": {"href", "title"}, "img": {"src", "alt"}, "ol": {"start"}},
        link_rel=None,
        url_schemes={"http", "https", "mailto"},
    )
    return title, markdownify(clean, heading_style="ATX", bullets="-")


def _titled(text: str, title: str) -> tuple[str, str]:
    """The title, which the first heading tells where none is given, and the text without
    a first heading that only repeats it.
    """
    first = next(iter(headings(text)), None)
    title = title or (first.title if first else "")
    begins = FIRST_HEADING.match(text)
    if first and begins and first.title == title:
        return title, text[begins.end() :]
    return title, text


def _of_folders(below: PurePosixPath) -> tuple[str, str]:
    """Language and category as the folders tell: `zh/returns/a.md`, `returns/a.md`."""
    folders = list(below.parts[:-1])
    language = folders.pop(0) if folders and folders[0] in FOLDER_LANGUAGES else ""
    return language, _words(folders[0]) if folders else ""


def _words(name: str) -> str:
    """A name of a file or folder as people would write it."""
    words = re.sub(r"[-_\s]+", " ", name).strip()
    return words[:1].upper() + words[1:]


def _told(title: str, body: str) -> str:
    """Chinese where a good share of the letters are Han characters, else English."""
    letters = LETTER.findall(f"{title}\n{body}")
    han = sum(1 for letter in letters if HAN.match(letter))
    return "zh" if letters and han / len(letters) >= CHINESE_SHARE else "en"
