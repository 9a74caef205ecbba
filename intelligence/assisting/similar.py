"""Replies that agents sent in similar tickets that were solved, without the other customer."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from django.db.models import Q
from pgvector.django import CosineDistance

from customers.assisting.wording import letter
from customers.models import Draft, Message, Ticket
from customers.models.draft import BLANK
from customers.quotations import address_of
from intelligence.assisting.asked import BY_CHARACTERS, alike_by_characters
from intelligence.assisting.personal import impersonal, names_told
from intelligence.assisting.suggestion import Matter, Suggestion, details_of, source
from intelligence.models import TextVector

SOLVED = (Ticket.Status.SOLVED, Ticket.Status.CLOSED)
# The latest solved tickets of the same intent are compared: a search whose cost is bounded.
COMPARED, COMPARED_BY_CHARACTERS, NEAREST = 2000, 300, 12
LEAST_COSINE, LEAST_DICE = 0.5, 0.2
SHORTEST_REPLY, MOST_BLANKS = 20, 8
COMMON_IN = 3  # replies to so many customers use a common word
QUOTE = 200
WORD = re.compile(r"[^\W\d_][\w’'-]*")


def similar_replies(matter: Matter, most: int) -> list[Suggestion]:
    """Up to `most` replies, of the most similar tickets first."""
    compared = _comparable(matter)
    near = _nearest(matter, compared)
    replies = _first_replies(near)
    tickets = _tickets(near)
    agents = {pk: [reply.author.get_full_name()] for pk, reply in replies.items() if reply.author}
    details = details_of(list(tickets.values()), agents)
    common = _common_words(compared)
    told = _names_told(near, common)
    found: dict[str, Suggestion] = {}
    for pk, (score, said) in near.items():
        if pk not in replies or len(found) == most:
            continue
        names = told.get(pk, set())
        body = impersonal(replies[pk].body, details[pk], matter.filling, common, names)
        if body is None or len(body) < SHORTEST_REPLY or len(BLANK.findall(body)) > MOST_BLANKS:
            continue
        sources = [
            source("ticket", pk, tickets[pk].subject, said[:QUOTE], address_of("ticket", pk))
        ]
        text = letter(matter.customer_name, body, matter.agent_name)
        used = matter.order is not None and matter.order.number in body
        sources += matter.order_source() if used else []
        found.setdefault(body, Suggestion(Draft.Origin.TICKET, text, score, sources))
    return list(found.values())


def _nearest(matter: Matter, compared: list[int]) -> dict[int, tuple[float, str]]:
    """By ticket, how alike its nearest message is in [0, 1], and what it says; best first."""
    rows = _by_characters if matter.asked.language in BY_CHARACTERS else _by_vectors
    near: dict[int, tuple[float, str]] = {}
    for ticket, score, said in rows(matter, compared):
        near.setdefault(ticket, (score, said))
    return near


def _comparable(matter: Matter) -> list[int]:
    """Keys of the latest solved tickets of the same intent that the asking agent may see; of
    another customer or of the same.
    """
    agent = matter.draft.asked_by
    rows = Ticket.objects.visible_to(agent) if agent else Ticket.objects.none()
    rows = rows.filter(status__in=SOLVED).exclude(pk=matter.ticket.pk)
    intent = matter.ticket.effective_intent_id
    if intent:
        rows = rows.filter(Q(intent=intent) | Q(intent__isnull=True, suggested_intent=intent))
    return list(rows.order_by("-last_message_at").values_list("pk", flat=True)[:COMPARED])


def _by_vectors(matter: Matter, compared: list[int]) -> Iterator[tuple[int, float, str]]:
    distance = CosineDistance("embedding", matter.asked.embedding)
    rows = TextVector.objects.filter(
        embedding_version=matter.asked.embedding_version,
        message__ticket__in=compared,
        message__author_kind=Message.Author.CUSTOMER,
        message__language=matter.asked.language,
    )
    nearest = rows.annotate(distance=distance).filter(distance__lte=1 - LEAST_COSINE)
    found = nearest.order_by("distance").values_list(
        "message__ticket_id", "distance", "message__body"
    )
    for ticket, apart, said in found[:NEAREST]:
        yield ticket, 1 - float(apart), said


def _by_characters(matter: Matter, compared: list[int]) -> Iterator[tuple[int, float, str]]:
    said = Message.objects.from_customers().filter(
        ticket__in=compared[:COMPARED_BY_CHARACTERS], language=matter.asked.language
    )
    scored = [
        (ticket, alike_by_characters(matter.asked.text, body), body)
        for ticket, body in said.values_list("ticket_id", "body")
    ]
    likely = [row for row in scored if row[1] >= LEAST_DICE]
    yield from sorted(likely, key=lambda row: -row[1])[:NEAREST]


def _first_replies(tickets: Iterable[int]) -> dict[int, Message]:
    """The first answer of an agent in each ticket."""
    rows = Message.objects.public().filter(
        ticket__in=list(tickets), author_kind=Message.Author.AGENT
    )
    first = rows.order_by("ticket_id", "sent_at", "id").distinct("ticket_id")
    return {message.ticket_id: message for message in first.select_related("author")}


def _names_told(tickets: Iterable[int], common: frozenset[str]) -> dict[int, set[str]]:
    """By ticket, what may be names in its customer's messages."""
    said = Message.objects.from_customers().filter(ticket__in=list(tickets))
    found: dict[int, set[str]] = {}
    for ticket, body in said.values_list("ticket_id", "body"):
        found.setdefault(ticket, set()).update(names_told(body, common))
    return found


def _tickets(tickets: Iterable[int]) -> dict[int, Ticket]:
    rows = Ticket.objects.filter(pk__in=list(tickets)).select_related("customer", "order")
    rows = rows.defer("search", "customer__search").prefetch_related("order__lines__product")
    return rows.in_bulk()


def _common_words(compared: list[int]) -> frozenset[str]:
    """Words, in lower case, that replies to several customers use: no names of their own."""
    said = Message.objects.public().filter(
        author_kind=Message.Author.AGENT, ticket__in=compared[:COMPARED_BY_CHARACTERS]
    )
    words_of: dict[int | None, set[str]] = {}
    for customer, body in said.values_list("ticket__customer_id", "body"):
        words = {word.casefold() for word in WORD.findall(body)}
        words_of.setdefault(customer, set()).update(words)
    used = Counter(word for words in words_of.values() for word in words)
    return frozenset(word for word, n in used.items() if n >= COMMON_IN)
