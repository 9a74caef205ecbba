"""A question about the asker's own records, answered from them, or with who must be known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from customers.asking.facts import orders, wording
from customers.asking.facts.patterns import Fact, Wish, wish_of
from customers.models import Order, Question

INTERFACE_LANGUAGES = {"zh": "zh-hans"}  # the rest is told in English


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer from records: its text, the evidence (records and their fields) and the wish
    that was read in the question. `needs_identity`: it cannot be told to an unknown asker.
    """

    fact: Fact
    text: str
    evidence: tuple[dict[str, Any], ...] = ()
    needs_identity: bool = False


def answer_from_records(question: Question, language: str) -> Answered | None:
    """The answer in `language` ("zh" or English); None when the question is not about records.

    An order that does not exist and one that is somebody else's get the same answer.
    """
    wish = wish_of(question.text)
    if wish is None:
        return None
    with translation.override(INTERFACE_LANGUAGES.get(language, "en")):
        return _answered(wish, question)


def _answered(wish: Wish, question: Question) -> Answered | None:
    if wish.fact == Fact.OTHERS:
        return _about_others(wish, question)
    if question.customer is not None:
        rows = orders.orders_of(question.customer)
    elif question.by_staff and wish.numbers:
        rows = Order.objects.visible_to(question.user)
    elif question.by_staff:
        return None  # a member of staff has no orders; the help centre may know
    else:
        text = _("I can tell you this once I know who you are.")
        return Answered(wish.fact, text, needs_identity=True)
    found = orders.orders_for(wish, rows, question.ticket)
    return _told(wish, found, question)


def _about_others(wish: Wish, question: Question) -> Answered | None:
    if question.by_staff:
        return None
    return Answered(wish.fact, _("I can tell you about orders in your own account only."))


def _told(wish: Wish, found: orders.Found, question: Question) -> Answered:
    if not found.orders:
        return Answered(wish.fact, _nothing(wish, found), tuple(_account(question)))
    sentences, evidence = [], []
    for order in found.orders:
        sentence, fields = wording.tell(wish.fact, order)
        sentences.append(sentence)
        evidence.append({"record": "order", "record_id": order.pk, "fields": list(fields)})
    if found.more:
        text = ngettext("There is %(n)s more.", "There are %(n)s more.", found.more)
        sentences.append(text % {"n": found.more})
    separator = "\n" if len(sentences) > 1 else ""
    return Answered(wish.fact, separator.join(sentences), tuple(evidence))


def _nothing(wish: Wish, found: orders.Found) -> str:
    if found.unknown:
        return _("There is no order with the number %(number)s in this account.") % {
            "number": found.unknown
        }
    if wish.fact in (Fact.RETURN, Fact.REFUND):
        return _("Our records hold no return and no refund in this account.")
    return _("There is no order in this account.")


def _account(question: Question) -> Iterator[dict[str, Any]]:
    if question.customer_id:
        yield {"record": "customer", "record_id": question.customer_id, "fields": ["orders"]}
