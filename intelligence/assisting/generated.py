"""Replies and summaries by a generator that is switched on, without what nothing supports."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from django.template.defaultfilters import date as date_text

from customers.assisting.wording import letter
from customers.models import Draft, Message, Order
from customers.models.draft import BLANK
from intelligence.assisting.passages import public_hits
from intelligence.assisting.suggestion import Matter, Suggestion, has_link
from intelligence.engines.support import Support, support_of
from intelligence.generating import generate
from intelligence.known import known_of

MOST_MESSAGES, LONGEST_MESSAGE, MOST_PASSAGES = 12, 1500, 3
TONES = {
    "neutral": "Write in a neutral, polite tone.",
    "friendly": "Write in a warm, friendly tone.",
    "formal": "Write in a formal tone.",
}
LENGTHS = {
    "short": "Write at most two sentences.",
    "normal": "Write three to five sentences.",
    "long": "Write up to ten sentences.",
}
REPLY = (
    "Write the body of a reply from a shop to its customer, in the language {language}. "
    "Use only what the given texts say; make no promises, and invent no numbers, dates or links. "
    "Leave out greeting and signature. {tone} {length}"
)
NUMBER = re.compile(r"\d[\d.,:/-]*")


def generated_replies(matter: Matter, most: int) -> list[Suggestion]:
    """A reply by the generator that is on for replies, or none. Every sentence of it is borne
    out by what the shop itself says in the given texts: what a customer wrote does not become
    true by being repeated. Raises GeneratorError with a reason.
    """
    if most < 1:
        return []
    passages, order = _help_texts(matter), order_facts(matter.order, matter.products)
    draft = matter.draft
    instructions = REPLY.format(
        language=matter.asked.language, tone=TONES[draft.tone], length=LENGTHS[draft.length]
    )
    written = generate(
        *("reply", instructions, [*_conversation(matter), *order]),
        user=draft.asked_by,
        known=known_of(matter.ticket, matter.conversation, [draft.asked_by]),
        passages=passages,
        fields=("messages", "order", "help passages"),
        customer=matter.ticket.customer,
    )
    if written is None:
        return []
    kept, dropped = borne_out(
        written.text, [*_said_by_shop(matter), *order, *passages], instructions
    )
    if not kept:
        return []
    text = letter(matter.customer_name, " ".join(kept), matter.agent_name)
    share = len(kept) / (len(kept) + dropped)
    note = REMOVED.format(n=dropped) if dropped else ""
    return [
        Suggestion(
            *(Draft.Origin.GENERATOR, text, share, matter.order_source()),
            *(written.generator[:120], written.model[:64], note),
        )
    ]


def borne_out(text: str, sources: Sequence[str], instructions: str = "") -> tuple[list[str], int]:
    """The sentences that the sources support, and how many they do not. A number that stands
    in none of them counts against its sentence, whatever else is said for it; a sentence of
    the instructions is none of the reply.
    """
    told = bearers(text, sources, instructions)
    kept = [one.text for one in told if one.passage is not None]
    return kept, len(told) - len(kept)


def bearers(text: str, sources: Sequence[str], instructions: str = "") -> list[Support]:
    """Each sentence with the source that bears it out, None where none does."""
    known = set().union(*(numbers_in(source) for source in sources))
    return [
        one
        if numbers_in(one.text) <= known
        and not _is_unsendable(one.text)
        and one.text not in instructions
        else replace(one, passage=None)
        for one in support_of(text, sources)
    ]


def numbers_in(text: str) -> set[str]:
    """The numbers of a text, in plain digits and without the marks around them."""
    plain = unicodedata.normalize("NFKC", text)
    return {found.rstrip(".,:/-") for found in NUMBER.findall(plain)}


def order_facts(order: Order | None, products: Sequence[str]) -> list[str]:
    """What the records say of an order and of the names of its products, in one text."""
    if order is None:
        return []
    lines = [
        f"Order {order.number} was placed on {date_text(order.placed_at, 'Y-m-d')}.",
        f"Its total is {order.total.normalize():f} {order.currency}.",
        f"Its status is {order.status}; payment: {order.payment}; fulfilment: {order.fulfilment}.",
    ]
    return [" ".join([*lines, *(f"It contains {name}." for name in products)])]


def _conversation(matter: Matter) -> list[str]:
    latest = matter.conversation[-MOST_MESSAGES:]
    return [f"{_speaker(message)}: {message.body[:LONGEST_MESSAGE]}" for message in latest]


def _speaker(message: Message) -> str:
    return "shop" if message.author_kind == Message.Author.AGENT else str(message.author_kind)


def _said_by_shop(matter: Matter) -> list[str]:
    agents = Message.Author.AGENT
    return [own_words(one.body) for one in matter.conversation if one.author_kind == agents]


def own_words(body: str) -> str:
    """A message without the lines that it quotes: these are somebody else's."""
    return "\n".join(line for line in body.splitlines() if not line.lstrip().startswith(">"))


def _help_texts(matter: Matter) -> list[str]:
    hits = public_hits(matter, MOST_PASSAGES)
    return [f"{passage.heading}\n{passage.body}" for passage, _score in hits]


def _is_unsendable(sentence: str) -> bool:
    return has_link(sentence) or bool(BLANK.search(sentence))


REMOVED = "sentences without support were left out: {n}"
