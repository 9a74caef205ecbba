"""Proposals about a customer, and those that are about a ticket or a customer."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from customers.decisions import decide, labels_of
from customers.desk.acting import followed
from customers.desk.verbs import cleaned_tags
from customers.journal.recording import recorded, saved
from customers.models import (
    Correction,
    Customer,
    Intent,
    JournalEntry,
    Message,
    Proposal,
    Task,
    User,
)
from customers.proposals import on_tickets
from customers.proposals.lines import Line, Overtaken, Refused
from customers.templatetags.learning import label_name, task_label
from customers.templatetags.records import percent

NOTHING = on_tickets.NOTHING
Shown = Mapping[str, Any]
OF_TICKETS = ("intent", "priority")


def no_state(_proposal: Proposal) -> dict[str, Any]:
    """Nothing: it can always be done."""
    return {}


def tags_state(proposal: Proposal) -> dict[str, Any]:
    """The customer's tags."""
    return {"tags": _customer(proposal).tags}


def tags_lines(proposal: Proposal) -> list[Line]:
    """Tags before and after."""
    before = _customer(proposal).tags
    after = _tags_after(before, proposal.arguments)
    return [Line(_("Tags"), ", ".join(before) or NOTHING, ", ".join(after) or NOTHING)]


def change_tags(proposal: Proposal, by: User, shown: Shown) -> JournalEntry:
    """Give and take the tags."""
    row = (
        Customer.objects.defer("search")
        .select_for_update(of=("self",))
        .get(pk=_customer(proposal).pk)
    )
    if row.tags != shown["tags"]:
        raise Overtaken
    row.tags = _tags_after(row.tags, proposal.arguments)
    return saved(row, ["tags"], by=by)


def _tags_after(tags: list[str], said: Shown) -> list[str]:
    gone = set(cleaned_tags(said.get("remove_tags", ())))
    wanted = [*tags, *cleaned_tags(said.get("add_tags", ()))]
    return [tag for tag in dict.fromkeys(wanted) if tag not in gone]


def task_lines(proposal: Proposal) -> list[Line]:
    """What is to be done, by whom, until when."""
    said = proposal.arguments
    lines = [Line(_("Task"), "", said["title"])]
    if said.get("assignee"):
        lines.append(Line(_("Assignee"), "", said["assignee"]))
    if said.get("due_on"):
        lines.append(Line(_("Due on"), "", date_format(date.fromisoformat(said["due_on"]))))
    return lines


def make_task(proposal: Proposal, by: User, _shown: Shown) -> JournalEntry:
    """The task; it is for whoever confirms it where nobody is named."""
    said = proposal.arguments
    task = Task(
        title=said["title"],
        due_on=date.fromisoformat(said["due_on"]) if said.get("due_on") else None,
        assignee=on_tickets.colleague(said.get("assignee", "")) or by,
        ticket=proposal.ticket,
        customer=proposal.customer,
        created_by=by,
    )
    return saved(task, by=by)


def label_state(proposal: Proposal) -> dict[str, Any]:
    """What people decided so far; of a ticket its version."""
    if proposal.arguments["task"] in OF_TICKETS:
        return on_tickets.state(proposal)
    return {"label": _decided(proposal, labelled(proposal))}


def label_lines(proposal: Proposal) -> list[Line]:
    """The label that stands, with the model's probability, and the one that is said."""
    task, row = proposal.arguments["task"], labelled(proposal)
    said = getattr(row, f"{task}_detail") or {}
    before = _decided(proposal, row) or said.get("label") or ""
    told = label_name(before) if before else NOTHING
    if before and before == said.get("label") and said.get("probability") is not None:
        told = f"{told} ({percent(said['probability'])})"
    line = Line(str(task_label(task)), told, label_name(proposal.arguments["label"]))
    if isinstance(row, Message):
        return [Line(_("Message"), "", row.body, is_text=True), line]
    return [line]


def label(proposal: Proposal, by: User, shown: Shown) -> JournalEntry:
    """Decide so: by the verb of the ticket, else as staff say it with one click."""
    task, said = proposal.arguments["task"], proposal.arguments["label"]
    if said not in labels_of(task):
        raise Refused(_("There is no label %(name)s any more.") % {"name": said})
    if task in OF_TICKETS:
        value = Intent.objects.get(pk=said) if task == "intent" else said
        return on_tickets.change_columns(proposal, {task: value}, by, shown)
    row: Any = labelled(proposal)
    rows = type(row)._base_manager.filter(pk=row.pk)
    beside = {str(row._meta.model_name): row.pk}
    with recorded(JournalEntry.Kind.EDITED, by=by) as journal, ExitStack() as stack:
        locked = rows.select_for_update(of=("self",), no_key=True).get()
        if _decided(proposal, locked) != shown["label"]:
            raise Overtaken
        columns = (_column(proposal), f"{task}_set_by", f"{task}_set_at")
        stack.enter_context(followed(journal, rows, *columns))
        stack.enter_context(followed(journal, Correction.objects.filter(**beside)))
        decide(task, locked, said, by=by)
    return journal.entry


def labelled(proposal: Proposal) -> Any:
    """The row that the label is about: the ticket, a message of it, or the customer."""
    pk = proposal.arguments.get("message")
    if pk is None:
        return proposal.about
    if not hasattr(proposal, "message"):
        proposal.message = Message.objects.filter(ticket=proposal.ticket_id, pk=pk).first()
    if proposal.message is None:
        raise Refused(_("The message is gone."))
    return proposal.message


def _column(proposal: Proposal) -> str:
    task = proposal.arguments["task"]
    return "sentiment_decision" if task == "sentiment" else task


def _decided(proposal: Proposal, row: Any) -> str:
    said = getattr(row, _column(proposal))
    return getattr(said, "pk", said) or ""


def _customer(proposal: Proposal) -> Customer:
    assert proposal.customer is not None
    return proposal.customer
