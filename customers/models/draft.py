"""Drafts: replies to a ticket that were suggested, and what became of each."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.db import models, transaction
from django.db.models import Avg, Count, Q, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rapidfuzz.distance import Levenshtein

from customers.models.assist_event import AssistEvent
from customers.models.message import Message
from customers.models.ticket import Ticket
from customers.models.training import JobQuerySet

if TYPE_CHECKING:
    from customers.models.user import User

# What a suggestion leaves open for a person to fill in: [order number?], [订单号？].
BLANK = re.compile(r"\[[^\[\]\n]{1,40}[?？]\]")


def edit_distance(offered: str, sent: str) -> float:
    """How far a text was changed before it was sent: the Levenshtein distance in characters
    by the length of the longer text; 0 for the same text, 1 for wholly another.
    """
    return Levenshtein.normalized_distance(offered.strip(), sent.strip())


class DraftQuerySet(JobQuerySet):
    """Many drafts at once."""

    def visible_to(self, user: Any) -> Self:
        """The drafts of the tickets that the user may see."""
        return self.filter(ticket__in=Ticket.objects.visible_to(user).order_by().values("pk"))

    def ask_for(self, ticket: Ticket, *, by: User | None, **wished: str) -> Any:
        """Have replies to a ticket suggested; one that is waiting is not doubled. `wished` are
        tone and length.
        """
        with transaction.atomic():
            Ticket.objects.select_for_update(of=("self",)).get(pk=ticket.pk)
            waiting = self.pending().filter(ticket=ticket).first()
            if waiting:
                return waiting
            draft = self.ask(ticket=ticket, asked_by=by, **wished)
            AssistEvent.objects.note(AssistEvent.Kind.ASKED, ticket=ticket, by=by, draft=draft)
        return draft

    def latest_of(self, ticket: Ticket) -> Self:
        """All drafts of the latest request for a ticket, best first."""
        asked = self.filter(ticket=ticket, asked_with=None).order_by("-created_at", "-id")
        latest = asked.values("pk")[:1]
        return self.filter(Q(pk__in=latest) | Q(asked_with__in=latest)).order_by("rank", "id")

    def offered(self) -> Self:
        """Drafts that an agent got to see."""
        return self.filter(offered_at__isnull=False)

    def figures(self) -> dict[str, Any]:
        """How many were `offered`, `inserted` and `sent`, and the mean `edit_distance` of those
        that were sent (None of none).
        """
        return self.aggregate(
            offered=Count("pk", filter=Q(offered_at__isnull=False)),
            inserted=Count("pk", filter=Q(inserted_at__isnull=False)),
            sent=Count("pk", filter=Q(status=Draft.Status.SENT)),
            distance=Avg("edit_distance"),
        )


class Draft(models.Model):
    """A suggested reply to a ticket. Nobody but a person inserts or sends it.

    A worker completes the row that was asked for with its best suggestion (`rank` 1), and
    adds up to three more rows that name it as `asked_with`. `sources` are
    [{"kind": passage, ticket, macro or order, "id", "title", "quote", "address"}, ...].
    `score` in [0, 1] is how well the suggestion fits, by the measure of its origin;
    `probability` the share of drafts like it that agents inserted, null while too few were
    offered to tell. `edit_distance` in [0, 1] lies between what was offered and what was sent.
    """

    class Status(models.TextChoices):
        PENDING = "pending", _("waiting for a worker")
        OFFERED = "offered", _("offered")
        INSERTED = "inserted", _("inserted")
        SENT = "sent", _("sent")
        DISMISSED = "dismissed", _("dismissed")
        FAILED = "failed", _("failed")

    class Origin(models.TextChoices):
        PASSAGE = "passage", _("passage")
        TICKET = "ticket", _("similar ticket")
        MACRO = "macro", _("macro")
        GENERATOR = "generator", _("generator")

    class Tone(models.TextChoices):
        NEUTRAL = "neutral", _("neutral")
        FRIENDLY = "friendly", _("friendly")
        FORMAL = "formal", _("formal")

    class Length(models.TextChoices):
        SHORT = "short", _("short")
        NORMAL = "normal", _("normal")
        LONG = "long", _("long")

    MOST: ClassVar = 4

    ticket = models.ForeignKey(
        Ticket, models.CASCADE, related_name="drafts", verbose_name=_("ticket")
    )
    asked_with = models.ForeignKey(
        "self", models.CASCADE, null=True, related_name="others", verbose_name=_("asked with")
    )
    rank = models.PositiveSmallIntegerField(_("rank"), default=1)
    asked_by = models.ForeignKey(
        "customers.User", models.SET_NULL, null=True, related_name="+", verbose_name=_("asked by")
    )
    tone = models.CharField(_("tone"), max_length=8, choices=Tone.choices, default=Tone.NEUTRAL)
    length = models.CharField(
        _("length"), max_length=8, choices=Length.choices, default=Length.NORMAL
    )
    language = models.CharField(_("language"), max_length=8, blank=True)
    status = models.CharField(
        _("status"), max_length=9, choices=Status.choices, default=Status.PENDING
    )
    text = models.TextField(_("text"), blank=True)
    sources = models.JSONField(_("sources"), default=list)
    origin = models.CharField(_("origin"), max_length=9, choices=Origin.choices, blank=True)
    generator = models.CharField(_("generator"), max_length=120, blank=True)
    model_version = models.CharField(_("model version"), max_length=64, blank=True)
    score = models.FloatField(_("score"), null=True)
    probability = models.FloatField(_("probability"), null=True)
    note = models.TextField(_("note"), blank=True)
    error = models.TextField(_("error"), blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    created_at = models.DateTimeField(_("asked at"), default=timezone.now)
    offered_at = models.DateTimeField(_("offered at"), null=True)
    inserted_at = models.DateTimeField(_("inserted at"), null=True)
    sent_at = models.DateTimeField(_("sent at"), null=True)
    sent_message = models.OneToOneField(
        Message,
        models.SET_NULL,
        null=True,
        related_name="draft",
        verbose_name=_("sent message"),
    )
    edit_distance = models.FloatField(_("edit distance"), null=True)

    objects: Any = DraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        ordering: ClassVar = ["-created_at", "-id"]
        indexes: ClassVar = [
            # the admin and the sweep, the panel of a ticket, and the figures by origin and week
            models.Index(fields=["-created_at", "-id"], name="draft_by_created"),
            models.Index(
                fields=["created_at"], name="draft_pending", condition=Q(status="pending")
            ),
            models.Index(fields=["ticket", "-created_at", "-id"], name="draft_by_ticket"),
            models.Index(fields=["origin", "offered_at"], name="draft_by_offer"),
            models.Index(fields=["offered_at"], name="draft_by_offered_at"),
        ]

    def __str__(self) -> str:
        return self.text[:80] or str(self.ticket)

    @property
    def is_finished(self) -> bool:
        """Whether a worker is done with it."""
        return self.status != self.Status.PENDING

    @property
    def is_on_offer(self) -> bool:
        """Whether it can be inserted."""
        return self.status in (self.Status.OFFERED, self.Status.INSERTED)

    @property
    def origin_name(self) -> str:
        """Where the text comes from; a generator is called by its name."""
        shown = self.get_origin_display()
        return f"{shown}: {self.generator}" if self.generator else shown

    @property
    def blanks(self) -> list[str]:
        """The places that the text leaves open, each once."""
        return list(dict.fromkeys(BLANK.findall(self.text)))

    def insert(self, *, by: User) -> bool:
        """Note that an agent took it into the reply box, and that it was read; nothing is sent.
        False where it is not on offer.
        """
        now = timezone.now()
        on_offer = Draft.objects.filter(pk=self.pk, status=self.Status.OFFERED)
        with transaction.atomic():
            if on_offer.update(status=self.Status.INSERTED, inserted_at=now):
                self._note(AssistEvent.Kind.INSERTED, by=by)
        self.refresh_from_db(fields=["status", "inserted_at"])
        return self.is_on_offer

    def dismiss(self, *, by: User) -> bool:
        """Put it aside; False where it was sent or is put aside already."""
        on_offer = Draft.objects.filter(
            pk=self.pk, status__in=(self.Status.OFFERED, self.Status.INSERTED)
        )
        with transaction.atomic():
            done = bool(on_offer.update(status=self.Status.DISMISSED))
            if done:
                self._note(AssistEvent.Kind.DISMISSED, by=by)
        self.refresh_from_db(fields=["status"])
        return done

    def sent_as(self, message: Message, *, by: User) -> None:
        """Note the message that an agent sent, and how far they changed the draft before. A
        draft that was sent once stays as it is; call it in the transaction of the message.
        """
        distance, now = edit_distance(self.text, message.body), timezone.now()
        unsent = Draft.objects.filter(pk=self.pk).exclude(
            status__in=(self.Status.SENT, self.Status.PENDING, self.Status.FAILED)
        )
        if unsent.update(
            status=self.Status.SENT,
            sent_message=message,
            sent_at=now,
            inserted_at=Coalesce("inserted_at", Value(now)),
            edit_distance=distance,
        ):
            self.refresh_from_db()
            self._note(
                AssistEvent.Kind.SENT,
                by=by,
                detail={"message": message.pk, "edit_distance": round(distance, 4)},
            )

    def _note(self, kind: str, *, by: User, detail: dict[str, Any] | None = None) -> None:
        told = {"origin": self.origin, "generator": self.generator, **(detail or {})}
        AssistEvent.objects.note(kind, ticket=self.ticket, by=by, draft=self, detail=told)
