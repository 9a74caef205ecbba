"""The radar's findings about what the shop tells, and drafts of articles made from tickets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models.article import Article
from customers.models.base import Reached, RecordQuerySet
from customers.models.training import JobQuerySet

if TYPE_CHECKING:
    from customers.models.user import User


@dataclass(frozen=True, slots=True)
class Found:
    """What a look at the texts found: the columns of a `Finding` that it decides."""

    fingerprint: str
    title: dict[str, Any]
    sides: list[dict[str, Any]]
    sources: tuple[str, ...]
    severity: int
    language: str = ""


class FindingQuerySet(RecordQuerySet):
    """Many findings at once."""

    def open(self) -> Self:
        """Findings that somebody should look at, the most severe first."""
        return self.filter(status=Finding.Status.OPEN)

    def standing(self, kind: str) -> Self:
        """Findings of a kind that are still so, whether or not staff put them aside."""
        return self.filter(kind=kind).exclude(status=Finding.Status.RESOLVED)

    def bring_in_line(
        self,
        kind: str,
        found: Iterable[Found],
        now: datetime,
        *,
        examined: Iterable[str] | None = None,
    ) -> int:
        """Bring the findings of a kind in line with what was found; returns how many are new.

        What was known is kept current under its fingerprint, and stays dismissed where staff
        dismissed it. An open finding that was not found again is resolved, provided that one
        of its sources was `examined` (None: all were). What comes back is open again.
        """
        now_found = {one.fingerprint: one for one in found}
        with transaction.atomic():
            rows: Any = self.select_for_update().filter(kind=kind)
            known = {row.fingerprint: row for row in rows.filter(fingerprint__in=now_found)}
            for fingerprint, row in known.items():
                row._seen_again(now_found[fingerprint], now)
            fresh = [one for key, one in now_found.items() if key not in known]
            gone = rows.open().exclude(fingerprint__in=now_found)
            if examined is not None:
                gone = gone.filter(sources__overlap=list(examined))
            gone.update(status=Finding.Status.RESOLVED, resolved_at=now)
            Finding.objects.bulk_create([_made(kind, one, now) for one in fresh])
        return len(fresh)


class Finding(models.Model):
    """Something about the shop's texts that a person should put right.

    `title` holds what its sentences are made of ({"key": ..., figures}); `sides` the places
    it is about: [{"record", "record_id", "title", "text", "quote", "start", "end"}, ...],
    where `start` and `end` are characters of `text`, an excerpt of the record; a place of a
    contradiction has the number of what it says among the title's values as `value`. `sources`
    names these records ("article:5"). `fingerprint` tells one finding from another, so that
    a later look brings this row up to date; it changes with the values that are told, so a
    dismissal is of these words and not of what is written there next year.
    """

    REACHED: ClassVar = Reached()  # it quotes tickets of anybody

    class Kind(models.TextChoices):
        CONTRADICTION = "contradiction", _("contradiction")
        STALE = "stale", _("out of date")
        UNANSWERED = "unanswered", _("article to write")

    class Status(models.TextChoices):
        OPEN = "open", _("open")
        DISMISSED = "dismissed", _("dismissed")
        RESOLVED = "resolved", _("resolved")

    class Severity(models.IntegerChoices):
        NOTICE = 1, _("worth knowing")
        WARNING = 2, _("look at it")
        URGENT = 3, _("act now")

    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    fingerprint = models.CharField(_("fingerprint"), max_length=64, unique=True)
    status = models.CharField(
        _("status"), max_length=10, choices=Status.choices, default=Status.OPEN
    )
    severity = models.PositiveSmallIntegerField(_("severity"), choices=Severity.choices)
    language = models.CharField(_("language"), max_length=8, blank=True)
    title = models.JSONField(_("what was found"), default=dict)
    sides = models.JSONField(_("places"), default=list)
    sources = ArrayField(models.CharField(max_length=80), default=list, verbose_name=_("records"))
    found_at = models.DateTimeField(_("found at"), default=timezone.now)
    last_seen_at = models.DateTimeField(_("last seen at"), default=timezone.now)
    resolved_at = models.DateTimeField(_("resolved at"), null=True)
    dismissed_at = models.DateTimeField(_("dismissed at"), null=True)
    dismissed_by = models.ForeignKey(
        "customers.User",
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("dismissed by"),
    )
    dismiss_reason = models.CharField(_("reason"), max_length=200, blank=True)

    objects: Any = FindingQuerySet.as_manager()

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        ordering: ClassVar = ["-severity", "-found_at", "-id"]
        indexes = [
            # the tabs of the radar, and the count at home
            models.Index(
                fields=["kind", "status", "-severity", "-found_at"], name="finding_by_kind"
            ),
            models.Index(fields=["-found_at", "-id"], name="finding_by_found"),  # the API
            models.Index(fields=["kind"], name="finding_open", condition=Q(status="open")),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"

    def dismiss(self, *, by: User, reason: str = "") -> None:
        """Put it aside; it stays so for as long as the same is found. Only open findings can
        be dismissed: others stay as they are.
        """
        columns = {
            "status": self.Status.DISMISSED,
            "dismissed_at": timezone.now(),
            "dismissed_by": by,
            "dismiss_reason": reason,
        }
        self._move(self.Status.OPEN, columns)

    def bring_back(self) -> None:
        """Take a dismissal back."""
        columns = {
            "status": self.Status.OPEN,
            "dismissed_at": None,
            "dismissed_by": None,
            "dismiss_reason": "",
        }
        self._move(self.Status.DISMISSED, columns)

    def _move(self, seen: str, columns: dict[str, Any]) -> None:
        Finding.objects.filter(pk=self.pk, status=seen).update(**columns)
        self.refresh_from_db()

    def _seen_again(self, found: Found, now: datetime) -> None:
        if self.status == self.Status.RESOLVED:
            self.status, self.resolved_at, self.found_at = self.Status.OPEN, None, now
        self.title, self.sides, self.sources = found.title, found.sides, list(found.sources)
        self.severity, self.last_seen_at = found.severity, now
        self.save()


def _made(kind: str, found: Found, now: datetime) -> Finding:
    return Finding(
        kind=kind,
        fingerprint=found.fingerprint,
        title=found.title,
        sides=found.sides,
        sources=list(found.sources),
        severity=found.severity,
        language=found.language,
        found_at=now,
        last_seen_at=now,
    )


class RadarText(models.Model):
    """What the radar read last of a record: the key `article:5` and the sha256 of its words.
    The key "" stands for the whole shop, so that a look is cheap while nothing changed.
    """

    key = models.CharField(_("record"), max_length=80, unique=True)
    sha256 = models.CharField(_("sha256"), max_length=64)

    class Meta:
        verbose_name = _("text that the radar read")
        verbose_name_plural = _("texts that the radar read")

    def __str__(self) -> str:
        return self.key


class ArticleDraftQuerySet(JobQuerySet):
    """Many drafts at once."""

    def visible_to(self, user: Any) -> Self:
        """All drafts for active staff members, none for others."""
        return RecordQuerySet.visible_to(self, user)


class ArticleDraft(models.Model):
    """One draft of an article from solved tickets, as a job: a worker writes the article.

    The article is a draft for staff alone until a person publishes it. `sentences` says where
    each sentence comes from: [{"text", "tickets": [...], "messages": [...]}, ...];
    `tickets_read` counts the solved tickets that were looked at. `generator` names what
    wrote the text from these sentences, "" where they stand as agents wrote them.
    """

    REACHED: ClassVar = Reached()  # it quotes tickets of anybody

    class Status(models.TextChoices):
        PENDING = "pending", _("waiting for a worker")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    finding = models.ForeignKey(
        Finding, models.CASCADE, related_name="drafts", verbose_name=_("finding")
    )
    status = models.CharField(
        _("status"), max_length=8, choices=Status.choices, default=Status.PENDING
    )
    article = models.ForeignKey(
        Article, models.SET_NULL, null=True, related_name="drafted_by", verbose_name=_("article")
    )
    sentences = models.JSONField(_("sentences"), default=list)
    tickets_read = models.PositiveIntegerField(_("tickets read"), default=0)
    generator = models.CharField(_("generator"), max_length=80, blank=True)
    error = models.TextField(_("error"), blank=True)
    requested_by = models.ForeignKey(
        "customers.User",
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("requested by"),
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished at"), null=True)

    objects = ArticleDraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("draft of an article")
        verbose_name_plural = _("drafts of articles")
        ordering: ClassVar = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="articledraft_by_created"),
            models.Index(fields=["status", "created_at"], name="articledraft_by_status"),
        ]

    def __str__(self) -> str:
        return f"{self.finding} {self.created_at:%Y-%m-%d %H:%M}"

    @property
    def is_finished(self) -> bool:
        """Whether a worker is done with it."""
        return self.status != self.Status.PENDING
