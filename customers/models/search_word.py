"""The words that records hold, for those who mistype one; and searches by meaning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models.base import RecordQuerySet
from customers.signals import job_requested, send_after_commit

if TYPE_CHECKING:
    from customers.models.user import User


class SearchWord(models.Model):
    """A word of the records. `row_count` is in how many it stands; `deletes` are what is left
    of it without any one character, and itself: two words that are one slip apart share one
    (SymSpell, Garbe 2012).
    """

    word = models.CharField(_("word"), max_length=60, primary_key=True)
    row_count = models.PositiveIntegerField(_("records"))
    deletes = ArrayField(models.CharField(max_length=60), verbose_name=_("without a character"))

    objects = models.Manager()

    class Meta:
        verbose_name = _("word of the search")
        verbose_name_plural = _("words of the search")
        indexes: ClassVar = [GinIndex(fields=["deletes"], name="searchword_deletes")]

    def __str__(self) -> str:
        return self.word


class MeaningSearchQuerySet(RecordQuerySet):
    """Many searches at once."""

    def pending(self) -> Self:
        """Those that wait for a worker."""
        return self.filter(finished_at__isnull=True, attempts__lt=MeaningSearch.MOST_ATTEMPTS)

    def ask(self, text: str, *, by: User) -> MeaningSearch:
        """A search that a worker is rung for."""
        with transaction.atomic():
            search: Any = self.create(text=text[: MeaningSearch.MOST_CHARACTERS], by=by)
            send_after_commit(job_requested, sender=MeaningSearch, pk=search.pk)
        return search


class MeaningSearch(models.Model):
    """What somebody looked for, and which records mean that, as a worker's encoder reads them.

    `found` is [{"kind", "pk", "cosine"}], the nearest first; kinds are model names. Rows are
    kept for a day.
    """

    MOST_ATTEMPTS = 3
    MOST_CHARACTERS = 300

    text = models.CharField(_("text"), max_length=MOST_CHARACTERS)
    by = models.ForeignKey("customers.User", models.CASCADE, related_name="+", verbose_name=_("by"))
    created_at = models.DateTimeField(_("at"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished at"), null=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    found = models.JSONField(_("found"), default=list)

    objects = MeaningSearchQuerySet.as_manager()

    class Meta:
        verbose_name = _("search by meaning")
        verbose_name_plural = _("searches by meaning")
        indexes: ClassVar = [models.Index(fields=["created_at"], name="meaningsearch_by_created")]

    def __str__(self) -> str:
        return self.text

    @property
    def is_finished(self) -> bool:
        """Whether nothing more will come."""
        return self.finished_at is not None or self.attempts >= self.MOST_ATTEMPTS

    def claim(self) -> bool:
        """Count an attempt; False when it is finished or was tried too often."""
        waiting: Any = MeaningSearch.objects.pending().filter(pk=self.pk)
        return bool(waiting.update(attempts=F("attempts") + 1))
