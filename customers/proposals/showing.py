"""Proposals as pages show them: what before, what after, and what changed meanwhile."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from customers.desk import wording
from customers.models import Message, Proposal
from customers.proposals.deciding import token_of
from customers.proposals.kinds import kind_of
from customers.proposals.lines import Line, Refused
from customers.proposals.on_tickets import latest_messages

EXCERPT = 300
WITH_TEXT = (Proposal.Kind.REPLY, Proposal.Kind.NOTE)


def dress(proposals: Sequence[Proposal]) -> None:
    """Give each its `lines`, whether it is `overtaken`, and the `token` that confirms what is
    shown; the number of queries does not depend on how many there are.
    """
    latest = latest_messages({one.ticket_id for one in proposals if one.ticket_id})
    judged = {one.arguments["message"] for one in proposals if one.arguments.get("message")}
    messages = Message.objects.in_bulk(judged)
    for one in proposals:
        one.latest_message = latest.get(one.ticket_id or 0, 0)
        if pk := one.arguments.get("message"):
            one.message = messages.get(pk)
        one.can_be_taken = one.kind in WITH_TEXT
        _dress(one)


def _dress(one: Proposal) -> None:
    kind = kind_of(one)
    try:
        one.lines, now = kind.lines(one), kind.state(one)
    except Refused as error:
        one.lines, now = [Line(str(error), "", "")], {}
    one.token = token_of(one, now)
    one.overtaken = one.is_open and one.token != token_of(one, one.base)


def differences(proposal: Proposal) -> list[Line]:
    """What changed on the record since the proposal was made, as far as it depends on it."""
    depends, base = kind_of(proposal).depends, proposal.base
    lines: list[Line] = []
    ticket = proposal.ticket
    if ticket is not None and "version" in depends and base.get("version", 0) < ticket.version:
        lines += [
            Line(one.what, one.before, one.after, who=one.who, at=one.at)
            for one in wording.since(ticket, base.get("version", 0))
        ]
    if ticket is not None and "seen" in depends:
        lines += [
            Line(_("Message"), "", one.body[:EXCERPT], True, str(one.author or ""), one.sent_at)
            for one in wording.said_since(ticket, base.get("seen", 0))
        ]
    return lines or [Line(_("The record"), "", _("changed since it was proposed"))]
