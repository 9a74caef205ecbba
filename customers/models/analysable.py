"""Rows that models read: how they become pending, and how that is asked for.

The row is the queue. `analysed_at` is null while nobody has read the row's present
text; `requested_at` is the token of that text: whoever stores a result must show the
token it saw, so a late result never lands on a newer text (compare-and-set).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models.base import RecordQuerySet
from customers.signals import MAX_NAMED_ROWS, ring

MAX_ATTEMPTS = 3

FRESH_REQUEST: dict[str, Any] = {"analysed_at": None, "attempts": 0, "analysis_error": ""}


class AnalysableQuerySet(RecordQuerySet):
    """Many rows at once: which wait, which were set aside, and asking again."""

    model: Any

    def awaiting(self) -> Self:
        """Rows whose present text has no stored result, set aside or not."""
        return self.filter(self.model.ANALYSED_WHEN, analysed_at__isnull=True)

    def pending(self) -> Self:
        """The queue: rows that a worker should still read."""
        return self.awaiting().filter(attempts__lt=MAX_ATTEMPTS)

    def failed(self) -> Self:
        """Rows set aside after `MAX_ATTEMPTS` tries; `analysis_error` says why."""
        return self.awaiting().filter(attempts__gte=MAX_ATTEMPTS)

    def analysed(self) -> Self:
        """Rows whose present text has a stored result."""
        return self.filter(self.model.ANALYSED_WHEN, analysed_at__isnull=False)

    def request_analysis(self) -> int:
        """Make these rows pending and ring; returns how many there are."""
        read = self.filter(self.model.ANALYSED_WHEN)
        pks = list(read.values_list("pk", flat=True)[: MAX_NAMED_ROWS + 1])
        rows = self.model._base_manager.filter(pk__in=pks) if len(pks) <= MAX_NAMED_ROWS else read
        asked = rows.update(requested_at=timezone.now(), **FRESH_REQUEST)
        ring(self.model, pks)
        return asked

    def update(self, **columns: Any) -> int:
        """As Django's; a change of read text also makes the rows pending."""
        if not columns.keys() & set(self.model.ANALYSED_FIELDS):
            return super().update(**columns)
        changed = super().update(**{"requested_at": timezone.now(), **FRESH_REQUEST, **columns})
        ring(self.model)
        return changed

    update.alters_data = True  # type: ignore[attr-defined]


class Analysable(models.Model):
    """A row with texts that models read. Subclasses name them in `ANALYSED_FIELDS`.

    `ANALYSED_WHEN` narrows which rows are read at all (of a ticket's messages only the
    customer's are, for example).
    """

    ANALYSED_FIELDS: ClassVar[tuple[str, ...]] = ()
    ANALYSED_WHEN: ClassVar[Q] = Q()

    requested_at = models.DateTimeField(_("requested at"), default=timezone.now, editable=False)
    analysed_at = models.DateTimeField(_("analysed at"), null=True, blank=True, editable=False)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0, editable=False)
    analysis_error = models.TextField(_("analysis error"), blank=True, editable=False)

    if TYPE_CHECKING:
        objects: Any  # each subclass has its own, made from an AnalysableQuerySet

    class Meta:
        abstract = True

    @classmethod
    def from_db(cls, db: str | None, field_names: Any, values: Any, **options: Any) -> Self:
        """As Django's; remembers the read texts, so that `save` sees a change."""
        row = super().from_db(db, field_names, values, **options)
        row._texts_as_loaded = row._texts()
        return row

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; a new row or a changed text becomes pending and rings after commit."""
        changed = self._state.adding or self._texts() != getattr(self, "_texts_as_loaded", None)
        if changed:
            self._make_pending()
            if kwargs.get("update_fields") is not None:
                kwargs["update_fields"] = {*kwargs["update_fields"], "requested_at", *FRESH_REQUEST}
        super().save(*args, **kwargs)
        self._texts_as_loaded = self._texts()
        if changed and self.is_pending:
            ring(type(self), [self.pk])

    def request_analysis(self) -> None:
        """Make this row pending and ring, whatever its state."""
        self._make_pending()
        self.save(update_fields=["requested_at", *FRESH_REQUEST])
        ring(type(self), [self.pk])

    @property
    def is_pending(self) -> bool:
        """Whether a worker should still read this row's present text."""
        return self.is_read and self.analysed_at is None and self.attempts < MAX_ATTEMPTS

    @property
    def is_read(self) -> bool:
        """Whether rows like this one are read at all (`ANALYSED_WHEN`, for one row)."""
        return True

    def _make_pending(self) -> None:
        self.requested_at = timezone.now()
        for column, value in FRESH_REQUEST.items():
            setattr(self, column, value)

    def _texts(self) -> tuple[Any, ...]:
        deferred = self.get_deferred_fields()
        return tuple(
            None if name in deferred else getattr(self, name) for name in self.ANALYSED_FIELDS
        )


def pending_index(name: str, *conditions: Q) -> models.Index:
    """The partial index that finds pending rows (sweep, progress bar) among millions."""
    waiting = Q(analysed_at__isnull=True)
    for condition in conditions:
        waiting &= condition
    return models.Index(fields=["requested_at"], condition=waiting, name=name)
