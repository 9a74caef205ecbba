"""Asking: a question becomes a row, and a worker is rung for."""

from __future__ import annotations

import time

from django.conf import settings
from django.db import connection

from customers.asking.text import clean_question
from customers.models import Customer, Question, Ticket, User

POLL_SECONDS = 0.01
CHANNELS_OF_STAFF = (Question.Channel.STAFF, Question.Channel.API)


def ask(
    text: str,
    *,
    channel: str,
    user: User | None = None,
    customer: Customer | None = None,
    ticket: Ticket | None = None,
    page: str = "",
) -> Question:
    """A new question, which a worker answers. Raises ValidationError as `clean_question`.

    `customer` is the asker and must have been verified by the caller. Whoever asks inside a
    ticket asks about its customer. What may be read is decided here: people of the shop read
    what is for staff, everybody else what is public.
    """
    if ticket is not None:
        customer = ticket.customer
    by_staff = user is not None and channel in CHANNELS_OF_STAFF and user.is_staff_member
    question: Question = Question.objects.ask(
        text=clean_question(text),
        channel=channel,
        user=user,
        customer=customer,
        ticket=ticket,
        by_staff=by_staff,
        page=page[:300],
    )
    return question


def wait_for_answer(question: Question, seconds: float | None = None) -> Question:
    """The question once a worker is done with it, or as it stands after `seconds`
    (`ASK_WAIT_SECONDS` where none are given), so that a quick answer needs no second request.
    """
    patience = settings.ASK_WAIT_SECONDS if seconds is None else seconds
    deadline = time.monotonic() + patience
    waiting = Question.objects.pending().filter(pk=question.pk)
    if connection.in_atomic_block and patience:
        return question  # nobody sees an uncommitted row
    while not question.is_finished and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
        if not waiting.exists():
            question.refresh_from_db()
    return question
