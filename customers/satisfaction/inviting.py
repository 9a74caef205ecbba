"""Whom to ask how they were served: customers of tickets that were solved a while ago."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from customers.channels.mail.queueing import BY_MAIL, queue_invitation
from customers.languages import ui_language
from customers.locks import held_until_commit
from customers.models import SatisfactionRating, SatisfactionSettings, Ticket
from customers.satisfaction.links import token_of

INVITE_LOCK = 7_310_063
MOST_INVITED = 500
MOST_QUEUED = 50  # in one round: surveys alone must not look like a runaway that stops all mail
DONE = (Ticket.Status.SOLVED, Ticket.Status.CLOSED)
GIVEN_UP_AFTER = timedelta(days=3)
LOOKS_BACK = timedelta(days=14)  # of all that was ever solved only this is looked through


def invite_due(now: datetime | None = None) -> int:
    """Make the invitations that are due; how many. They stand on the customer's portal at once;
    `mail_invitations` mails them.
    """
    wanted, at = SatisfactionSettings.current(), now or timezone.now()
    if not wanted.is_on:
        return 0
    with transaction.atomic():
        if not held_until_commit(INVITE_LOCK):
            return 0
        closes_at = at + timedelta(days=wanted.open_days)
        made = [_invitation(ticket, at, closes_at) for ticket in _due(wanted, at)]
        SatisfactionRating.objects.bulk_create(made, ignore_conflicts=True)
    return len(made)


def _due(wanted: SatisfactionSettings, now: datetime) -> list[Ticket]:
    """Solved for as long as the delay, since the survey is on, and not asked about yet."""
    until = now - timedelta(hours=wanted.delay_hours)
    rows = Ticket.objects.filter(
        solved_at__lte=until,
        solved_at__gte=max(wanted.on_since_at or now, until - LOOKS_BACK),
        status__in=DONE,
        customer__isnull=False,
        merged_into=None,
        rating=None,
    )
    return list(rows.defer("search").order_by("solved_at", "pk")[:MOST_INVITED])


def _invitation(ticket: Ticket, now: datetime, closes_at: datetime) -> SatisfactionRating:
    return SatisfactionRating(
        ticket=ticket,
        agent_id=ticket.assignee_id,
        team_id=ticket.team_id,
        intent_id=ticket.effective_intent_id,
        topic_id=ticket.topic_id,
        channel=ticket.channel,
        invited_at=now,
        closes_at=closes_at,
    )


def mail_invitations(now: datetime | None = None) -> int:
    """Queue the mail of invitations that have none yet; how many. Each goes once, since it has
    one `outbound_mail`; where no mailbox sends they wait for three days.
    """
    at = now or timezone.now()
    if not settings.PUBLIC_ADDRESS:  # the mail would hold a link that leads nowhere
        return 0
    rows = SatisfactionRating.objects.filter(outbound_mail=None, score=None).exclude(
        Q(ticket__customer=None) | Q(ticket__customer__email="")
    )
    rows = rows.filter(
        ticket__channel__in=BY_MAIL, invited_at__gt=at - GIVEN_UP_AFTER, closes_at__gt=at
    )
    with transaction.atomic():
        if not held_until_commit(INVITE_LOCK):
            return 0
        due = rows.select_related("ticket__customer").defer("ticket__search").order_by("invited_at")
        queued = [queue_invitation(one, _letter(one)) for one in due[:MOST_QUEUED]]
    return len([mail for mail in queued if mail])


def _letter(rating: SatisfactionRating) -> str:
    ticket = rating.ticket
    customer = ticket.customer
    with translation.override(ui_language(customer.language if customer else "")):
        link = settings.PUBLIC_ADDRESS + reverse("rate", args=[token_of(rating)])
        return _(
            "We think that this is solved: %(subject)s\n\n"
            "How satisfied are you with how we served you? One click, no login:\n\n%(link)s\n\n"
            "%(shop)s"
        ) % {"subject": ticket.subject, "link": link, "shop": settings.SHOP_NAME}
