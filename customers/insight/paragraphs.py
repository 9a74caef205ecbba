"""The paragraph of a page: what of its period is worth saying, checked and linked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from customers.insight import choice
from customers.insight.queries import Runner
from customers.insight.scope import Scope
from customers.insight.sentences import MOST_SENTENCES, Sentence, Statement, most_important, told
from customers.insight.stored import QUERIES

About = Callable[[Scope, Runner], Iterator[Statement]]

PAGES: Mapping[str, tuple[About, ...]] = {
    "sales": (choice.about_sales, choice.about_other_currencies),
    "customers": (choice.about_customers,),
    "voice": (choice.about_voice,),
    "desk": (choice.about_desk,),
}
# Home is opened all day long; how spending is spread changes slowly, and costs a scan.
PAGES = {
    **PAGES,
    "home": (*PAGES["sales"], *PAGES["voice"]),
    "digest": tuple(about for page in PAGES.values() for about in page),
}


def statements_about(page: str, scope: Scope) -> list[Statement]:
    """All that could be said, what matters most first."""
    runner = Runner(QUERIES)
    said = [statement for about in PAGES[page] for statement in about(scope, runner)]
    return most_important(said, len(said))


NAMES_SOMEBODY = frozenset({"top_customer"})
TELLS_SPENDING = frozenset({"top_customer", "profile_orders", "profile_expected"})
QUOTES_TICKETS = frozenset({"profile_complaint"})


def shown_to(user: Any, sentences: list[Sentence]) -> list[Sentence]:
    """Those that the user's roles may be told."""
    untold: frozenset[str] = frozenset()
    if not user.rights.is_whole:
        untold |= NAMES_SOMEBODY | QUOTES_TICKETS
    if "spending" in user.rights.hidden:
        untold |= TELLS_SPENDING
    return [sentence for sentence in sentences if sentence.statement.key not in untold]


def paragraph(page: str, scope: Scope, most: int = MOST_SENTENCES) -> list[Sentence]:
    """The sentences of a page, each checked against its stored queries just now."""
    return told(statements_about(page, scope)[:most])
