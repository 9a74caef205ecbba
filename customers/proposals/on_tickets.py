"""Proposals about a ticket: replies, notes, and changes of its columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _

from customers.desk import replying, verbs
from customers.desk.acting import Stale
from customers.desk.people import colleagues
from customers.models import JournalEntry, Message, Proposal, Team, Ticket, User
from customers.proposals.lines import Line, Overtaken, Refused

NOTHING = "–"


def state(proposal: Proposal) -> dict[str, Any]:
    """The ticket's version, and its latest message (0 for none), as they were loaded."""
    ticket = _ticket(proposal)
    if not hasattr(proposal, "latest_message"):
        proposal.latest_message = latest_messages([ticket.pk]).get(ticket.pk, 0)
    return {"version": ticket.version, "seen": proposal.latest_message}


def latest_messages(tickets: Iterable[int]) -> dict[int, int]:
    """The latest message of each of these tickets that has one."""
    rows = Message.objects.filter(ticket__in=tickets).order_by().values("ticket")
    return dict(rows.annotate(latest=Max("pk")).values_list("ticket", "latest"))


def reply_lines(proposal: Proposal) -> list[Line]:
    """The text, and the status that the ticket goes to with it."""
    ticket, then = _ticket(proposal), proposal.arguments.get("then", "")
    lines = [Line(_("Reply"), "", proposal.arguments.get("body", ""), is_text=True)]
    return lines + ([_status_line(ticket, then)] if then else [])


def note_lines(proposal: Proposal) -> list[Line]:
    """The text."""
    return [Line(_("Note"), "", proposal.arguments.get("body", ""), is_text=True)]


def reply(proposal: Proposal, by: User, shown: Mapping[str, Any]) -> None:
    """Send the reply, in the name of the person who confirms it."""
    _answer(proposal, by, shown, is_internal=False)


def note(proposal: Proposal, by: User, shown: Mapping[str, Any]) -> None:
    """Add the note."""
    _answer(proposal, by, shown, is_internal=True)


def _answer(proposal: Proposal, by: User, shown: Mapping[str, Any], *, is_internal: bool) -> None:
    said = replying.Answer(
        body=proposal.arguments["body"],
        seen=shown["seen"],
        version=shown["version"],
        is_internal=is_internal,
        then=proposal.arguments.get("then", ""),
    )
    try:
        replying.answer(_ticket(proposal), said, by=by)
    except (replying.SaidSince, Stale) as error:
        raise Overtaken from error


def change_lines(proposal: Proposal) -> list[Line]:
    """Each column that would change."""
    ticket, said = _ticket(proposal), proposal.arguments
    lines = [_status_line(ticket, said["new_status"])] if "new_status" in said else []
    if "priority" in said:
        names = dict(Ticket.Priority.choices)
        before = ticket.get_priority_display()
        lines.append(Line(_("Priority"), before, str(names[said["priority"]])))
    if "assignee" in said:
        before = str(ticket.assignee or NOTHING)
        lines.append(Line(_("Assignee"), before, said["assignee"] or NOTHING))
    if "team" in said:
        lines.append(Line(_("Team"), str(ticket.team or NOTHING), said["team"] or NOTHING))
    if "add_tags" in said or "remove_tags" in said:
        lines.append(tags_line(ticket.tags, said))
    return lines


def change(proposal: Proposal, by: User, shown: Mapping[str, Any]) -> JournalEntry:
    """Change the columns."""
    return change_columns(proposal, wanted_of(proposal.arguments), by, shown)


def change_columns(
    proposal: Proposal, wanted: Mapping[str, Any], by: User, shown: Mapping[str, Any]
) -> JournalEntry:
    """Set what is wanted, by the names of `verbs.VERBS`, on the ticket as it was shown."""
    pk = _ticket(proposal).pk
    try:
        return verbs.change([pk], wanted, by=by, versions={pk: shown["version"]})
    except Stale as error:
        raise Overtaken from error


def wanted_of(said: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments by the names of `verbs.VERBS`. Raises Refused for who or what is not there."""
    names = ("priority", "add_tags", "remove_tags")
    wanted = {name: said[name] for name in names if name in said}
    if "new_status" in said:
        wanted["status"] = said["new_status"]
    if "assignee" in said:
        wanted["assignee"] = colleague(said["assignee"])
    if "team" in said:
        team = Team.objects.filter(name=said["team"]).first() if said["team"] else None
        if said["team"] and team is None:
            raise Refused(_("There is no team called %(name)s.") % {"name": said["team"]})
        wanted["team"] = team
    return wanted


def colleague(username: str) -> User | None:
    """The person of the shop with this login; None for nobody. Raises Refused for no such."""
    if not username:
        return None
    found = colleagues().filter(username=username).first()
    if found is None:
        raise Refused(_("Nobody here has the login %(name)s.") % {"name": username})
    return found


def tags_line(tags: list[str], said: Mapping[str, Any]) -> Line:
    """Tags before and after."""
    gone = set(verbs.cleaned_tags(said.get("remove_tags", ())))
    after = verbs.cleaned_tags([*tags, *said.get("add_tags", ())])
    left = [tag for tag in after if tag not in gone]
    return Line(_("Tags"), ", ".join(tags) or NOTHING, ", ".join(left) or NOTHING)


def _status_line(ticket: Ticket, then: str) -> Line:
    names = dict(Ticket.Status.choices)
    return Line(_("Status"), str(names[ticket.status]), str(names[then]))


def _ticket(proposal: Proposal) -> Ticket:
    assert proposal.ticket is not None
    return proposal.ticket
