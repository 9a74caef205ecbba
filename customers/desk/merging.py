"""Two tickets about one matter become one; one about two matters becomes two. Both undone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _

from customers.desk import verbs
from customers.desk.acting import Act, acting
from customers.models import JournalEntry, Message, Ticket, User

MOST_LINKS = 20
MOST_SUBJECT = 300


class CannotMerge(ValueError):
    """Why two tickets cannot be merged, or a ticket not be split, for people."""


def leading(ticket: Ticket) -> Ticket:
    """The ticket that goes on where this one was merged: itself where it was not."""
    for _step in range(MOST_LINKS):
        if ticket.merged_into is None:
            break
        ticket = ticket.merged_into
    return ticket


def merge(
    source: Ticket, target: Ticket, *, by: User, versions: Mapping[int, int] | None = None
) -> JournalEntry:
    """Move the messages of `source` to `target`, which goes on; `source` is closed and leads
    there. Raises CannotMerge where that makes no sense, and `Stale`.
    """
    if source.pk == target.pk:
        raise CannotMerge(_("A ticket cannot be merged into itself."))
    with acting(
        [source.pk, target.pk],
        by=by,
        kind=JournalEntry.Kind.MERGED,
        note=f"#{source.pk} → #{target.pk}",
        versions=versions,
    ) as act:
        rows = {ticket.pk: ticket for ticket in act.tickets}
        gone, lead = rows[source.pk], rows[target.pk]
        if gone.merged_into_id or lead.merged_into_id:
            raise CannotMerge(_("One of the two was merged before."))
        _move(act, gone.messages.all(), gone, lead)
        gone.merged_into = lead
        gone.save(update_fields=["merged_into", "updated_at"])
        verbs.set_status(gone, Ticket.Status.CLOSED, by)
        _note(act, gone, _("Merged into #%(pk)s: %(subject)s") % _named(lead))
        _note(act, lead, _("#%(pk)s was merged into this ticket: %(subject)s") % _named(gone))
        act.touch(lead)
    return act.entry


def split(
    ticket: Ticket,
    message_pks: Iterable[int],
    *,
    subject: str,
    by: User,
    versions: Mapping[int, int] | None = None,
) -> tuple[Ticket, JournalEntry]:
    """Move messages to a new ticket of the same customer; the new ticket, and the entry that
    undoes it. Raises CannotMerge where nothing would move or nothing stay, and `Stale`.
    """
    with acting(
        [ticket.pk],
        by=by,
        kind=JournalEntry.Kind.SPLIT,
        note=f"#{ticket.pk}",
        versions=versions,
    ) as act:
        row = act.tickets[0]
        moving = row.messages.filter(pk__in=list(message_pks))
        _refuse_empty(row, moving)
        new = _like(row, subject.strip() or row.subject, moving)
        act.journal.made(Ticket.objects.filter(pk=new.pk))
        _move(act, moving, row, new)
        _note(act, row, _("Split off to #%(pk)s: %(subject)s") % _named(new))
        _note(act, new, _("Split off from #%(pk)s: %(subject)s") % _named(row))
        act.touch(row)
    return new, act.entry


def _refuse_empty(ticket: Ticket, moving: object) -> None:
    said = ticket.messages.exclude(author_kind=Message.Author.SYSTEM)
    moved = said.filter(pk__in=moving.values("pk")).count()  # type: ignore[attr-defined]
    if not moved:
        raise CannotMerge(_("Choose the messages that move to the new ticket."))
    if moved == said.count():
        raise CannotMerge(_("One message has to stay."))


def _like(ticket: Ticket, subject: str, moving: object) -> Ticket:
    first = moving.order_by("sent_at", "id").first()  # type: ignore[attr-defined]
    return Ticket.objects.create(
        customer=ticket.customer,
        order=ticket.order,
        subject=subject[:MOST_SUBJECT],
        channel=ticket.channel,
        team=ticket.team,
        assignee=ticket.assignee,
        kind=ticket.kind,
        opened_at=first.sent_at,
    )


def _move(act: Act, messages: object, source: Ticket, target: Ticket) -> None:
    """Move messages; both tickets are as their messages say afterwards, and the opening of
    each is read again by models, as it is another one now.
    """
    with act.journal.watching(messages, "ticket") as pks:  # type: ignore[arg-type]
        Message.objects.filter(pk__in=pks).update(ticket=target)
    Ticket.objects.follow_messages([source.pk, target.pk])
    Message.objects.opening_of([source.pk, target.pk]).request_analysis()


def _note(act: Act, ticket: Ticket, text: str) -> None:
    """A system note, for staff alone; it goes with an undo."""
    note = Message.objects.create(
        ticket=ticket, body=text, author_kind=Message.Author.SYSTEM, is_internal=True
    )
    act.journal.made(Message.objects.filter(pk=note.pk))


def _named(ticket: Ticket) -> dict[str, object]:
    return {"pk": ticket.pk, "subject": ticket.subject}
