"""The queues of the inbox: which open tickets each holds, for whom, and in which order.

A new queue is one more `Queue` in `QUEUES`; what it filters and sorts by needs an index over
open tickets, as the comments of `Ticket.Meta.indexes` name them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, Func, IntegerField, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customers import paging
from customers.models import Intent, Presence, StaffMention, Team, Ticket, User
from customers.models.ticket_queryset import TicketQuerySet
from customers.sql import rows_of

MOST_COUNTED = 99  # more is shown as "99+"
LATEST = ("-last_message_at", "-id")
DEFAULT = "open"


@dataclass(frozen=True, slots=True)
class Queue:
    """A named set of tickets: `rows` narrows those that `user` may see. `counted` gives the
    tickets that its number is of, where those are fewer than it shows; `is_own_list` says that
    the tickets are kept in a table of their own, and not found by their columns.
    """

    slug: str
    name: str | Promise
    icon: str
    rows: Callable[[TicketQuerySet, User], TicketQuerySet]
    order: tuple[str, ...] = LATEST
    counted: Callable[[TicketQuerySet, User], TicketQuerySet] | None = None
    is_own_list: bool = False

    @property
    def count_order(self) -> tuple[str, ...]:
        """The order to count in: that of its index, where it has one."""
        return () if self.is_own_list else self.order


@dataclass(frozen=True, slots=True)
class CountedQueue:
    """A queue as its link shows it; `count` is up to `MOST_COUNTED` + 1."""

    queue: Queue
    count: int

    @property
    def shown(self) -> str:
        """The number beside the name."""
        return f"{MOST_COUNTED}+" if self.count > MOST_COUNTED else str(self.count or "")


@dataclass(frozen=True, slots=True)
class Group:
    """Queues under one heading."""

    name: str | Promise
    queues: list[CountedQueue]


def awake() -> Q:
    """Tickets that are not snoozed: nothing wakes them but the time."""
    return Q(snoozed_until_at=None) | Q(snoozed_until_at__lte=timezone.now())


def _open(rows: TicketQuerySet) -> TicketQuerySet:
    return rows.open().filter(awake())


def _watched(rows: TicketQuerySet, user: User) -> TicketQuerySet:
    watching = Ticket.watchers.through._base_manager.filter(user=user)
    return rows.open().filter(pk__in=_latest(watching))


def _mentions(rows: TicketQuerySet, user: User) -> TicketQuerySet:
    return rows.filter(pk__in=_latest(StaffMention.objects.filter(user=user)))


def _unseen_mentions(rows: TicketQuerySet, user: User) -> TicketQuerySet:
    return rows.filter(pk__in=_latest(StaffMention.objects.filter(user=user, seen_at=None)))


def _latest(named: Any) -> Any:
    """The tickets that the rows of one user name, as many as a list counts. The limit keeps
    PostgreSQL from going through all tickets, the latest first, to see which are among them.
    """
    return named.order_by("-pk").values("ticket_id")[: paging.MOST_COUNTED]


def _snoozed(rows: TicketQuerySet, _user: User) -> TicketQuerySet:
    return rows.filter(snoozed_until_at__gt=timezone.now())


QUEUES = (
    Queue("mine", _("Mine"), "user", lambda rows, user: _open(rows).filter(assignee=user)),
    Queue(
        "unassigned",
        _("Unassigned"),
        "inbox",
        lambda rows, _user: _open(rows).filter(assignee=None),
    ),
    Queue(
        "negative",
        _("Negative first"),
        "frown",
        lambda rows, _user: _open(rows).negative(),
        ("sentiment_score", *LATEST),
    ),
    Queue(
        "worse",
        _("Getting worse"),
        "trending-down",
        lambda rows, _user: _open(rows).getting_worse(),
        ("sentiment_trend", *LATEST),
    ),
    Queue(
        "due",
        _("Breaching soon"),
        "timer",
        lambda rows, _user: rows.due(),
        ("sla__next_due_at", "pk"),
    ),
    Queue("mentions", _("Mentions"), "at-sign", _mentions, LATEST, _unseen_mentions, True),
    Queue("watched", _("Watched"), "eye", _watched, is_own_list=True),
    Queue("snoozed", _("Snoozed"), "alarm-clock", _snoozed, ("snoozed_until_at", "-id")),
    Queue(DEFAULT, _("All open"), "list", lambda rows, _user: _open(rows)),
)
BY_SLUG = {queue.slug: queue for queue in QUEUES}


def queue_called(slug: str | None) -> Queue | None:
    """The queue of this name: one of `QUEUES`, or that of a team or an intent."""
    if not slug:
        return None
    kind, _dash, key = slug.partition("-")
    if kind == "team" and key.isdecimal() and len(key) < 10:
        team = Team.objects.filter(pk=int(key)).first()
        return _of_team(team) if team else None
    if kind == "intent":
        intent = Intent.objects.filter(pk=key).first()
        return _of_intent(intent) if intent else None
    return BY_SLUG.get(slug)


def narrowed_to(slug: str | None, rows: TicketQuerySet, user: User) -> TicketQuerySet:
    """The rows of a queue in its order; all rows, the latest message first, without one."""
    queue = queue_called(slug)
    if queue is None:
        return rows.none() if slug else rows.order_by(*LATEST)
    return queue.rows(rows, user).order_by(*queue.order)


def queue_groups(user: User) -> list[Group]:
    """All queues of the user with their numbers, which cost three statements, whatever there
    is: each looks at a hundred rows of a queue at most.
    """
    rows: Any = Ticket.objects.visible_to(user)
    counts = _counts(rows, user)
    fixed = [CountedQueue(queue, counts[queue.slug]) for queue in QUEUES]
    of_teams = _open(rows).filter(team=OuterRef("pk"))
    teams = _with_counts(Team.objects.all(), of_teams)
    of_intents = _likely(rows).filter(likely_intent=OuterRef("pk"))
    intents = _with_counts(Intent.objects.active(), of_intents).filter(few__gt=0)
    groups = (
        Group("", fixed),
        Group(_("Teams"), [CountedQueue(_of_team(row), row.few) for row in teams]),
        Group(_("Intents"), [CountedQueue(_of_intent(row), row.few) for row in intents]),
    )
    return [group for group in groups if group.queues]


def with_unread(rows: Any, user: User) -> Any:
    """Adds `is_unread`: whether something was written since the user looked, or they never
    did, or they marked it so.
    """
    read = Presence.objects.filter(
        ticket=OuterRef("pk"), user=user, read_at__gte=OuterRef("last_message_at")
    )
    return rows.annotate(is_unread=~Exists(read))


def _of_team(team: Team) -> Queue:
    pk = team.pk
    return Queue(f"team-{pk}", team.name, "users", lambda rows, _user: _open(rows).filter(team=pk))


def _of_intent(intent: Intent) -> Queue:
    pk = intent.pk
    return Queue(
        f"intent-{pk}",
        intent.name,
        "tag",
        lambda rows, _user: _likely(rows).filter(likely_intent=pk),
    )


def _likely(rows: Any) -> Any:
    """Open tickets by `likely_intent`: what staff decided counts, and the model's opinion where
    there is none.
    """
    return _open(rows).alias(likely_intent=Coalesce("intent", "suggested_intent"))


def _with_counts(named: Any, tickets: Any) -> Any:
    """Teams or intents with `few`: how many of the tickets they have, which name them by
    OuterRef, up to `MOST_COUNTED` + 1.
    """
    # in the queue's order, so that its index is read: without one PostgreSQL looks through all
    # tickets for a hundred, where it believes that they are many
    few = ArraySubquery(tickets.order_by(*LATEST).values("pk")[: MOST_COUNTED + 1])
    return named.annotate(few=Func(few, function="cardinality", output_field=IntegerField()))


def _counts(visible: Any, user: User) -> dict[str, int]:
    parts, parameters = [], []
    for queue in QUEUES:
        rows: Any = (queue.counted or queue.rows)(visible, user)
        few = rows.order_by(*queue.count_order).values("pk")[: MOST_COUNTED + 1]
        statement, values = few.query.sql_with_params()
        parts.append(f"SELECT %s::text, count(*) FROM ({statement}) AS counted")  # noqa: S608
        parameters += [queue.slug, *values]
    return dict(rows_of(" UNION ALL ".join(parts), parameters))
