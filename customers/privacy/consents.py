"""Who may be had for which purpose: the one place that says so, and the one that records it."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from customers.models import Consent, Customer, Purpose
from customers.models.consent import COLUMNS
from customers.privacy.objecting import stop_profiling


def record(customer: Customer, purpose: str, is_allowed: bool, **proof: Any) -> Consent:
    """Keep what the customer says, with its proof (`method`, `wording`, `origin`, `given_at`,
    `by`); the columns, and whatever rests on them, follow in the same transaction.
    """
    with transaction.atomic():
        # two words at once come one after the other
        Customer._base_manager.select_for_update(of=("self",)).only("pk").get(pk=customer.pk)
        made = Consent.objects.create(
            customer=customer, purpose=purpose, is_allowed=is_allowed, **proof
        )
        Consent.objects.follow([customer.pk])
        if purpose == Purpose.PROFILING:
            objects = Customer._base_manager.filter(pk=customer.pk, objects_to_profiling=True)
            if objects.exists():
                stop_profiling([customer.pk])
            else:
                Customer.objects.filter(pk=customer.pk).request_analysis()
    customer.refresh_from_db(fields=[name for name, _allowed in COLUMNS.values()])
    return made


def allows(customer: Customer, purpose: str, channel: str = "") -> bool:
    """Whether a customer may be had for a purpose by a channel: their latest word on that
    channel, else on all; a no to all channels is a no to each that was said before it.
    """
    name, when_allowed = COLUMNS[purpose]
    in_general = getattr(customer, name) is when_allowed
    if not channel:
        return in_general
    said = Consent.objects.filter(customer=customer, purpose=purpose, channel__in=("", channel))
    latest = said.filter(given_at__lte=timezone.now()).order_by("-given_at", "-id").first()
    return in_general if latest is None else latest.is_allowed


def allowed_q(purpose: str, prefix: str = "") -> Q:
    """The condition on customers, or on rows that `prefix` leads from, of who may be had for a
    purpose; rows without a customer are nobody's.
    """
    name, when_allowed = COLUMNS[purpose]
    allowed = Q(**{f"{prefix}{name}": when_allowed})
    nobodys = Q(**{prefix.removesuffix("__"): None}) if prefix else Q(pk__in=[])
    return allowed | nobodys


def allowed_sql(purpose: str, customer: str) -> str:
    """As `allowed_q` in SQL: of a column that holds the number of a customer."""
    name, when_allowed = COLUMNS[purpose]
    refused = f"asked.{name} IS NOT {'TRUE' if when_allowed else 'FALSE'}"
    asked = "SELECT 1 FROM customers_customer asked"
    return f"NOT EXISTS ({asked} WHERE asked.id = {customer} AND {refused})"
