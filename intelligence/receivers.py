"""The one receiver of the records' doorbell: turns it into a message for a worker.

Tasks are named, not imported: the web process rings without loading what workers run.
"""

from __future__ import annotations

import logging
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import models
from django.dispatch import receiver
from kombu.exceptions import OperationalError

from customers.signals import analysis_requested

logger = logging.getLogger(__name__)


@receiver(analysis_requested)
def enqueue(sender: type[models.Model], pks: list[int] | None, **_: Any) -> None:
    """Few rows go to the interactive queue, many to the bulk queue.

    A broker that is away is only logged: the rows are pending, and the sweep rings again.
    """
    kind = sender._meta.model_name
    try:
        if pks is not None and len(pks) <= settings.ANALYSIS_INTERACTIVE_ROWS:
            current_app.send_task("intelligence.tasks.analyse_rows", [kind, pks])
        else:
            current_app.send_task("intelligence.tasks.analyse_pending", [kind])
    except (OperationalError, OSError) as error:
        logger.warning("%s rows wait for the sweep, the broker is away: %s", kind, error)
