"""How the demo shop serves: hours, service levels, rules, teams, and what customers said."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from itertools import cycle
from random import Random
from typing import Any

from django.db import connection

from customers.audiences.tree import rules_of
from customers.demo.content import content
from customers.demo.seasons import midnight
from customers.models import (
    BusinessHours,
    Holiday,
    Rule,
    SatisfactionRating,
    SatisfactionSettings,
    SlaPolicy,
    Team,
    Ticket,
    TicketSla,
    User,
)
from customers.rules.queue import ask
from customers.sla.clocks import follow
from customers.sla.times import measure_the_rest

ZONE = "Europe/London"
WEEK = ["09:00-17:30"] * 5 + ["10:00-14:00", ""]
HOLIDAYS = ((1, 1, "New Year's Day"), (12, 25, "Christmas Day"), (12, 26, "Boxing Day"))
PROMISED_DAYS = 30
RATED_SHARE = 0.55
SCORES = (5, 5, 5, 4, 4, 4, 3, 2, 1)
OPEN_DAYS = 30
ASKED_ABOUT = 25  # tickets that the rules are asked about once they are read
CARE, RETURNS = "Customer care", "Returns"
MONEY = ("get_refund", "product_fault", "wrong_item")
MONEY_WORDS = re.compile(r"refund|return|broken|faulty|wrong|money|退|坏", re.IGNORECASE)
DONE = (Ticket.Status.SOLVED, Ticket.Status.CLOSED)

TIMES_SQL = """
UPDATE customers_ticket AS ticket SET
    first_replied_at = said.replied_at,
    solved_at = CASE WHEN status IN ('solved', 'closed') THEN last_message_at END
FROM (
    SELECT ticket_id, min(sent_at) FILTER (WHERE author_kind = 'agent') AS replied_at
    FROM customers_message GROUP BY ticket_id
) AS said
WHERE said.ticket_id = ticket.id AND ticket.source = %s
"""


def write_service(seed: int, anchor: date, source: str) -> None:
    """Write it for the tickets of the shop, whatever the clock says."""
    now = midnight(anchor)
    with connection.cursor() as cursor:
        cursor.execute(TIMES_SQL, [source])
    tickets = Ticket.objects.filter(source=source)
    hours = _hours(anchor)
    measure_the_rest()
    _promise(hours, now)
    teams = _teams(tickets)
    _rules(teams[RETURNS])
    follow(tickets.values_list("pk", flat=True), now)
    told = TicketSla.objects.filter(ticket__source=source, warn_at__lte=now)
    told.update(warned_at=now)
    latest = tickets.open().order_by("-opened_at", "-pk").values_list("pk", flat=True)
    ask(latest[:ASKED_ABOUT], Rule.Trigger.CREATED)
    _rate(Random(f"{seed}/ratings"), tickets, now)


def _hours(anchor: date) -> BusinessHours:
    hours, _made = BusinessHours.objects.get_or_create(
        name="Office hours", defaults={"time_zone": ZONE, "week": WEEK}
    )
    years = (anchor.year - 1, anchor.year, anchor.year + 1)
    days = [(date(year, month, day), name) for year in years for month, day, name in HOLIDAYS]
    Holiday.objects.bulk_create(
        [Holiday(hours=hours, day_on=day, name=name) for day, name in days], ignore_conflicts=True
    )
    return hours


def _promise(hours: BusinessHours, now: datetime) -> None:
    """Urgent ones within the hour, all others within half a working day."""
    since = now - timedelta(days=PROMISED_DAYS)
    soon = rules_of({"field": "priority", "operator": "any_of", "value": ["high", "urgent"]})
    policies: tuple[tuple[str, dict[str, Any]], ...] = (
        ("Urgent", {
            "position": 1, "conditions": soon,
            "first_response_minutes": 60, "resolution_minutes": 8 * 60,
        }),
        ("Standard", {
            "position": 2, "first_response_minutes": 4 * 60, "resolution_minutes": 24 * 60,
        }),
    )  # fmt: skip
    for name, columns in policies:
        columns |= {"hours": hours, "applies_from_at": since}
        SlaPolicy.objects.get_or_create(name=name, defaults=columns)


def _teams(tickets: Any) -> dict[str, Team]:
    """The teams of whoever works in the shop, and the tickets dealt out among them; of those
    that are open some have nobody.
    """
    staff = list(User.objects.filter(is_active=True).exclude(groups__name="partner").order_by("pk"))
    teams = {name: Team.objects.get_or_create(name=name)[0] for name in (CARE, RETURNS)}
    for team in Team.objects.all():
        team.members.add(*staff)
    rows = list(tickets.order_by("external_id").only("pk", "status", "subject", "intent", "team"))
    turns = {True: cycle([*staff, None]), False: cycle([*staff] or [None])}
    for ticket in rows:
        about_money = ticket.intent_id in MONEY or MONEY_WORDS.search(ticket.subject)
        if ticket.team_id is None:
            ticket.team = teams[RETURNS if about_money else CARE]
        ticket.assignee = next(turns[ticket.status not in DONE])
    Ticket.objects.bulk_update(rows, ["team", "assignee"])
    return teams


def _rules(team: Team) -> None:
    """Three rules, one of them off."""
    angry = {"field": "sentiment", "operator": "any_of", "value": ["very_negative", "negative"]}
    money = {
        "field": "intent",
        "operator": "any_of",
        "value": list(MONEY),
    }
    pending = {"field": "status", "operator": "any_of", "value": ["pending"]}
    quiet = {"field": "message_age", "operator": "at_least", "value": "168"}
    rules: tuple[dict[str, Any], ...] = (
        {
            "name": "Returns and faults to their team",
            "conditions": rules_of(money),
            "actions": [
                {"do": "team", "value": str(team.pk)},
                {"do": "add_tags", "value": "return"},
                {"do": "assign", "value": "least_load"},
            ],
            "is_on": True,
        },
        {
            "name": "Unhappy customers first",
            "conditions": rules_of(angry),
            "actions": [{"do": "priority", "value": "high"}],
            "is_on": True,
        },
        {
            "name": "Solve what nobody answers for a week",
            "trigger": Rule.Trigger.TIME,
            "conditions": rules_of(pending, quiet),
            "actions": [{"do": "status", "value": "solved"}],
        },
    )
    for place, columns in enumerate(rules, start=1):
        name = columns.pop("name")
        Rule.objects.get_or_create(name=name, defaults=columns | {"position": place})


def _rate(rng: Random, tickets: Any, now: datetime) -> None:
    """What customers said of solved tickets: the longer they waited the worse."""
    SatisfactionSettings(is_on=True).save()
    reasons = content("ratings")
    rows = tickets.filter(status__in=DONE, solved_at__isnull=False).select_related("customer")
    made = []
    for ticket in rows.defer("search", "customer__search").order_by("external_id"):
        score, later = rng.choice(SCORES), rng.uniform(25, 80)
        is_rated, tells = rng.random() < RATED_SHARE, rng.random() < 0.6
        rated_at = ticket.solved_at + timedelta(hours=later)
        if not is_rated or rated_at >= now:
            continue
        if (ticket.first_reply_minutes or 0) > 12 * 60 and score > 2:
            score -= 1
        language = "zh" if ticket.customer and ticket.customer.language == "zh" else "en"
        made.append(
            SatisfactionRating(
                ticket=ticket,
                team_id=ticket.team_id,
                agent_id=ticket.assignee_id,
                intent_id=ticket.effective_intent_id,
                channel=ticket.channel,
                invited_at=ticket.solved_at + timedelta(hours=24),
                closes_at=ticket.solved_at + timedelta(days=OPEN_DAYS),
                score=score,
                reason=rng.choice(reasons[language][str(score)]) if tells else "",
                rated_at=rated_at,
            )
        )
    SatisfactionRating.objects.bulk_create(made, ignore_conflicts=True)
