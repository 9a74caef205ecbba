"""The one receiver of the records' doorbell: turns it into a message for a worker."""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.db import models
from django.dispatch import receiver
from kombu.exceptions import OperationalError

from customers.signals import analysis_requested
from intelligence import tasks
from intelligence.analysis.kinds import kind_of

logger = logging.getLogger(__name__)


@receiver(analysis_requested)
def enqueue(sender: type[models.Model], pks: list[int] | None, **_: Any) -> None:
    """Few rows go to the interactive queue, many to the bulk queue.

    A broker that is away is only logged: the rows are pending, and the sweep rings again.
    """
    kind = kind_of(sender)
    try:
        if pks is not None and len(pks) <= settings.ANALYSIS_INTERACTIVE_ROWS:
            tasks.analyse_rows.delay(kind.name, pks)
        else:
            tasks.analyse_pending.delay(kind.name)
    except (OperationalError, OSError) as error:
        logger.warning("%s rows wait for the sweep, the broker is away: %s", kind.name, error)
