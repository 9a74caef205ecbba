"""Questions: who asked what, and what the shop's own knowledge and records answered."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models.customer import Customer
from customers.models.ticket import Ticket
from customers.models.training import JobQuerySet


class QuestionQuerySet(JobQuerySet):
    """Many questions at once."""

    def visible_to(self, user: Any) -> Self:
        """All questions for active staff members, none for others."""
        return (
            self.all()
            if getattr(user, "is_authenticated", False) and user.is_active
            else self.none()
        )


class Question(models.Model):
    """A question and its answer: a worker completes the row.

    `customer` is the asker, and only where their identity was verified; `user` the member of
    staff who asked, `ticket` the conversation it was asked in. `by_staff` decides which
    passages may be read. The answer stands on `evidence`: for passages
    [{"passage", "source", "source_id", "title", "quote", "start", "end"}, ...] with
    characters of the passage's text, for facts [{"record", "record_id", "fields"}, ...].
    `closest` holds the sources that are shown when there is no answer. `detail` has the whole
    distribution over candidates, "no answer" among them, threshold and model versions.
    """

    class Status(models.TextChoices):
        PENDING = "pending", _("waiting for a worker")
        ANSWERED = "answered", _("answered")
        UNSURE = "unsure", _("not sure")
        HANDED_OVER = "handed", _("handed over")
        FAILED = "failed", _("failed")

    class Kind(models.TextChoices):
        PASSAGE = "passage", _("from a passage")
        FACT = "fact", _("from the asker's records")

    class Channel(models.TextChoices):
        STAFF = "staff", _("staff")
        PORTAL = "portal", _("portal")
        WIDGET = "widget", _("widget")
        API = "api", _("API")

    class Feedback(models.TextChoices):
        UP = "up", _("helpful")
        DOWN = "down", _("not helpful")

    text = models.TextField(_("question"))
    language = models.CharField(_("language"), max_length=8, blank=True)
    channel = models.CharField(_("channel"), max_length=8, choices=Channel.choices)
    by_staff = models.BooleanField(_("asked by staff"), default=False)
    customer = models.ForeignKey(
        Customer, models.CASCADE, null=True, related_name="questions", verbose_name=_("customer")
    )
    user = models.ForeignKey(
        "customers.User", models.SET_NULL, null=True, related_name="+", verbose_name=_("asked by")
    )
    ticket = models.ForeignKey(
        Ticket, models.SET_NULL, null=True, related_name="questions", verbose_name=_("ticket")
    )
    status = models.CharField(
        _("status"), max_length=8, choices=Status.choices, default=Status.PENDING
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices, blank=True)
    answer = models.TextField(_("answer"), blank=True)
    probability = models.FloatField(_("probability"), null=True)
    evidence = models.JSONField(_("evidence"), default=list)
    closest = models.JSONField(_("closest sources"), default=list)
    detail = models.JSONField(_("detail"), default=dict)
    error = models.TextField(_("error"), blank=True)
    created_at = models.DateTimeField(_("asked at"), default=timezone.now)
    answered_at = models.DateTimeField(_("answered at"), null=True)
    latency_ms = models.PositiveIntegerField(_("latency in milliseconds"), null=True)
    feedback = models.CharField(_("feedback"), max_length=4, choices=Feedback.choices, blank=True)
    feedback_reason = models.TextField(_("reason"), blank=True)
    reviewed_by = models.ForeignKey(
        "customers.User",
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("reviewed by"),
    )
    reviewed_at = models.DateTimeField(_("reviewed at"), null=True)
    handed_over_to = models.ForeignKey(
        Ticket,
        models.SET_NULL,
        null=True,
        related_name="handed_over_questions",
        verbose_name=_("handed over to"),
    )

    objects = QuestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering: ClassVar = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="question_by_created"),
            models.Index(fields=["status", "-created_at"], name="question_by_status"),
            models.Index(fields=["customer", "-created_at"], name="question_by_customer"),
        ]

    def __str__(self) -> str:
        return self.text[:80]

    @property
    def is_finished(self) -> bool:
        """Whether a worker is done with it."""
        return self.status != self.Status.PENDING
