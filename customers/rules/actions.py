"""What rules do to a ticket: each action by its name, what it takes, and how it is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.assignment.strategies import STRATEGIES, assign
from customers.audiences.operands import shown
from customers.desk.verbs import save_columns
from customers.journal.recording import Journal
from customers.macros import render, unfilled
from customers.models import Draft, Macro, Message, Notice, Rule, Team, Ticket, User
from customers.rules.ticket_fields import staff_choices, team_choices
from customers.sla.watch import tell

MOST_ACTIONS = 10
MOST_TEXT = 5000
MOST_TAGS = 20
NOBODY = "none"


class BadActions(ValueError):
    """Actions that cannot be taken; `problems` gives place and reason."""

    def __init__(self, problems: Mapping[int, str]) -> None:
        super().__init__("; ".join(f"{place}: {why}" for place, why in problems.items()))
        self.problems = problems


class NotDone(Exception):
    """Why an action could not be done now."""


@dataclass(frozen=True, slots=True)
class Doing:
    """A rule that is applied to a ticket, and the journal of it."""

    rule: Rule
    ticket: Ticket
    journal: Journal


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that a rule can do. `choices` are what it takes; without them a text, that is
    `long` or one line.
    """

    label: Any
    do: Callable[[Doing, str], None]
    choices: Callable[[], Iterable[tuple[str, Any]]] | None = None
    long: bool = False


def set_status(doing: Doing, status: str) -> None:
    """Move the ticket to another status."""
    if doing.ticket.status != status:
        doing.ticket.set_status(status)


def set_priority(doing: Doing, priority: str) -> None:
    """Decide the priority, by nobody; what a person decided stays."""
    ticket = doing.ticket
    if ticket.priority_set_by_id is None and ticket.priority != priority:
        save_columns(ticket, priority=priority, priority_set_at=timezone.now())


def set_team(doing: Doing, team: str) -> None:
    """Put it into a team's queue."""
    save_columns(doing.ticket, team=_existing(Team.objects.all(), team))


def set_assignee(doing: Doing, user: str) -> None:
    """Give it to somebody, or to nobody."""
    save_columns(doing.ticket, assignee=_existing(User.objects.filter(is_active=True), user))


def add_tags(doing: Doing, tags: str) -> None:
    """Give it these tags beside those that it has."""
    save_columns(doing.ticket, tags=sorted({*doing.ticket.tags, *tags_of(tags)})[:MOST_TAGS])


def remove_tags(doing: Doing, tags: str) -> None:
    """Take these tags away."""
    gone = set(tags_of(tags))
    save_columns(doing.ticket, tags=[tag for tag in doing.ticket.tags if tag not in gone])


def add_note(doing: Doing, text: str) -> None:
    """Write an internal note."""
    _write(doing, text, author_kind=Message.Author.SYSTEM, is_internal=True)


def reply(doing: Doing, macro_pk: str) -> None:
    """Answer with a macro: as a suggestion for the agent, and to the customer only where the
    rule may send and nothing is left to fill in.
    """
    macro = _existing(Macro.objects.active(), macro_pk)
    if macro is None:
        raise NotDone(_("The macro is gone or switched off."))
    writer = doing.ticket.assignee or User(username=settings.SHOP_NAME)
    text = render(macro, doing.ticket, writer).text
    if doing.rule.may_send and not unfilled(text):
        _write(doing, text, author_kind=Message.Author.AGENT)
        return
    Draft.objects.create(
        ticket=doing.ticket,
        status=Draft.Status.OFFERED,
        text=text,
        origin=Draft.Origin.MACRO,
        note=_("Suggested by the rule %(name)s.") % {"name": doing.rule.name},
        sources=[{"kind": "macro", "id": macro.pk, "title": macro.name, "quote": ""}],
        offered_at=timezone.now(),
    )


def notify(doing: Doing, user: str) -> None:
    """Tell somebody, or whoever has the ticket."""
    text = doing.rule.name
    if user == "assignee":
        tell([doing.ticket], Notice.Kind.RULE, text)
    elif found := _existing(User.objects.filter(is_active=True), user):
        Notice.objects.create(user=found, ticket=doing.ticket, kind=Notice.Kind.RULE, text=text)


def give(doing: Doing, strategy: str) -> None:
    """Give it to one of its team, unless somebody has it."""
    if doing.ticket.assignee_id is None and assign(doing.ticket, strategy) is None:
        raise NotDone(_("Nobody of the team can take it."))


def _write(doing: Doing, text: str, **columns: Any) -> None:
    message = doing.ticket.add_message(text, **columns)
    doing.journal.made(Message.objects.filter(pk=message.pk))


def _existing(rows: Any, key: str) -> Any:
    if key == NOBODY:
        return None
    found = rows.filter(pk=int(key)).first() if key.isdecimal() else None
    if found is None:
        raise NotDone(_("What the rule names is gone."))
    return found


def tags_of(text: str) -> list[str]:
    """The tags in a text with commas between: small letters, each once."""
    said = (" ".join(part.lower().split())[:40] for part in text.replace("，", ",").split(","))
    return list(dict.fromkeys(tag for tag in said if tag))


def _or_nobody(choices: Callable[[], Iterable[tuple[str, Any]]]) -> Any:
    return lambda: [(NOBODY, gettext_lazy("nobody")), *choices()]


def _told() -> list[tuple[str, Any]]:
    return [("assignee", gettext_lazy("whoever has the ticket, or its team")), *staff_choices()]


def _macros() -> list[tuple[str, str]]:
    return [(str(macro.pk), macro.name) for macro in Macro.objects.active().order_by("name")]


ACTIONS: Mapping[str, Action] = {
    "status": Action(gettext_lazy("set status"), set_status, lambda: Ticket.Status.choices),
    "priority": Action(gettext_lazy("set priority"), set_priority, lambda: Ticket.Priority.choices),
    "team": Action(gettext_lazy("set team"), set_team, _or_nobody(team_choices)),
    "assignee": Action(gettext_lazy("give to"), set_assignee, _or_nobody(staff_choices)),
    "assign": Action(
        gettext_lazy("give to one of the team"),
        give,
        lambda: [(name, label) for name, (label, _rank) in STRATEGIES.items()],
    ),
    "add_tags": Action(gettext_lazy("add tags"), add_tags),
    "remove_tags": Action(gettext_lazy("remove tags"), remove_tags),
    "note": Action(gettext_lazy("write an internal note"), add_note, long=True),
    "reply": Action(gettext_lazy("reply with the macro"), reply, _macros),
    "notify": Action(gettext_lazy("tell"), notify, _told),
}


def checked_actions(raw: Any) -> list[dict[str, str]]:
    """Actions as they may be stored; raises BadActions with all that is wrong."""
    if not isinstance(raw, list) or not raw:
        raise BadActions({0: _("Give at least one action.")})
    if len(raw) > MOST_ACTIONS:
        raise BadActions({0: _("There are more than %(n)s actions.") % {"n": MOST_ACTIONS}})
    problems = {place: why for place, one in enumerate(raw) if (why := _wrong(one))}
    if problems:
        raise BadActions(problems)
    return [{"do": one["do"], "value": str(one["value"]).strip()} for one in raw]


def _wrong(one: Any) -> str:
    if not isinstance(one, dict) or one.get("do") not in ACTIONS:
        allowed = ", ".join(ACTIONS)
        said = {"found": shown(one.get("do") if isinstance(one, dict) else one), "allowed": allowed}
        return _("There is no action %(found)s. Allowed: %(allowed)s.") % said
    action, value = ACTIONS[one["do"]], str(one.get("value") or "").strip()
    if not value:
        return _("Choose a value.") if action.choices else _("Give a text.")
    if "\x00" in value or len(value) > MOST_TEXT:
        return _("A text has at most %(n)s characters.") % {"n": MOST_TEXT}
    if action.choices and value not in {str(key) for key, _label in action.choices()}:
        return _("There is no %(found)s here any more.") % {"found": shown(value)}
    return ""


def in_words(actions: Any, known: dict[str, dict[str, str]] | None = None) -> list[str]:
    """Each action as people read it. `known` keeps the names of choices from one call to the
    next.
    """
    told, known = [], {} if known is None else known
    for one in actions if isinstance(actions, list) else []:
        action = ACTIONS.get(one.get("do"))
        if action is None:
            continue
        if one["do"] not in known:
            choices = action.choices() if action.choices else ()
            known[one["do"]] = {str(key): str(label) for key, label in choices}
        value = known[one["do"]].get(one["value"], shown(one["value"]))
        told.append(_("%(what)s: %(value)s") % {"what": action.label, "value": value})
    return told
