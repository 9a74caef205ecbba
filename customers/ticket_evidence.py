"""Which words of a conversation moved what models say of the ticket, task by task."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from customers.models import Message, Ticket

TASKS = {"sentiment": _("Sentiment"), "intent": _("Intent"), "priority": _("Priority")}
DEFAULT = "sentiment"


@dataclass(frozen=True, slots=True)
class TicketEvidence:
    """The evidence about one task: `items` are the words of the prediction that counts,
    `subject` those that may stand in the subject. Each message of the conversation has
    its own as `evidence`, counted from `evidence_offset` characters before its body.
    """

    task: str
    items: list[dict[str, Any]]
    subject: list[dict[str, Any]]


def evidence_of(task: str | None, ticket: Ticket, conversation: Sequence[Message]) -> Any:
    """The evidence about `task` (one of `TASKS`, else the default), marked on `conversation`."""
    chosen = task if task in TASKS else DEFAULT
    said = [message for message in conversation if message.is_read]
    opening = said[0] if said else None
    for message in conversation:
        detail = _detail(chosen, ticket, message, opening=message is opening)
        message.evidence = detail.get("evidence", [])  # type: ignore[attr-defined]
        # The opening message was read with the subject and a line break before it.
        offset = len(ticket.subject) + 1 if message is opening else 0
        message.evidence_offset = offset  # type: ignore[attr-defined]
    read = [message for message in said if message.evidence]  # type: ignore[attr-defined]
    return TicketEvidence(
        chosen,
        read[-1].evidence if read else [],  # type: ignore[attr-defined]
        opening.evidence if opening else [],  # type: ignore[attr-defined]
    )


def _detail(task: str, ticket: Ticket, message: Message, *, opening: bool) -> dict[str, Any]:
    """What was read about the task in this message; of intent and priority only the
    opening one tells.
    """
    if task == "sentiment":
        return message.sentiment_detail
    return getattr(ticket, f"{task}_detail") if opening else {}
