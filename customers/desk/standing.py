"""How far a conversation is: what an open page compares to know that it is behind."""

from __future__ import annotations

from hashlib import blake2s

from django.contrib.postgres.aggregates import StringAgg
from django.db.models import Count, Max, Q, Sum

from customers.models import Ticket


def stand_of(ticket: Ticket) -> str:
    """A short text that changes whenever the conversation is to be shown anew: a message came,
    went or was edited, models have read one, or a mail got further. One statement over the
    ticket's own messages.
    """
    stand = ticket.messages.aggregate(
        count=Count("pk"),
        latest=Max("pk"),
        edited=Max("updated_at"),
        read=Max("analysed_at"),
        unread=Count("pk", filter=Q(analysed_at=None)),
        tries=Sum("attempts"),
        mails=StringAgg("outbound_mail__status", ",", order_by="pk"),
    )
    return blake2s(repr(sorted(stand.items())).encode(), digest_size=8).hexdigest()
