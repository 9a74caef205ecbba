"""Asking the rules: about the tickets that wait, and about what time has made due."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from customers.journal.recording import recorded
from customers.locks import held_until_commit
from customers.models import JournalEntry, Message, Rule, RuleDue, RuleRun, Ticket
from customers.rules.actions import ACTIONS, Doing, NotDone
from customers.rules.matching import failed_conditions, meets
from customers.rules.queue import at_work

logger = logging.getLogger(__name__)

# What a rule can change: the journal keeps it.
COLUMNS = (
    *("status", "priority", "priority_set_at", "team", "assignee", "tags"),
    *("last_message_at", "first_replied_at", "first_reply_minutes", "solved_at", "solve_minutes"),
)
MOST_ATTEMPTS = 3
MOST_AN_HOUR = 10  # applications to one ticket, whatever the rules
WAIT_FOR_MODELS = timedelta(minutes=2)
MOST_TIMED = 200  # tickets of one rule at one round
TIME_LOCK = 7_310_062
KEPT_NOT_MET = timedelta(days=7)
KEPT = timedelta(days=400)
Outcome = RuleRun.Outcome


def apply_pending(most: int = 500) -> int:
    """Ask the rules about the tickets that wait, each in a transaction of its own; how many
    were asked about. A ticket whose customer's messages are not read yet waits for the models,
    two minutes at most.
    """
    done = 0
    for pk in _ready().values_list("pk", flat=True)[:most]:
        done += _apply_due(pk)
    return done


def _ready() -> Any:
    unread = Message.objects.pending().filter(ticket=OuterRef("ticket"))
    patient = timezone.now() - WAIT_FOR_MODELS
    rows = RuleDue.objects.filter(attempts__lt=MOST_ATTEMPTS).order_by("asked_at", "pk")
    return rows.filter(~Exists(unread) | Q(asked_at__lte=patient))


def _apply_due(pk: int) -> bool:
    try:
        with transaction.atomic():
            rows = RuleDue.objects.select_for_update(skip_locked=True, of=("self",))
            due = rows.filter(pk=pk).first()
            if due is None:
                return False
            due.delete()
            apply_rules_to(due.ticket_id, due.trigger, due.passed_over)
        return True
    except (DatabaseError, LookupError, TypeError, ValueError) as error:  # the next one goes on
        logger.exception("The rules could not be asked about the ticket of row %s", pk)
        rows = RuleDue.objects.filter(pk=pk)
        rows.update(attempts=F("attempts") + 1, error=str(error)[:500])
        return False


def apply_rules_to(pk: int, trigger: str, passed_over: Sequence[int] = ()) -> list[RuleRun]:
    """Ask the rules of a trigger about one ticket, in their order, until one stops."""
    ticket = Ticket.objects.select_for_update(no_key=True, of=("self",)).filter(pk=pk).first()
    runs: list[RuleRun] = []
    if ticket is None:
        return runs
    with at_work(passed_over) as work:
        for rule in Rule.objects.on(trigger).exclude(pk__in=passed_over):
            run = ask_rule(rule, pk, trigger)
            runs.append(run)
            if run.outcome == Outcome.APPLIED:
                work.applied.add(rule.pk)
                if rule.stops:
                    break
    return runs


def ask_rule(rule: Rule, pk: int, trigger: str, now: datetime | None = None) -> RuleRun:
    """Ask one rule about one ticket, do what it says, and log it."""
    at = now or timezone.now()
    run = RuleRun(rule=rule, ticket_id=pk, trigger=trigger, happened_at=at)
    if not Ticket.objects.filter(meets(rule.conditions, at), pk=pk).exists():
        run.outcome, run.failed = Outcome.NOT_MET, failed_conditions(rule.conditions, pk, at)
    elif _applied_lately(pk) >= MOST_AN_HOUR:
        run.outcome = Outcome.CAPPED
    else:
        _apply(rule, run)
    run.save()
    return run


def _applied_lately(pk: int) -> int:
    since = timezone.now() - timedelta(hours=1)
    runs = RuleRun.objects.filter(ticket=pk, happened_at__gte=since, outcome=Outcome.APPLIED)
    return runs.count()


def _apply(rule: Rule, run: RuleRun) -> None:
    try:
        run.entry = _act(rule, run.ticket_id)
        run.outcome = Outcome.APPLIED
        Rule.objects.filter(pk=rule.pk).update(
            applied_count=F("applied_count") + 1, last_applied_at=run.happened_at
        )
    except NotDone as error:  # all of it or nothing
        run.outcome, run.detail = Outcome.FAILED, str(error)


def _act(rule: Rule, pk: int) -> JournalEntry | None:
    """All actions as one entry of the journal; None where they changed nothing that it keeps."""
    own = Ticket.objects.filter(pk=pk)
    with recorded(JournalEntry.Kind.RULE_APPLIED, by=None, note=rule.name) as journal:
        with journal.watching(own, *COLUMNS):
            ticket = own.select_related("customer", "order", "assignee").get()
            for one in rule.actions:
                ACTIONS[one["do"]].do(Doing(rule, ticket, journal), one["value"])
        if journal.entry.row_count:
            own.update(version=F("version") + 1)
    return journal.entry if journal.entry.pk else None


# time ------------------------------------------------------------------------------


def apply_timed(now: datetime | None = None) -> int:
    """Apply the rules of time to the tickets that meet them by now; to how many. A rule takes a
    ticket once, and again only after somebody wrote in it.
    """
    at = now or timezone.now()
    with transaction.atomic():
        if not held_until_commit(TIME_LOCK):
            return 0
        done = 0
        for rule in Rule.objects.on(Rule.Trigger.TIME):
            with at_work([rule.pk]):
                runs = [ask_rule(rule, pk, Rule.Trigger.TIME, at) for pk in _timed(rule, at)]
            done += sum(run.outcome == Outcome.APPLIED for run in runs)
        return done


def _timed(rule: Rule, now: datetime) -> list[int]:
    """Tickets that a rule of time has to take now. Those that are closed rest."""
    runs = RuleRun.objects.filter(rule=rule, ticket=OuterRef("pk"))
    taken = runs.exclude(outcome=Outcome.NOT_MET).filter(
        happened_at__gte=OuterRef("last_message_at")
    )
    rows = Ticket.objects.exclude(status=Ticket.Status.CLOSED).filter(~Exists(taken))
    rows = rows.filter(meets(rule.conditions, now)).order_by("pk")
    return list(rows.values_list("pk", flat=True)[:MOST_TIMED])


def forget_old_runs() -> int:
    """Take away old lines of the log: soon where nothing was done, later all; how many."""
    now = timezone.now()
    old = Q(outcome=Outcome.NOT_MET, happened_at__lt=now - KEPT_NOT_MET)
    return RuleRun.objects.filter(old | Q(happened_at__lt=now - KEPT)).delete()[0]
