"""Passages follow their sources, in the transaction that changed them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.dispatch import receiver

from customers.knowledge.passages import refresh_many
from customers.models import source_changed


@receiver(source_changed)
def keep_passages(sender: Any, pks: Sequence[int], **_: Any) -> None:
    """Cut the sources anew; what raises rolls the change of the source back too."""
    refresh_many(sender, pks)
