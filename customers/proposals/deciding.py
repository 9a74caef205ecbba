"""From a proposal to an act: made once, shown with what changed since, confirmed or declined."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from customers.desk import typed
from customers.models import ApiKey, JournalEntry, Proposal, User
from customers.models.proposal import WAITS_FOR
from customers.proposals.kinds import kind_of
from customers.proposals.lines import Overtaken, Refused

MOST_WAITING = 500  # of one key: an agent that ran wild fills no list


def propose(key: ApiKey, columns: Mapping[str, Any]) -> tuple[Proposal, bool]:
    """The proposal of a key, and whether it is new: the same act is proposed once while it
    waits. `columns` are its kind, records, arguments and reason. Raises Refused for one too many.
    """
    proposal = Proposal(key=key, owner=key.owner, **columns)
    proposal.fingerprint = _digest([proposal.kind, *_records(proposal), proposal.arguments])
    proposal.base = kind_of(proposal).state(proposal)
    proposal.expires_at = timezone.now() + WAITS_FOR
    own = Proposal.objects.filter(key=key)
    own.filter(fingerprint=proposal.fingerprint).expire()
    if known := own.waiting().filter(fingerprint=proposal.fingerprint).first():
        return known, False
    if own.waiting().count() >= MOST_WAITING:
        said = _("%(n)s proposals of this key wait already; have them decided first.")
        raise Refused(said % {"n": MOST_WAITING})
    try:
        with transaction.atomic():
            proposal.save(force_insert=True)
    except IntegrityError:  # the same at the same time
        return own.waiting().get(fingerprint=proposal.fingerprint), False
    return proposal, True


def token_of(proposal: Proposal, state: Mapping[str, Any]) -> str:
    """What a form carries, so that it confirms what was shown and nothing else."""
    return _digest({name: state.get(name) for name in kind_of(proposal).depends})[:32]


def confirm(proposal: Proposal, *, by: User, token: str) -> JournalEntry | None:
    """Do what is proposed, for the person who confirms it, and give its entry of the journal.

    Raises Overtaken when the record is not as it was shown (`token`), Refused when it cannot be
    done or was decided already; then nothing is done.
    """
    try:
        with transaction.atomic():
            row = _locked(proposal)
            kind, shown = kind_of(row), kind_of(row).state(row)
            if token_of(row, shown) != token:
                raise Overtaken
            entry = kind.do(row, by, shown)
            kept = entry if entry is not None and entry.pk else None
            row.close(Proposal.Status.CONFIRMED, by=by, entry=kept)
    except Overtaken:
        waiting = Proposal.objects.filter(pk=proposal.pk, status__in=Proposal.OPEN)
        waiting.update(status=Proposal.Status.STALE)
        raise
    return kept


def decline(proposal: Proposal, *, by: User, why: str = "") -> None:
    """Say no. Raises Refused when it was decided already."""
    with transaction.atomic():
        _locked(proposal).close(Proposal.Status.DECLINED, by=by, outcome=why)


def take(proposal: Proposal, *, by: User) -> None:
    """Put the proposed text into the person's reply box, to be changed and sent by them. Raises
    Refused when it was decided already.
    """
    with transaction.atomic():
        row = _locked(proposal)
        assert row.ticket is not None
        is_note = row.kind == Proposal.Kind.NOTE
        typed.keep(row.ticket, by, row.arguments["body"], is_internal=is_note)
        row.close(Proposal.Status.CONFIRMED, by=by, outcome=_("Taken into the reply box."))


def _locked(proposal: Proposal) -> Proposal:
    rows = Proposal.objects.for_rows().order_by()
    row: Proposal = rows.select_for_update(of=("self",)).get(pk=proposal.pk)
    if not row.is_open:
        raise Refused(_("It was decided already, or its time is over."))
    return row


def _records(proposal: Proposal) -> list[int | None]:
    return [proposal.ticket_id, proposal.customer_id, proposal.order_id]


def _digest(told: Any) -> str:
    text = json.dumps(told, sort_keys=True, cls=DjangoJSONEncoder)
    return hashlib.sha256(text.encode()).hexdigest()
