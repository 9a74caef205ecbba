"""Help articles: a table with their Markdown, or Markdown and HTML files in a folder or zip."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import date
from pathlib import Path
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customers.imports import values
from customers.imports.article_archives import ARCHIVE, open_archive
from customers.imports.article_files import open_folder
from customers.imports.errors import RowError
from customers.imports.fields import ARTICLE_FIELDS
from customers.imports.files import open_table
from customers.imports.format import STAGE, Format
from customers.imports.merge import Merging, latest_rows
from customers.imports.table import Row, Table
from customers.journal.recording import Journal
from customers.models import Article, Visibility
from customers.models.article import VERSIONED

# Columns of which a file may say nothing: an article that is there keeps its own.
SAID = ("category", "language", "status", "visibility", "expires_on")


class Articles(Format):
    """Help articles in Markdown. What a row says nothing of stays as it is; a new article
    is then English, public and a draft.
    """

    fields = ARTICLE_FIELDS
    name = "articles"
    label: ClassVar[str | Promise] = _("Help articles")
    needs = (("external_id", "id"), "title", "body")
    staged: dict[str, str] = {
        "external_id": "text",
        "title": "text",
        "body": "text",
        **dict.fromkeys(SAID, "text"),
        "expires_on": "date",
    }

    def open(self, path: Path) -> Table:
        """A file is a table of articles; a folder or a zip holds one in each of its files."""
        if path.suffix.lower() == ARCHIVE and path.is_file():
            return open_archive(path)
        return open_folder(path) if path.is_dir() else open_table(path)

    def read(self, row: Row) -> tuple[Any, ...]:
        """One article."""
        key = "external_id" if "external_id" in row else "id"
        return (
            values.text(row, key, most=120, required=True),
            values.text(row, "title", most=200, required=True),
            values.text(row, "body", most=Article.MOST_CHARACTERS, required=True),
            values.text(row, "category", most=80) or None,
            values.text(row, "language", most=8).lower() or None,
            _one_of(row, "status", Article.Status.values),
            _one_of(row, "visibility", Visibility.values),
            _day(row, "expires_on"),
        )

    def merge(self, into: Merging) -> None:
        """Save article by article, as everybody who writes one does: each keeps versions."""
        names, cursor = list(self.staged), into.cursor
        columns = ", ".join(names)
        cursor.execute(f"SELECT {columns} FROM ({latest_rows(STAGE)}) AS latest")  # noqa: S608
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        keys = [row["external_id"] for row in rows]
        known = Article.objects.filter(source=into.source, external_id__in=keys)
        journal = Journal(into.entry) if into.entry else None
        watched: Any = journal.watching(known, *VERSIONED) if journal else nullcontext([])
        with watched as before:
            for row in rows:
                key = row.pop("external_id")
                cursor.execute(
                    f"UPDATE {STAGE} SET state = %s WHERE external_id = %s",  # noqa: S608
                    [_take(into.source, key, row), key],
                )
        if journal:
            journal.made(known.exclude(pk__in=before))


def _take(source: str, external_id: str, row: dict[str, Any]) -> str:
    """Create or change the article; what became of it."""
    said = {name: value for name, value in row.items() if value is not None}
    article = Article.objects.from_source(source, external_id).defer("search").first()
    if article is None:
        Article(source=source, external_id=external_id, **said).save()
        return "created"
    before = article.revision
    article.edit(by=None, **said)
    return "updated" if article.revision != before else "unchanged"


def _one_of(row: Row, column: str, known: list[str]) -> str | None:
    value = values.text(row, column, most=20).lower()
    if value and value not in known:
        raise RowError(column, f"{value!r} is none of {', '.join(known)}")
    return value or None


def _day(row: Row, column: str) -> date | None:
    value = row.get(column)
    if value in (None, ""):
        return None
    return values.moment({column: value}, column).date()
