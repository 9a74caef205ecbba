"""The kinds of proposals: what each is about, what it depends on, how it reads, what it does.

A kind does what a screen does, by the very same function, for the person who confirms it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from customers.models import JournalEntry, Proposal, User
from customers.proposals import on_customers, on_orders, on_tickets
from customers.proposals.lines import Line

Kinds = Proposal.Kind


@dataclass(frozen=True)
class Kind:
    """`about` names the records that a proposal of the kind names (the first that is given
    counts where `is_either`), `needs` the arguments that it must have and `takes` those that it
    may have. `depends` are the parts of the state that must still be as they were shown.
    """

    about: tuple[str, ...]
    says: str
    state: Callable[[Proposal], dict[str, Any]]
    lines: Callable[[Proposal], list[Line]]
    do: Callable[[Proposal, User, Mapping[str, Any]], JournalEntry | None]
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    depends: tuple[str, ...] = ()
    is_either: bool = False

    @property
    def arguments(self) -> tuple[str, ...]:
        """All arguments that it knows."""
        return (*self.needs, *self.takes)


KINDS: Mapping[str, Kind] = {
    Kinds.REPLY: Kind(
        ("ticket",),
        "Answer the customer. A person of the shop reads the text, may change it, and sends it.",
        on_tickets.state,
        on_tickets.reply_lines,
        on_tickets.reply,
        needs=("body",),
        takes=("then",),
        depends=("seen", "version"),
    ),
    Kinds.NOTE: Kind(
        ("ticket",),
        "Add a note to the ticket that only the people of the shop read.",
        on_tickets.state,
        on_tickets.note_lines,
        on_tickets.note,
        needs=("body",),
    ),
    Kinds.TICKET: Kind(
        ("ticket",),
        "Change a ticket's status, priority, assignee, team or tags. Name at least one of them.",
        on_tickets.state,
        on_tickets.change_lines,
        on_tickets.change,
        takes=("new_status", "priority", "assignee", "team", "add_tags", "remove_tags"),
        depends=("version",),
    ),
    Kinds.LABEL: Kind(
        ("ticket", "customer"),
        "Say that another label is right than the model's: intent, priority or sentiment (of a "
        "message) of a ticket, segment of a customer. It trains the models once confirmed.",
        on_customers.label_state,
        on_customers.label_lines,
        on_customers.label,
        needs=("task", "label"),
        takes=("message",),
        depends=("label", "version"),
        is_either=True,
    ),
    Kinds.CUSTOMER_TAGS: Kind(
        ("customer",),
        "Give a customer tags, or take some away.",
        on_customers.tags_state,
        on_customers.tags_lines,
        on_customers.change_tags,
        takes=("add_tags", "remove_tags"),
        depends=("tags",),
    ),
    Kinds.TASK: Kind(
        ("ticket", "customer"),
        "Have somebody of the shop do something about a ticket or a customer.",
        on_customers.no_state,
        on_customers.task_lines,
        on_customers.make_task,
        needs=("title",),
        takes=("due_on", "assignee"),
        is_either=True,
    ),
    Kinds.REFUND: Kind(
        ("ticket", "order"),
        "Pay back a sum of an order of the ticket's customer.",
        on_orders.state,
        on_orders.refund_lines,
        on_orders.refund,
        needs=("amount",),
        depends=("order",),
    ),
    Kinds.CANCEL_ORDER: Kind(
        ("ticket", "order"),
        "Cancel an order of the ticket's customer that was not sent; what was paid goes back.",
        on_orders.state,
        on_orders.cancel_lines,
        on_orders.cancel,
        depends=("order",),
    ),
    Kinds.RETURN: Kind(
        ("ticket", "order"),
        "Note that goods of an order come back, by the positions of its lines.",
        on_orders.state,
        on_orders.return_lines,
        on_orders.ask_return,
        needs=("units", "return_reason"),
        depends=("order",),
    ),
}


def kind_of(proposal: Proposal) -> Kind:
    """The kind of a proposal."""
    return KINDS[proposal.kind]
