"""Answering: a reply to the customer or a note for colleagues, with all that goes with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from customers.desk import presence, typed, verbs
from customers.desk.acting import acting, refuse_stale
from customers.desk.attachments import attach
from customers.desk.people import called_in
from customers.models import Macro, Message, StaffMention, Ticket, User


@dataclass(frozen=True, slots=True)
class Answer:
    """What an agent wrote. `seen` is the key of the latest message that they saw, `version` the
    ticket's when it was shown; `then` is the status that it goes to with a reply ("" for as it
    is). `draft` is the key of the suggestion that the text began from.
    """

    body: str
    seen: int
    version: int
    is_internal: bool = False
    then: str = ""
    files: Iterable[UploadedFile] = ()
    draft: int | None = None
    macro: Macro | None = None


@dataclass(slots=True)
class SaidSince(Exception):
    """Something was written in the ticket after what the agent saw, or what the answer would
    change was changed; told once, before the answer goes.
    """

    messages: list[Message] = field(default_factory=list)


def answer(ticket: Ticket, said: Answer, *, by: User) -> Message:
    """Write the answer into the ticket. Raises `SaidSince` when somebody wrote since, and
    `Stale` when it would change columns that somebody changed since; then nothing is written.
    """
    wanted = _wanted(said, by)
    note = _("note") if said.is_internal else _("reply")
    with acting([ticket.pk], by=by, note=note) as act:
        row = act.tickets[0]
        _refuse_overtaken(row, said, wanted)
        message = row.add_message(
            said.body, author_kind=Message.Author.AGENT, author=by, is_internal=said.is_internal
        )
        for file in said.files:
            attach(message, file)
        verbs.apply(row, wanted, by=by)
        _follow(row, message, said, by)
    presence.mark_read(row, by)
    presence.stopped_typing(row, by)
    typed.drop(row, by)
    return message


def _refuse_overtaken(ticket: Ticket, said: Answer, wanted: Mapping[str, Any]) -> None:
    since = ticket.messages.filter(pk__gt=said.seen).select_related("author")
    if not said.is_internal and (new := list(since.order_by("sent_at", "id"))):
        raise SaidSince(new)
    if wanted:
        refuse_stale([ticket], {ticket.pk: said.version})


def _wanted(said: Answer, by: User) -> dict[str, Any]:
    """What changes on the ticket with it: a macro's actions, then what the button says."""
    wanted = said.macro.actions(by) if said.macro else {}
    return wanted | ({"status": said.then} if said.then else {})


def _follow(ticket: Ticket, message: Message, said: Answer, by: User) -> None:
    if said.macro:
        said.macro.count_use()
    if said.is_internal:
        _call(ticket, message)
        return
    draft = ticket.drafts.filter(pk=said.draft).first() if said.draft else None
    if draft is not None:
        draft.sent_as(message, by=by)


def _call(ticket: Ticket, note: Message) -> None:
    """Whom the note calls watches the ticket from now on and finds it among their mentions."""
    called = [user for user in called_in(note.body) if user != note.author]
    ticket.watchers.add(*called)
    StaffMention.objects.bulk_create(
        [StaffMention(message=note, ticket=ticket, user=user) for user in called],
        ignore_conflicts=True,
    )
