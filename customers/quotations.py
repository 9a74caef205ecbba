"""Where a record is read, with the words to mark there, and what such an address asks for."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from django.urls import reverse

from customers.models import Article

MOST_CHARACTERS = 2_000
MOST_ASKED = 500  # characters of an address; a longer quotation is marked as its passage
# Where staff read a record, and where they put it right.
PAGES: Mapping[str, str] = {
    "article": "article",
    "macro": "macro-edit",
    "order": "order",
    "product": "product",
    "ticket": "ticket",
}
EDITING: Mapping[str, str] = {**PAGES, "article": "article-edit"}
MOST_DIGITS = 18  # of a key


def quoted(query: Mapping[str, str], article: Article) -> str:
    """The text to mark: `highlight` itself, or the passage of this article whose key
    `cite` is; "" for neither.
    """
    if query.get("highlight"):
        return query["highlight"][:MOST_CHARACTERS]
    key = query.get("cite", "")
    if not (key.isascii() and key.isdigit() and len(key) <= MOST_DIGITS):
        return ""
    return article.passages.filter(pk=key).values_list("body", flat=True).first() or ""


def address_of(kind: str, pk: int, *, cite: int | None = None, quote: str = "") -> str:
    """The page on which staff read a record, with the words (else the passage whose key `cite`
    is) to mark there.
    """
    return with_mark(reverse(PAGES[kind], args=[pk]), cite=cite, quote=quote)


def with_mark(page: str, *, cite: int | None = None, quote: str = "") -> str:
    """The address of a page that marks these words, else this passage."""
    asked: dict[str, str | int] = {"cite": cite} if cite else {}
    if quote and len(quote) <= MOST_ASKED:
        asked["highlight"] = quote
    return f"{page}?{urlencode(asked)}" if asked else page


def editing_address_of(kind: str, pk: int) -> str:
    """The page on which staff put a record right; "" where there is none."""
    name = EDITING.get(kind)
    return reverse(name, args=[pk]) if name else ""
