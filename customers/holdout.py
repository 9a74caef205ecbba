"""The comparison group: a stable share of the customers gets what sells in the shop.

Without it nobody could tell what recommendations do. A customer's place follows from their
key and a salt alone, so it needs no column, is the same in every process, and is drawn anew
for everybody by another salt.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from customers.models.recommendation_effect import Arm, RecommendationShown

DIGEST_BYTES = 8


def arm_of(customer_pk: int) -> Arm:
    """Which list this customer gets."""
    share = settings.RECOMMENDATION_HOLDOUT
    return Arm.HOLDOUT if _place(customer_pk) < share else Arm.MODEL


def propensity_of(arm: Arm) -> float:
    """The probability with which a customer comes into a group."""
    share = settings.RECOMMENDATION_HOLDOUT
    return share if arm == Arm.HOLDOUT else 1 - share


def note_shown(
    customer_pk: int,
    product_pks: Sequence[int],
    *,
    method: str = "",
    model_version: str = "",
    at: datetime | None = None,
) -> None:
    """Record that these products were shown to a customer, in this order; once a day each."""
    arm, now = arm_of(customer_pk), at or timezone.now()
    rows = [
        RecommendationShown(
            customer_id=customer_pk,
            product_id=product,
            rank=rank,
            arm=arm,
            propensity=propensity_of(arm),
            method=method,
            model_version=model_version,
            shown_at=now,
            shown_on=timezone.localdate(now),
        )
        for rank, product in enumerate(product_pks, start=1)
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        # somebody waits for the list: the disk may follow, a crash costs the last second's log
        cursor.execute("SET LOCAL synchronous_commit = off")
        RecommendationShown.objects.bulk_create(rows, ignore_conflicts=True)


def _place(customer_pk: int) -> float:
    """A number in [0, 1) that is as good as random, and always the same."""
    text = f"{settings.RECOMMENDATION_HOLDOUT_SALT}:{customer_pk}"
    digest = hashlib.sha256(text.encode()).digest()[:DIGEST_BYTES]
    return int.from_bytes(digest) / 256**DIGEST_BYTES
