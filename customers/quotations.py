"""What an address asks to be marked in an article: its words, or one of its passages."""

from __future__ import annotations

from collections.abc import Mapping

from customers.models import Article

MOST_CHARACTERS = 2_000
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
