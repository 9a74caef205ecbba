"""What needs a member of staff now: their tickets by what is due, who called them, their tasks,
and what they were told.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F
from django.utils import timezone

from customers.models import Notice, Proposal, StaffMention, Task, Ticket, TicketSla, User
from customers.paging import capped_count

MOST_TICKETS = 8
MOST_NOTICES = 8
MOST_MENTIONS = 8
MOST_TASKS = 8
BY_DUE = (F("sla__next_due_at").asc(nulls_last=True), "-last_message_at", "-pk")
MOST_WAITING = 99  # more is shown as "99+"


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the menu counts, each up to `MOST_WAITING` + 1: mentions that the user has not read,
    tasks of theirs that are due by today, and proposals of agents that wait.
    """

    mentions: int = 0
    tasks: int = 0
    proposals: int = 0


def waiting_for(user: User) -> Waiting:
    """The counts of the menu, by one statement over three partial indexes."""
    mentions = _unread(user).values("pk")[: MOST_WAITING + 1]
    tasks = _due_tasks(user).order_by().values("pk")[: MOST_WAITING + 1]
    proposals = Proposal.objects.visible_to(user).waiting().order_by().values("pk")
    found = User.objects.filter(pk=user.pk).values_list(
        ArraySubquery(mentions), ArraySubquery(tasks), ArraySubquery(proposals[: MOST_WAITING + 1])
    )
    return Waiting(*(len(keys) for keys in found[0]))


def needs_of(user: User) -> dict[str, Any]:
    """For the top of home: `my_tickets` with what is due first in front, `mentions` not read
    and `notices` not seen yet, `my_tasks` by their days, and how many tickets are late, mine
    and everybody's.
    """
    now = timezone.now()
    mine = Ticket.objects.visible_to(user).open().filter(assignee=user)
    awake = mine.exclude(snoozed_until_at__gt=now)
    related = ("customer", "intent", "suggested_intent", "sla", "rating")
    listed = awake.select_related(*related).defer("search", "customer__search")
    late = TicketSla.objects.filter(next_due_at__lt=now)
    mentions = _unread(user).select_related("ticket", "message__author")
    tasks = Task.objects.visible_to(user).open().filter(assignee=user)
    unseen = Notice.objects.filter(user=user, seen_at=None).select_related("ticket")
    return {
        "my_tickets": listed.filter(pk__in=_first_due(awake)).order_by(*BY_DUE),
        "my_count": capped_count(awake),
        "my_late_count": capped_count(late.filter(ticket__assignee=user)),
        "late_count": capped_count(late),
        "mentions": mentions.defer("ticket__search").order_by("-created_at", "-pk")[:MOST_MENTIONS],
        "my_tasks": tasks.select_related("assignee", "customer", "ticket").defer(
            "customer__search", "ticket__search"
        )[:MOST_TASKS],
        "my_task_count": capped_count(tasks),
        "notices": unseen.defer("ticket__search").order_by("-created_at")[:MOST_NOTICES],
    }


def _first_due(tickets: Any) -> list[int]:
    """The keys of those that are due first, then of the latest: each by an index of its own, for
    there is none over both that would save sorting all.
    """
    due = tickets.filter(sla__next_due_at__isnull=False).order_by(*BY_DUE)
    keys = list(due.values_list("pk", flat=True)[:MOST_TICKETS])
    rest = tickets.filter(sla__next_due_at__isnull=True).order_by("-last_message_at", "-pk")
    return keys + list(rest.values_list("pk", flat=True)[: MOST_TICKETS - len(keys)])


def mark_seen(user: User) -> None:
    """The user has seen all that they were told."""
    Notice.objects.filter(user=user, seen_at=None).update(seen_at=timezone.now())


def mark_read(user: User, mention: int | None = None) -> int:
    """The user has read where they are called: this mention, or all; how many that were."""
    unread = _unread(user)
    return (unread.filter(pk=mention) if mention else unread).update(seen_at=timezone.now())


def _unread(user: User) -> Any:
    return StaffMention.objects.filter(user=user, seen_at=None)


def _due_tasks(user: User) -> Any:
    tasks = Task.objects.visible_to(user).open()
    return tasks.filter(assignee=user, due_on__lte=timezone.localdate())
