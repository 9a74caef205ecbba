"""Rows that answers are read from: whatever changes them tells so in its transaction.

`source_changed(sender, pks)` is sent inside the transaction that saved the rows, not after
it, because what is read out of a text must never outlive it. What `sender` names is the
source: a message tells of its ticket.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django.db import models, transaction
from django.db.models.signals import post_delete
from django.dispatch import Signal, receiver

from customers.models.base import RecordQuerySet

source_changed = Signal()  # (sender, pks)


class KnowledgeQuerySet(RecordQuerySet):
    """Many sources at once: bulk writes tell of the rows too."""

    model: Any

    def update(self, **columns: Any) -> int:
        """As Django's; a change of what answers are read from also tells of the rows."""
        if not columns.keys() & self.model.KNOWLEDGE_FIELDS:
            return super().update(**columns)
        with transaction.atomic():
            told = list(self.order_by().values_list(self.model.SOURCE_KEY, flat=True))
            changed = super().update(**columns)
            self.model.tell_of(told)
        return changed

    update.alters_data = True  # type: ignore[attr-defined]

    def bulk_create(self, *args: Any, **options: Any) -> list[Any]:
        """As Django's, and tells of the new rows."""
        with transaction.atomic():
            made = super().bulk_create(*args, **options)
            self.model.tell_of(getattr(row, self.model.SOURCE_KEY) for row in made)
        return made


class KnowledgeSource(models.Model):
    """A row that answers are read from, or that belongs to one, by `KNOWLEDGE_FIELDS`.

    `SOURCE_KEY` names the attribute with the key of the source, and `source_model` gives
    its class.
    """

    KNOWLEDGE_FIELDS: ClassVar[frozenset[str]] = frozenset()
    SOURCE_KEY: ClassVar[str] = "pk"

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """As Django's, and tells of the row where what answers are read from may differ."""
        fields = kwargs.get("update_fields")
        if fields is not None and not self.KNOWLEDGE_FIELDS & set(fields):
            super().save(*args, **kwargs)
            return
        with transaction.atomic():
            super().save(*args, **kwargs)
            self.tell_of([getattr(self, self.SOURCE_KEY)])

    @classmethod
    def source_model(cls) -> type[models.Model]:
        """The class of the sources; a row's own unless it belongs to another."""
        return cls

    @classmethod
    def tell_of(cls, pks: Iterable[int | None]) -> None:
        """Send `source_changed` of these sources. For writers that pass the ORM by."""
        named = sorted({pk for pk in pks if pk is not None})
        if named:
            source_changed.send(sender=cls.source_model(), pks=named)


@receiver(post_delete)
def tell_of_deleted(sender: type[models.Model], instance: Any, origin: Any, **_: Any) -> None:
    """A deleted part tells of its source, unless it goes because the source goes."""
    if not issubclass(sender, KnowledgeSource) or sender.SOURCE_KEY == "pk":
        return
    deleted = origin.model if isinstance(origin, models.QuerySet) else type(origin)
    if deleted is sender:
        sender.tell_of([getattr(instance, sender.SOURCE_KEY)])
