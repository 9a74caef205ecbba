"""Satisfaction: what customers say of a ticket that was solved, and whether they are asked."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models.base import Reached, RecordQuerySet
from customers.models.taxonomy import Intent
from customers.models.team import Team
from customers.models.ticket import Ticket
from customers.models.topic import Topic

GOOD_FROM = 4  # of five: a satisfied customer


class SatisfactionSettings(models.Model):
    """Whether customers are asked how they were served; one row."""

    is_on = models.BooleanField(_("ask customers"), default=False)
    delay_hours = models.PositiveIntegerField(_("hours after the ticket was solved"), default=24)
    open_days = models.PositiveIntegerField(
        _("days in which the link works"), default=30, validators=[MinValueValidator(1)]
    )
    # what was solved before is not asked about, however the switch is turned
    on_since_at = models.DateTimeField(_("on since"), null=True, editable=False)

    objects = models.Manager()

    class Meta:
        verbose_name = _("satisfaction survey")
        verbose_name_plural = _("satisfaction survey")

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    @classmethod
    def current(cls) -> SatisfactionSettings:
        """The settings, with what holds before anybody saved them."""
        return cls.objects.first() or cls(pk=1)

    def save(self, *args: object, **kwargs: object) -> None:
        """As Django's, always the one row; the switch remembers when it was turned on."""
        self.pk = 1
        if not self.is_on:
            self.on_since_at = None
        elif self.on_since_at is None:
            self.on_since_at = timezone.now()
        super().save(*args, **kwargs)  # type: ignore[arg-type]


class SatisfactionRatingQuerySet(RecordQuerySet):
    """Many ratings at once."""

    def given(self) -> Self:
        """Those that customers gave."""
        return self.filter(score__isnull=False)


class SatisfactionRating(models.Model):
    """An invitation to rate a ticket, and the rating once it is given: `score` from 1 (very
    bad) to 5 (very good), changed at most once. Agent, team, intent and topic are the ticket's
    when the customer was asked, for reports. By mail it goes as its `outbound_mail`.
    """

    REACHED: ClassVar = Reached(tickets=("ticket",))

    SCORES: ClassVar = [
        (1, _("very bad")),
        (2, _("bad")),
        (3, _("neither good nor bad")),
        (4, _("good")),
        (5, _("very good")),
    ]
    MOST_CHANGES = 1

    ticket = models.OneToOneField(
        Ticket, models.CASCADE, related_name="rating", verbose_name=_("ticket")
    )
    agent = models.ForeignKey(
        "customers.User", models.SET_NULL, null=True, related_name="+", verbose_name=_("agent")
    )
    team = models.ForeignKey(
        Team, models.SET_NULL, null=True, related_name="+", verbose_name=_("team")
    )
    intent = models.ForeignKey(
        Intent, models.SET_NULL, null=True, related_name="+", verbose_name=_("intent")
    )
    topic = models.ForeignKey(
        Topic, models.SET_NULL, null=True, related_name="+", verbose_name=_("topic")
    )
    channel = models.CharField(_("channel"), max_length=8, choices=Ticket.Channel.choices)
    invited_at = models.DateTimeField(_("asked at"), default=timezone.now)
    closes_at = models.DateTimeField(_("until"))
    score = models.PositiveSmallIntegerField(
        _("rating"),
        null=True,
        choices=SCORES,
        validators=[MinValueValidator(1), MaxValueValidator(5)],
    )
    reason = models.TextField(_("reason"), blank=True)
    rated_at = models.DateTimeField(_("rated at"), null=True)
    change_count = models.PositiveSmallIntegerField(_("times changed"), default=0)

    objects = SatisfactionRatingQuerySet.as_manager()

    class Meta:
        verbose_name = _("satisfaction rating")
        verbose_name_plural = _("satisfaction ratings")
        ordering: ClassVar = ["-rated_at", "-id"]
        indexes: ClassVar = [
            # reports over a period
            models.Index(
                fields=["-rated_at", "-id"],
                name="rating_by_at",
                condition=Q(score__isnull=False),
            ),
            # the lists of one score: the page, and the API's of tickets
            models.Index(
                fields=["score", "-rated_at", "-id"],
                name="rating_by_score",
                condition=Q(score__isnull=False),
            ),
            # what is still to be mailed
            models.Index(fields=["invited_at"], name="rating_by_invited"),
        ]

    def __str__(self) -> str:
        return f"#{self.ticket_id}: {self.score or '–'}"

    @property
    def is_given(self) -> bool:
        """Whether the customer has rated."""
        return self.score is not None

    @property
    def is_good(self) -> bool:
        """Whether it counts as satisfied."""
        return self.score is not None and self.score >= GOOD_FROM

    @property
    def may_change(self) -> bool:
        """Whether a rating can be given, or changed, now."""
        is_open = timezone.now() < self.closes_at
        return is_open and (not self.is_given or self.change_count < self.MOST_CHANGES)

    def rate(self, score: int, reason: str) -> bool:
        """Keep what the customer says; False where that is not taken any more. Nobody's second
        change passes, however fast it follows.
        """
        was_given = self.is_given
        rows = type(self).objects.filter(pk=self.pk, closes_at__gt=timezone.now())
        rows = rows.filter(
            Q(score__isnull=True) if not was_given else Q(change_count__lt=self.MOST_CHANGES)
        )
        said = {"score": score, "reason": reason, "rated_at": timezone.now()}
        if was_given:
            said["change_count"] = self.change_count + 1
        taken = rows.update(**said) == 1
        self.refresh_from_db()
        return taken

    @classmethod
    def closing(cls, open_days: int) -> dict[str, object]:
        """The columns that say until when a rating is taken."""
        return {"closes_at": timezone.now() + timedelta(days=open_days)}
