"""Keeping passages as their sources are: articles, products and solved tickets.

`refresh_passages` compares the passages that a source should have with those that stand,
and writes what differs. It runs in the transaction of whatever changed the source (the
receiver is in `customers.knowledge.receivers`): nobody ever finds a passage of a text that was
taken back. New and changed passages are pending, and a worker reads them.

An article has passages while it is published, a product while it is active and described, a
ticket while it is solved and staff answered it. What tickets say is for staff alone. Price
and stock are facts of a product's record and stand in no passage.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from django.conf import settings
from django.db import transaction

from customers.hidden_html import one_line, visible_text
from customers.knowledge.cutting import IDEOGRAPH, cut, size_of
from customers.models import Article, Message, Passage, Product, Ticket, Visibility
from customers.plain_markdown import sections_of
from customers.signals import ring

BETWEEN_HEADINGS = " › "
# A book in one article is cut short: nobody's question needs more of it.
MOST_PASSAGES = 500
READ_TOGETHER = 500
# A reply of fewer words thanks or takes leave, and answers nothing.
FEWEST_WORDS = 8
SOLVED = (Ticket.Status.SOLVED, Ticket.Status.CLOSED)

Source = Article | Product | Ticket


@dataclass(frozen=True, slots=True)
class Draft:
    """A passage as its source has it now."""

    heading: str
    body: str


@dataclass(frozen=True, slots=True)
class Terms:
    """On which terms all passages of a source may be read. Where `is_language_known` is
    False the language is a guess, and what reads the passage may tell it better.
    """

    language: str
    visibility: str
    expires_on: date | None = None
    is_language_known: bool = True


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a source's passages should be."""

    drafts: Sequence[Draft]
    terms: Terms


def refresh_passages(source: Source) -> None:
    """Have this source's passages be what its text says now."""
    refresh_many(type(source), [source.pk])


def refresh_many(model: type[Source], pks: Iterable[int]) -> None:
    """Have these sources' passages be what their texts say now, a chunk at a time."""
    ordered = sorted(set(pks))
    for start in range(0, len(ordered), READ_TOGETHER):
        with transaction.atomic():
            _refresh_chunk(model, ordered[start : start + READ_TOGETHER])


def _refresh_chunk(model: type[Source], pks: Sequence[int]) -> None:
    column = model._meta.model_name or ""
    # Held until the commit: of two writers of one source the second compares with what the
    # first wrote, and neither meets the other's passages half way.
    rows = model.objects.filter(pk__in=pks).order_by("pk").select_for_update(no_key=True)
    wanted = WANTED[column](list(rows))
    standing = defaultdict[int, list[Passage]](list)
    found = Passage.objects.filter(**{f"{column}__in": pks}).order_by("position")
    for passage in found:
        standing[getattr(passage, f"{column}_id")].append(passage)
    surplus, missing = list[Passage](), list[Passage]()
    for pk in pks:
        own, should = standing[pk], wanted.get(pk, NOTHING)
        surplus += own[len(should.drafts) :]
        missing += _missing({f"{column}_id": pk}, should, len(own))
        _rewrite(own, should)
    if surplus:
        Passage.objects.filter(pk__in=[passage.pk for passage in surplus]).delete()
    if missing:
        ring(Passage, [row.pk for row in Passage.objects.bulk_create(missing)])


def _missing(source: Mapping[str, int], should: Wanted, standing: int) -> Iterator[Passage]:
    for position, draft in enumerate(should.drafts[standing:], start=standing):
        yield Passage(
            position=position,
            heading=draft.heading,
            body=draft.body,
            language=should.terms.language,
            visibility=should.terms.visibility,
            expires_on=should.terms.expires_on,
            **source,
        )


def _rewrite(own: Sequence[Passage], should: Wanted) -> None:
    for passage, draft in zip(own, should.drafts, strict=False):
        fresh = _columns(draft, should.terms, passage)
        changed = [name for name, value in fresh.items() if getattr(passage, name) != value]
        for name in changed:
            setattr(passage, name, fresh[name])
        if changed:
            passage.save(update_fields=changed)


def _columns(draft: Draft, terms: Terms, passage: Passage) -> dict[str, Any]:
    is_same_text = (draft.heading, draft.body) == (passage.heading, passage.body)
    keeps_language = is_same_text and not terms.is_language_known
    return {
        "heading": draft.heading,
        "body": draft.body,
        "language": passage.language if keeps_language else terms.language,
        "visibility": terms.visibility,
        "expires_on": terms.expires_on,
    }


def _of_articles(articles: Sequence[Article]) -> dict[int, Wanted]:
    return {
        article.pk: Wanted(
            _drafts(
                (_heading(article.title, *section.path), body)
                for section in sections_of(article.body)
                for body in cut(section.blocks)
            ),
            Terms(article.language, article.visibility, article.expires_on),
        )
        for article in articles
        if article.status == Article.Status.PUBLISHED
    }


def _of_products(products: Sequence[Product]) -> dict[int, Wanted]:
    described = [product for product in products if product.is_active and product.description]
    return {
        product.pk: Wanted(
            _drafts(
                (_heading(product.name), body)
                for body in cut(_lines(_kind_of(product), visible_text(product.description)))
            ),
            _guessed(f"{product.name} {product.description}", Visibility.PUBLIC),
        )
        for product in described
    }


def _kind_of(product: Product) -> str:
    """Brand and category as a line of their own."""
    named = (one_line(text) for text in (product.brand, product.category))
    return ", ".join(text for text in named if text)


def _of_tickets(tickets: Sequence[Ticket]) -> dict[int, Wanted]:
    solved = {ticket.pk: ticket for ticket in tickets if ticket.status in SOLVED}
    spoken = Message.objects.public().filter(ticket__in=solved).exclude(author_kind="system")
    said = defaultdict[int, list[Message]](list)
    for message in spoken.order_by("ticket_id", "sent_at", "id"):
        said[message.ticket_id].append(message)
    answered = {pk: (_question(said[pk]), _answer(said[pk])) for pk in solved}
    return {
        pk: Wanted(
            _drafts((_heading(solved[pk].subject), body) for body in cut(_lines(question, answer))),
            _guessed(f"{question} {answer}", Visibility.STAFF),
        )
        for pk, (question, answer) in answered.items()
        if question and answer
    }


def _question(messages: Sequence[Message]) -> str:
    asked = (message for message in messages if message.author_kind == Message.Author.CUSTOMER)
    first = next(asked, None)
    return visible_text(first.body) if first else ""


def _answer(messages: Sequence[Message]) -> str:
    """The last reply that says something, else nothing."""
    for message in reversed(messages):
        if message.author_kind == Message.Author.AGENT:
            text = visible_text(message.body)
            if size_of(text) >= FEWEST_WORDS:
                return text
    return ""


def _drafts(cuts: Iterable[tuple[str, str]]) -> list[Draft]:
    found = (Draft(heading, body) for heading, body in cuts if body)
    return list(islice(found, MOST_PASSAGES))


def _heading(*titles: str) -> str:
    named = [one_line(title) for title in titles]
    # an article often repeats its title as its first heading
    parted = [title for at, title in enumerate(named) if title and title not in named[:at]]
    return BETWEEN_HEADINGS.join(parted)[: Passage._meta.get_field("heading").max_length]


def _lines(*texts: str) -> list[str]:
    """The blocks of plain texts: their lines."""
    return [line for text in texts for line in re.split(r"\n+", text) if line.strip()]


def _guessed(text: str, visibility: str) -> Terms:
    """Chinese is told by its script; all else is taken for the shop's own language."""
    letters = sum(character.isalpha() for character in text)
    is_chinese = 3 * len(IDEOGRAPH.findall(text)) >= letters > 0
    own = settings.LANGUAGE_CODE.split("-")[0]
    return Terms("zh" if is_chinese else own, visibility, is_language_known=False)


NOTHING = Wanted((), Terms("", Visibility.STAFF))
WANTED: Mapping[str, Callable[[Any], dict[int, Wanted]]] = {
    "article": _of_articles,
    "product": _of_products,
    "ticket": _of_tickets,
}


def cut_all() -> dict[str, int]:
    """Cut every source anew: for a shop whose records are older than passages are, and after
    a change of how sources are cut. How many sources of each kind there are.
    """
    found: dict[str, int] = {}
    for model in (Article, Product, Ticket):
        pks = list(model._default_manager.order_by("pk").values_list("pk", flat=True))
        refresh_many(model, pks)
        found[str(model._meta.model_name)] = len(pks)
    return found
