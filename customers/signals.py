"""The doorbell: what the records send when rows wait to be read.

`analysis_requested(sender, pks)` is sent after the commit that made rows pending.
`sender` is the model class; `pks` lists the rows, or is None for "whatever is pending".
Nobody has to listen, and a lost signal loses nothing: the pending rows are the queue.
"""

from collections.abc import Sequence

from django.db import models, transaction
from django.dispatch import Signal

analysis_requested = Signal()

MAX_NAMED_ROWS = 1000


def ring(model: type[models.Model], pks: Sequence[int] | None = None) -> None:
    """Send `analysis_requested` once the current transaction commits.

    More than `MAX_NAMED_ROWS` rows are announced as "whatever is pending", so that a
    signal stays small however many rows a bulk write touched.
    """
    named = None if pks is None or len(pks) > MAX_NAMED_ROWS else list(pks)
    transaction.on_commit(
        lambda: analysis_requested.send_robust(sender=model, pks=named), robust=True
    )
