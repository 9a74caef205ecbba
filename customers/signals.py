"""The doorbells: what the records send when rows wait to be read, or jobs to be done.

`analysis_requested(sender, pks)` is sent after the commit that made rows pending.
`sender` is the model class; `pks` lists the rows, or is None for "whatever is pending".
`job_requested(sender, pk)` likewise follows the commit of one job, and
`measures_refreshed(sender)` a refresh of what is measured of all customers.
`rows_updated(sender, pks)` is sent inside the transaction of a bulk write, such as automatic
labels and undo, and `rows_read(sender, pks)` after the commit of what models read.
Nobody has to listen, and a lost signal loses nothing: the pending rows are the queue.
"""

from collections.abc import Sequence
from typing import Any

from django.db import models, transaction
from django.dispatch import Signal

analysis_requested = Signal()
measures_refreshed = Signal()
rows_updated = Signal()  # (sender, pks): columns of these rows were set without saving each
rows_read = Signal()  # (sender, pks): models have read these rows, or what belongs to them
profiling_stopped = Signal()  # (sender, pks): in the transaction in which customers objected
text_redacted = Signal()  # (sender, pks): in the transaction in which these texts were redacted
job_requested = Signal()  # (sender, pk): a Training, Promotion or Question waits for a worker

MAX_NAMED_ROWS = 1000


def ring(model: type[models.Model], pks: Sequence[int] | None = None) -> None:
    """Send `analysis_requested` once the current transaction commits.

    More than `MAX_NAMED_ROWS` rows are announced as "whatever is pending", so that a
    signal stays small however many rows a bulk write touched.
    """
    named = None if pks is None or len(pks) > MAX_NAMED_ROWS else list(pks)
    send_after_commit(analysis_requested, sender=model, pks=named)


def send_after_commit(signal: Signal, *, sender: type[models.Model], **named: Any) -> None:
    """Send `signal` once the current transaction commits; what receivers raise is logged."""
    transaction.on_commit(lambda: signal.send_robust(sender=sender, **named), robust=True)
