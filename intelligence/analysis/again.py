"""Having many rows read again, after what reads them changed."""

from __future__ import annotations

import time
from typing import Any

from django.db import transaction
from django.utils import timezone

from customers.models.analysable import FRESH_REQUEST
from customers.signals import ring

ASKED_TOGETHER = 1000
HELD_SECONDS = 0.1


def have_read_again(rows: Any) -> int:
    """Make these rows of an Analysable pending, the newest first, a chunk at a time, and
    ring once; returns how many there were.

    Workers hold rows that they store results on. A statement over all rows would wait for
    one worker while another waits for it; rows that are held come in a later turn. Rows
    that were asked for since the call began are left alone.
    """
    due = rows.filter(rows.model.ANALYSED_WHEN, requested_at__lt=timezone.now())
    asked = 0
    while due.exists():
        passed = _one_turn(due)
        asked += passed
        if not passed:
            time.sleep(HELD_SECONDS)
    if asked:
        ring(rows.model)
    return asked


def _one_turn(due: Any) -> int:
    """All rows that nobody holds, in the order of their keys, from the newest down."""
    free = due.select_for_update(skip_locked=True, no_key=True, of=("self",)).order_by("-pk")
    asked, left = 0, free
    while True:
        with transaction.atomic():
            pks = list(left.values_list("pk", flat=True)[:ASKED_TOGETHER])
            chunk = due.model._base_manager.filter(pk__in=pks)
            chunk.update(requested_at=timezone.now(), **FRESH_REQUEST)
        if not pks:
            return asked
        asked += len(pks)
        left = free.filter(pk__lt=pks[-1])
