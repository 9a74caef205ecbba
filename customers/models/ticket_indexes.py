"""The indexes of tickets, each by the page that needs it."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from customers.models.ticket_choices import OPEN_STATUSES

TICKET_INDEXES = [
    GinIndex(fields=["custom"], name="ticket_custom", opclasses=["jsonb_path_ops"]),
    GinIndex(fields=["search"], name="ticket_search"),
    # the ticket list and its filters, a customer's tickets, the API
    models.Index(fields=["-last_message_at", "-id"], name="ticket_by_last_message"),
    models.Index(fields=["status", "-last_message_at"], name="ticket_by_status"),
    # the queues of a person and of a team
    models.Index(fields=["assignee", "status", "-last_message_at"], name="ticket_by_assignee"),
    models.Index(fields=["team", "status", "-last_message_at"], name="ticket_by_team"),
    GinIndex(fields=["tags"], name="ticket_tags"),
    models.Index(fields=["suggested_intent", "-last_message_at"], name="ticket_by_intent"),
    models.Index(fields=["sentiment_score", "-last_message_at"], name="ticket_by_sentiment"),
    models.Index(fields=["sentiment", "-last_message_at"], name="ticket_by_feeling"),
    models.Index(fields=["sentiment_trend", "-last_message_at"], name="ticket_by_trend"),
    models.Index(fields=["intent", "-last_message_at"], name="ticket_by_decision"),
    models.Index(fields=["suggested_priority", "-last_message_at"], name="ticket_by_urgency"),
    models.Index(fields=["channel", "-last_message_at"], name="ticket_by_channel"),
    models.Index(fields=["priority", "-last_message_at"], name="ticket_by_priority"),
    models.Index(fields=["customer", "-opened_at"], name="ticket_by_customer"),
    models.Index(fields=["-created_at", "-id"], name="ticket_by_created"),
    # reports of what was solved in a period, and whom to ask how it was
    models.Index(
        fields=["solved_at"],
        name="ticket_by_solved",
        condition=Q(solved_at__isnull=False),
    ),
    models.Index(
        fields=["first_replied_at"],
        name="ticket_by_first_reply",
        condition=Q(first_replied_at__isnull=False),
    ),
    # what is answered or solved and not measured yet
    models.Index(
        fields=["id"],
        name="ticket_to_measure",
        condition=Q(first_replied_at__isnull=False, first_reply_minutes__isnull=True)
        | Q(solved_at__isnull=False, solve_minutes__isnull=True),
    ),
    # the list narrowed to a topic, and how many of each topic a period has
    models.Index(fields=["topic", "-last_message_at"], name="ticket_by_topic"),
    models.Index(
        fields=["opened_at"], include=["topic", "sentiment_score"], name="ticket_by_opened"
    ),
    # the queues of the inbox, which hold open tickets alone
    *(
        models.Index(
            *(F(name) for name in columns),
            F("last_message_at").desc(),
            F("id").desc(),
            name=f"ticket_queue_{name}",
            condition=Q(status__in=OPEN_STATUSES),
            # a queue is counted by its index alone: otherwise one with few tickets is looked for
            # among all that are open
            include=["snoozed_until_at"],
        )
        for name, columns in {
            "all": (),
            "assignee": ("assignee",),
            "team": ("team",),
            "sentiment": ("sentiment_score",),
            "trend": ("sentiment_trend",),
        }.items()
    ),
    models.Index(
        Coalesce("intent", "suggested_intent"),
        F("last_message_at").desc(),
        F("id").desc(),
        name="ticket_queue_intent",
        condition=Q(status__in=OPEN_STATUSES),
    ),
    models.Index(
        fields=["snoozed_until_at"],
        name="ticket_queue_snoozed",
        condition=Q(snoozed_until_at__isnull=False),
    ),
]
