"""The journal: what was done to records, by whom and when, and what undoes it.

One entry for each act of a person or of a rule, however many rows it touched; its changes hold
each row's columns as they were before and as they are after. The page of a record, the audit
and undo all read it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models.base import Reached, RecordQuerySet

if TYPE_CHECKING:
    from customers.models.user import User


class JournalEntryQuerySet(RecordQuerySet):
    """Many acts at once."""

    def about(self, record: models.Model) -> Self:
        """What was done to this record, the latest first."""
        changes = JournalChange.objects.filter(model=record._meta.label_lower)
        touched = changes.filter(pks__contains=[record.pk]).values("entry")
        return self.filter(pk__in=touched).order_by("-happened_at", "-id")

    def to_undo(self) -> Self:
        """Those that somebody wants undone and a worker has not undone yet."""
        return self.filter(undo_requested_at__isnull=False, undone_at__isnull=True)


class JournalEntry(models.Model):
    """One act: who did what to how many rows, and whether it was undone.

    `by` is null for what a rule or the machine did; `note` says on whose behalf. `row_count` is
    the number of rows that it touched. After an undo `left` names the rows that were not put
    back, because they had changed since: [{"model", "pk", "reason"}], at most `MOST_LEFT`, and
    `left_count` how many there are.
    """

    REACHED: ClassVar = Reached(people=("by",))

    MOST_LEFT = 100

    class Kind(models.TextChoices):
        EDITED = "edited", _("edited")
        BULK_EDITED = "bulk_edited", _("edited in bulk")
        MERGED = "merged", _("merged")
        SPLIT = "split", _("split")
        IMPORTED = "imported", _("imported")
        RULE_APPLIED = "rule_applied", _("rule applied")
        LABELLED = "labelled", _("labelled automatically")
        ORDER_ACTION = "order_action", _("order changed")

    kind = models.CharField(_("what"), max_length=12, choices=Kind.choices)
    by = models.ForeignKey(
        "customers.User", models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    note = models.CharField(_("note"), max_length=300, blank=True)
    row_count = models.PositiveIntegerField(_("rows"), default=0)
    happened_at = models.DateTimeField(_("at"), default=timezone.now)

    undo_requested_at = models.DateTimeField(_("undo asked for"), null=True, editable=False)
    undone_at = models.DateTimeField(_("undone at"), null=True, editable=False)
    undone_by = models.ForeignKey(
        "customers.User", models.SET_NULL, null=True, related_name="+", verbose_name=_("undone by")
    )
    undone_count = models.PositiveIntegerField(_("rows put back"), default=0, editable=False)
    left_count = models.PositiveIntegerField(_("rows left"), default=0, editable=False)
    left = models.JSONField(_("left as they are"), default=list, editable=False)
    undo_error = models.TextField(_("error"), blank=True, editable=False)

    objects = JournalEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("journal entry")
        verbose_name_plural = _("journal")
        ordering: ClassVar = ["-happened_at", "-id"]
        indexes: ClassVar = [
            # the journal page, whole and of one kind
            models.Index(fields=["-happened_at", "-id"], name="journal_by_at"),
            models.Index(fields=["kind", "-happened_at"], name="journal_by_kind"),
            models.Index(fields=["by", "-happened_at"], name="journal_by_person"),
            models.Index(
                fields=["undo_requested_at"],
                name="journal_to_undo",
                condition=Q(undo_requested_at__isnull=False, undone_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.happened_at:%Y-%m-%d %H:%M}"

    @property
    def is_undone(self) -> bool:
        """Whether it was undone, as far as that went."""
        return self.undone_at is not None

    @property
    def is_being_undone(self) -> bool:
        """Whether somebody asked for it to be undone and it is not yet."""
        return self.undo_requested_at is not None and self.undone_at is None

    @property
    def percent_undone(self) -> int:
        """How much of an undo is done, rounded down."""
        done = self.undone_count + self.left_count
        return 100 * done // self.row_count if self.row_count else 0

    def request_undo(self, *, by: User) -> bool:
        """Have it undone; False when it was asked for before."""
        waiting = type(self).objects.filter(pk=self.pk, undo_requested_at__isnull=True)
        asked = {"undo_requested_at": timezone.now(), "undone_by": by}
        return waiting.update(**asked) == 1


class JournalChange(models.Model):
    """What an act did to rows of one model, in lists of equal length.

    `before` and `after` hold a row's changed columns by name, as JSON (see
    `customers.journal.columns`); null before for a row that the act made, null after for one
    that it deleted (then `before` has all its columns).
    """

    entry = models.ForeignKey(
        JournalEntry, models.CASCADE, related_name="changes", verbose_name=_("entry")
    )
    model = models.CharField(_("model"), max_length=60)
    pks = ArrayField(models.BigIntegerField(), verbose_name=_("keys"))
    before = models.JSONField(_("before"))
    after = models.JSONField(_("after"))
    undone_at = models.DateTimeField(_("undone at"), null=True, editable=False)

    objects = models.Manager()

    class Meta:
        verbose_name = _("change of the journal")
        verbose_name_plural = _("changes of the journal")
        ordering: ClassVar = ["id"]
        # what was done to one record
        indexes: ClassVar = [GinIndex(fields=["pks"], name="journalchange_pks", fastupdate=False)]

    def __str__(self) -> str:
        return f"{self.model} × {len(self.pks)}"

    def rows(self) -> list[tuple[int, dict[str, Any] | None, dict[str, Any] | None]]:
        """Key, columns before and columns after of each row."""
        return list(zip(self.pks, self.before, self.after, strict=True))
