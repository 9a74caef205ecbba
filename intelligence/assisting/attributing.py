"""Who says what a generated summary says: the shop and its records, or the customer alone.

A model that reads "your refund was approved" in a customer's message writes it down as if it
were so. Such a sentence is told as the customer's, in the words that the customer wrote.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from customers.models import Message
from intelligence.assisting.generated import bearers, own_words
from intelligence.engines.sentences import sentences_of
from intelligence.engines.support import Support, coverage, denies


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence, who says so (a `Message.Author`) and the key of the message; None where it
    is the shop's records.
    """

    text: str
    by: str
    message: int | None


def attributed(
    text: str, messages: Sequence[Message], records: Sequence[str], instructions: str = ""
) -> list[Told]:
    """The sentences of a generated text that something bears out, in order. What a message of
    the shop or `records` say stays as it is written; for what the customer alone says, or
    says more nearly than the shop, stands the customer's own sentence. Nothing is told twice.
    """
    agents = [one for one in messages if one.author_kind == Message.Author.AGENT]
    theirs = [one for one in messages if one.is_read]
    of_shop = [*(own_words(one.body) for one in agents), *records]
    by_shop = bearers(text, of_shop, instructions)
    by_customer = bearers(text, [one.body for one in theirs], instructions)
    told: dict[tuple[str, str], Told] = {}
    for own, claimed in zip(by_shop, by_customer, strict=True):
        if own.passage is not None and _is_the_shops(own, of_shop[own.passage], claimed):
            message = agents[own.passage].pk if own.passage < len(agents) else None
            one = Told(own.text, Message.Author.AGENT.value, message)
        elif claimed.passage is not None:
            said = theirs[claimed.passage]
            own_sentence = _nearest(claimed.text, said.body)
            one = Told(own_sentence, Message.Author.CUSTOMER.value, said.pk)
        else:
            continue
        told.setdefault((one.by, one.text), one)
    return list(told.values())


def _is_the_shops(own: Support, source: str, claimed: Support) -> bool:
    """Whether the shop says a sentence at least as nearly as the customer does. That the shop
    refuses what the customer claims has the same words but one.
    """
    if claimed.passage is None:
        return True
    if denies(_nearest(own.text, source)) and not denies(own.text):
        return False
    return (own.is_verbatim, own.coverage) >= (claimed.is_verbatim, claimed.coverage)


def _nearest(sentence: str, body: str) -> str:
    """The sentence of a text that holds most of the words of another."""
    own = [body[start:end] for start, end in sentences_of(body)]
    return max(own, key=lambda one: coverage(sentence, one), default=body)
