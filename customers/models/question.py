"""Questions: who asked what, and what the shop's own knowledge and records answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.db import models, transaction
from django.db.models import Case, F, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from customers.models.article import Article
from customers.models.base import Reached, bound_source
from customers.models.customer import Customer
from customers.models.ticket import Ticket
from customers.models.training import JobQuerySet
from customers.signals import job_requested, send_after_commit

if TYPE_CHECKING:
    from customers.models.user import User

# The budget's error is measured on every fifth question, whatever became of it: reviews of
# the worst ones alone would tell nothing of the others.
SAMPLE_OF = 5
MAX_LATENCY_MS = 2**31 - 1
MAX_ATTEMPTS = 3  # a question that killed so many workers is given up
TO_REVIEW = Q(reviewed_at__isnull=True) & (Q(status__in=["unsure", "failed"]) | Q(feedback="down"))
URGENCY = Case(
    When(status="failed", then=Value(0)), When(feedback="down", then=Value(1)), default=Value(2)
)


class QuestionQuerySet(JobQuerySet):
    """Many questions at once."""

    def visible_to(self, user: Any) -> Self:
        """All questions for active staff members, their own for partners, none for others."""
        if not (getattr(user, "is_authenticated", False) and user.is_active):
            return self.none()
        if not user.is_staff_member:
            return self.filter(user=user)
        rows, source = self.within_reach_of(user), bound_source(user)
        return rows.filter(Q(user=user) | Q(customer__source=source)) if source else rows

    def to_review(self) -> Self:
        """What staff should look at first: failed, then unhelpful, then without an answer."""
        return self.filter(TO_REVIEW).annotate(urgency=URGENCY)

    def sampled(self) -> Self:
        """A fair sample of what models said: those whose verdicts an error budget rests on."""
        said = self.filter(kind=Question.Kind.PASSAGE, probability__isnull=False)
        return said.alias(part=F("pk") % SAMPLE_OF).filter(part=0)

    def for_rows(self) -> Self:
        """With what a row of a list shows, and without what it does not."""
        return self.select_related("user", "customer", "reviewed_by", "handed_over_to").defer(
            "customer__search", "handed_over_to__search"
        )


class Question(models.Model):
    """A question and its answer: a worker completes the row.

    `customer` is the asker, and only where their identity was verified; `user` the member of
    staff who asked, `ticket` the conversation it was asked in. `by_staff` decides which
    passages may be read. The answer stands on `evidence`: for passages
    [{"passage", "source", "source_id", "title", "quote", "start", "end"}, ...] with
    characters of the passage's text, for facts [{"record", "record_id", "fields"}, ...].
    `closest` holds the sources that are shown when there is no answer. `detail` has the whole
    distribution over candidates, "no answer" among them, threshold and model versions;
    of a question without an answer also the `candidate` that was not sure enough.

    A public asker opens their question by a signed key (`customers.asking.keys`). Whoever
    hands over without being identified leaves `contact_name` and `contact_email`, which
    nobody verified. `verdict` is what staff say of the answer, or of the candidate.
    """

    REACHED: ClassVar = Reached(("ticket",), ("customer",), people=("user",))

    class Status(models.TextChoices):
        PENDING = "pending", _("waiting for a worker")
        ANSWERED = "answered", _("answered")
        UNSURE = "unsure", _("not sure")
        NEED_IDENTITY = "identify", _("asks who you are")
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

    class Verdict(models.TextChoices):
        RIGHT = "right", pgettext_lazy("verdict", "right")
        WRONG = "wrong", pgettext_lazy("verdict", "wrong")

    text = models.TextField(_("question"))
    language = models.CharField(_("language"), max_length=8, blank=True)
    channel = models.CharField(_("channel"), max_length=8, choices=Channel.choices)
    by_staff = models.BooleanField(_("asked by staff"), default=False)
    page = models.CharField(_("asked on"), max_length=300, blank=True)
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
    verdict = models.CharField(_("verdict"), max_length=5, choices=Verdict.choices, blank=True)
    correct_answer = models.TextField(_("right answer"), blank=True)
    correct_article = models.ForeignKey(
        Article,
        models.SET_NULL,
        null=True,
        related_name="answers_questions",
        verbose_name=_("article with the right answer"),
    )
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

    contact_name = models.CharField(_("name"), max_length=200, blank=True)
    contact_email = models.EmailField(_("e-mail"), blank=True)
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering: ClassVar = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="question_by_created"),
            models.Index(fields=["status", "-created_at"], name="question_by_status"),
            models.Index(fields=["customer", "-created_at"], name="question_by_customer"),
            # the review queue, and the questions asked in a ticket
            models.Index(fields=["-created_at"], name="question_to_review", condition=TO_REVIEW),
            models.Index(fields=["ticket", "-created_at"], name="question_by_ticket"),
        ]

    def __str__(self) -> str:
        return self.text[:80]

    @property
    def is_finished(self) -> bool:
        """Whether a worker is done with it."""
        return self.status != self.Status.PENDING

    @property
    def is_sampled(self) -> bool:
        """Whether its verdict counts for the error budget."""
        return self.pk % SAMPLE_OF == 0

    @property
    def is_abandoned(self) -> bool:
        """Whether workers died of it too often to try again."""
        return self.attempts >= MAX_ATTEMPTS

    def claim(self) -> bool:
        """Count an attempt; False when the question is finished or was tried too often."""
        waiting = Question.objects.pending().filter(pk=self.pk, attempts__lt=MAX_ATTEMPTS)
        return bool(waiting.update(attempts=F("attempts") + 1))

    def store(self, **columns: Any) -> bool:
        """What a worker found, with the time it took since the question was asked; False when
        the question is not pending any more, and then nothing is written.
        """
        now = timezone.now()
        took = max(0, round(1000 * (now - self.created_at).total_seconds()))
        waiting = Question.objects.pending().filter(pk=self.pk)
        stored = waiting.update(answered_at=now, latency_ms=min(took, MAX_LATENCY_MS), **columns)
        if stored:
            self.refresh_from_db()
        return bool(stored)

    def rate(self, feedback: str, reason: str = "") -> None:
        """Keep the asker's thumb and reason; rating again replaces it."""
        self.feedback, self.feedback_reason = feedback, reason
        self.save(update_fields=["feedback", "feedback_reason"])

    def review(
        self, verdict: str, *, by: User, answer: str = "", article: Article | None = None
    ) -> None:
        """What a member of staff says of the answer; a later verdict replaces it."""
        self.verdict, self.correct_answer, self.correct_article = verdict, answer, article
        self.reviewed_by, self.reviewed_at = by, timezone.now()
        names = ("verdict", "correct_answer", "correct_article", "reviewed_by", "reviewed_at")
        self.save(update_fields=names)

    def ask_again(self) -> bool:
        """Have a failed question answered anew; False when it did not fail."""
        failed = Question.objects.filter(pk=self.pk, status=self.Status.FAILED)
        with transaction.atomic():
            asked = failed.update(
                status=self.Status.PENDING, attempts=0, error="", created_at=timezone.now()
            )
            if asked:
                send_after_commit(job_requested, sender=Question, pk=self.pk)
        return bool(asked)
