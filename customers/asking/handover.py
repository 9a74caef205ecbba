"""Handing a question over to people: a ticket with everything that is known of it."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from customers.models import Message, Question, Ticket

SUBJECT_CHARACTERS = 140
CHANNELS = {
    Question.Channel.PORTAL: Ticket.Channel.WEB,
    Question.Channel.WIDGET: Ticket.Channel.CHAT,
    Question.Channel.API: Ticket.Channel.API,
    Question.Channel.STAFF: Ticket.Channel.WEB,
}


def hand_over(question: Question, *, name: str = "", email: str = "", note: str = "") -> Ticket:
    """The ticket that people take the question up in, made at the first call; any further
    call gives the same one, and two at once make one.

    It is the verified customer's. `name` and `email` are what an unidentified asker gives;
    nobody verified them, so the ticket is no customer's and holds them in its note. A question
    that was asked inside a ticket is handed over to that ticket. `note` is what the asker adds.
    """
    with transaction.atomic():
        # Without joins: whoever waited for the lock gets the row as it is now, but what is
        # joined to it as it was before the wait, and would make a second ticket.
        row = Question.objects.select_for_update().get(pk=question.pk)
        if row.handed_over_to is None:
            row.contact_name, row.contact_email = name[:200], email
            row.handed_over_to = row.ticket or _new_ticket(row, note)
            row.status = Question.Status.HANDED_OVER
            row.answered_at = row.answered_at or timezone.now()
            _tell_what_is_known(row.handed_over_to, row)
            names = ("contact_name", "contact_email", "handed_over_to", "status", "answered_at")
            row.save(update_fields=names)
    question.refresh_from_db()
    return row.handed_over_to


def _new_ticket(question: Question, note: str) -> Ticket:
    text = question.text
    is_long = len(text) > SUBJECT_CHARACTERS
    ticket = Ticket.objects.create(
        customer=question.customer,
        subject=text[: SUBJECT_CHARACTERS - 1] + "…" if is_long else text,
        channel=CHANNELS[Question.Channel(question.channel)],
    )
    body = "\n\n".join(part for part in (text, note) if part)
    if question.channel == Question.Channel.STAFF:
        ticket.add_message(body, author_kind=Message.Author.AGENT, author=question.user)
    else:
        ticket.add_message(body, author_kind=Message.Author.CUSTOMER)
    return ticket


def _tell_what_is_known(ticket: Ticket, question: Question) -> None:
    with translation.override(settings.LANGUAGE_CODE):
        body = "\n".join(_context(question))
    ticket.add_message(body, author_kind=Message.Author.SYSTEM, is_internal=True)


def _context(question: Question) -> Iterator[str]:
    yield _("Handed over from question %(id)s: %(text)s") % {
        "id": question.pk,
        "text": question.text,
    }
    if question.contact_email:
        contact = f"{question.contact_name} <{question.contact_email}>".strip()
        yield _("The asker says to be %(contact)s. Nobody verified this.") % {"contact": contact}
    if question.page:
        yield _("Asked on: %(page)s") % {"page": question.page}
    if question.answer:
        yield _("Answered with: %(answer)s") % {"answer": question.answer}
    if question.error:
        yield _("It could not be answered: %(error)s") % {"error": question.error}
    if question.feedback_reason:
        yield _("The asker says: %(reason)s") % {"reason": question.feedback_reason}
    if question.closest:
        yield _("Closest sources:")
        yield from (f"- {source['title']}" for source in question.closest)
