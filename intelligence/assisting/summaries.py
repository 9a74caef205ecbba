"""A Summary row carried out: the sentences that matter, each with the record that says so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
from django.db.models import F
from django.utils import timezone
from numpy.typing import NDArray

from customers.locks import held
from customers.models import MAX_ATTEMPTS, Customer, Message, Review, Summary, Ticket
from intelligence.analysis.run import describe
from intelligence.assisting.attributing import attributed
from intelligence.assisting.generated import order_facts
from intelligence.assisting.key_sentences import (
    Said,
    central_ones,
    embedded,
    open_promises,
    sentences_in,
    wish_of,
)
from intelligence.assisting.suggest import ASSIST_LOCKS, KILLED, LOCK_SPACE
from intelligence.generating import generate
from intelligence.known import known_of
from intelligence.loaded import text_reader

MOST_MESSAGES, RECENT_TEXTS = 100, 40
KEY_SENTENCES, KEY_OF_CUSTOMER, MOST_PROMISES = 3, 5, 3
TOLD_TO_GENERATOR, LONGEST_MESSAGE = 30, 1500
INSTRUCTIONS = (
    "Sum up this conversation between a shop and its customer in at most five sentences for a "
    "colleague: what the customer wants, what happened, what is still open. Use only what the "
    "given texts say."
)
RELATED = ("ticket__customer", "ticket__order", "customer", "asked_by")
CUSTOMER, AGENT = Message.Author.CUSTOMER, Message.Author.AGENT
Item = dict[str, Any]


def write_summary(pk: int) -> None:
    """Make a summary that waits, unless somebody does; whatever goes wrong is on the row."""
    with held(ASSIST_LOCKS, (2 * pk + 1) % LOCK_SPACE) as mine:
        waiting = Summary.objects.pending().filter(pk=pk)
        if not mine or not waiting.update(attempts=F("attempts") + 1):
            return
        summary = Summary.objects.select_related(*RELATED).get(pk=pk)
        if summary.attempts > MAX_ATTEMPTS:
            _finish(summary, Summary.Status.FAILED, error=KILLED.format(tries=MAX_ATTEMPTS))
            return
        try:
            _make(summary)
        except Exception as error:
            # whatever happened, the page must not show a summary that is made for ever
            _finish(summary, Summary.Status.FAILED, error=describe(error))
            raise


def _make(summary: Summary) -> None:
    if summary.ticket is not None:
        items, until, generator = of_ticket(summary.ticket, summary)
    else:
        assert summary.customer is not None  # the constraint summary_of_one_record
        items, until = of_customer(summary.customer)
        generator = ""
    made = {
        "items": items,
        "covers_until_at": until,
        "made_at": timezone.now(),
        "generator": generator[:120],
        "model_version": text_reader().backbone_version,
    }
    _finish(summary, Summary.Status.DONE, **made)


def of_ticket(ticket: Ticket, summary: Summary) -> tuple[list[Item], datetime | None, str]:
    """The items of a ticket, the time of its latest message, and the generator if one wrote
    them.
    """
    latest = ticket.messages.public().select_related("author").order_by("-sent_at", "-id")
    messages = list(latest[:MOST_MESSAGES])[::-1]
    messages = [one for one in messages if one.author_kind != Message.Author.SYSTEM]
    opening = ticket.messages.public().select_related("author").opening_of([ticket.pk]).first()
    if opening is not None and opening.pk not in {one.pk for one in messages}:
        messages.insert(0, opening)
    until = ticket.messages.public().order_by("-sent_at").values_list("sent_at", flat=True).first()
    written, generator = _generated(messages, summary)
    items = written or extracted(messages)
    return [one | {"source": "ticket", "source_id": ticket.pk} for one in items], until, generator


def extracted(messages: Sequence[Message]) -> list[Item]:
    """Verbatim sentences: what is wanted, what matters, where it stands, what was promised."""
    said = sentences_in([(one.pk, one.body, one.is_read) for one in messages])
    vectors = embedded(said)
    first = next((one.pk for one in messages if one.is_read), None)
    opening = [n for n, one in enumerate(said) if one.of == first]
    wish = wish_of([said[n] for n in opening], vectors[opening])
    chosen: list[tuple[str, int]] = []
    if wish is not None:
        chosen.append((Summary.Item.WISH, opening[wish]))
    chosen += _key(said, vectors, {n for _, n in chosen})
    chosen += [(Summary.Item.PROMISE, n) for n in open_promises(said, vectors)[-MOST_PROMISES:]]
    items = [_sentence(kind, said[n]) for kind, n in chosen]
    return _with_state(items, messages, said)


def of_customer(customer: Customer) -> tuple[list[Item], datetime | None]:
    """Key sentences of a customer's recent messages and reviews, the latest text last, and the
    time of the latest message.
    """
    rows = Message.objects.from_customers().filter(ticket__customer=customer)
    messages = list(rows.order_by("-sent_at", "-id")[:RECENT_TEXTS])[::-1]
    reviews = list(customer.reviews.order_by("-written_at", "-id")[:RECENT_TEXTS])[::-1]
    tickets = {one.pk: one.ticket_id for one in messages}
    texts = [(one.pk, one.body, True) for one in messages]
    # a review's key must not be taken for a message's
    texts += [(-one.pk, one.body, True) for one in reviews]
    said = sentences_in(texts)
    items = [
        _of_text(said[n], tickets, {one.pk: one for one in reviews})
        for n in central_ones(embedded(said), KEY_OF_CUSTOMER)
    ]
    return items, messages[-1].sent_at if messages else None


def _of_text(one: Said, tickets: dict[int, int], reviews: dict[int, Review]) -> Item:
    if one.of > 0:
        where: Item = {"source": "ticket", "source_id": tickets[one.of]}
        return _sentence(Summary.Item.KEY, one) | where
    review = reviews[-one.of]
    where = {"source": "review", "source_id": review.product_id}
    return _item(Summary.Item.KEY, one.text, None, CUSTOMER) | where


def _key(
    said: Sequence[Said], vectors: NDArray[np.float32], taken: set[int]
) -> list[tuple[str, int]]:
    theirs = [n for n, one in enumerate(said) if one.by_customer and n not in taken]
    best = central_ones(vectors[theirs], KEY_SENTENCES)
    return [(Summary.Item.KEY, theirs[n]) for n in best]


def _with_state(items: list[Item], messages: Sequence[Message], said: Sequence[Said]) -> list[Item]:
    """Where it stands goes by the latest message: its first sentence, unless it is told."""
    if not messages:
        return items
    latest = messages[-1]
    own = [one.text for one in said if one.of == latest.pk]
    text = own[0] if own else latest.body[:200]
    state = _item(Summary.Item.STATE, text, latest.pk, latest.author_kind)
    last = [one for one in items if one["kind"] == Summary.Item.PROMISE]
    rest = [one for one in items if one["kind"] != Summary.Item.PROMISE and one["text"] != text]
    return [*rest, state, *last]


def _generated(messages: Sequence[Message], summary: Summary) -> tuple[list[Item], str]:
    texts = [one.body[:LONGEST_MESSAGE] for one in messages[-TOLD_TO_GENERATOR:]]
    assert summary.ticket is not None  # customers' summaries are not generated
    known = known_of(summary.ticket, messages, [summary.asked_by])
    written = generate(
        *("summary", INSTRUCTIONS, texts),
        user=summary.asked_by,
        known=known,
        fields=("messages",),
        customer=summary.ticket.customer,
    )
    if written is None:
        return [], ""
    told = attributed(written.text, messages, _records_of(summary.ticket), INSTRUCTIONS)
    items = [_item(Summary.Item.TOLD, one.text, one.message, one.by) for one in told]
    return items, written.generator if items else ""


def _records_of(ticket: Ticket) -> list[str]:
    """What the shop's records say of the ticket's order, where it is this customer's."""
    order = ticket.order
    if order is None or order.customer_id != ticket.customer_id:
        return []
    lines = order.lines.filter(product__isnull=False).order_by("position")
    return order_facts(order, list(lines.values_list("product__name", flat=True)))


def _item(kind: str, text: str, message: int | None, by: str) -> Item:
    return {"kind": str(kind), "text": text, "message": message, "by": str(by)}


def _sentence(kind: str, said: Said) -> Item:
    """A verbatim sentence of a message."""
    return _item(kind, said.text, said.of, CUSTOMER if said.by_customer else AGENT)


def _finish(summary: Summary, status: str, **columns: Any) -> None:
    waiting = Summary.objects.pending().filter(pk=summary.pk)
    waiting.update(status=status, **columns)
