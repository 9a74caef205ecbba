"""Alarms: something that changed and that somebody should look at now, with its evidence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models.base import Reached, RecordQuerySet
from customers.models.customer import Customer
from customers.models.product import Product
from customers.models.topic import Topic

if TYPE_CHECKING:
    from customers.models.user import User

# After staff dismissed an alarm, the same thing raises none for so long.
QUIET = timedelta(days=30)
# What came back so soon after it had ended is the same alarm, not another.
COMES_BACK = timedelta(days=7)
MOST_ROWS = 500  # rows that an alarm names; the newest


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found: `key` tells it from all else that rules of its kind may find.

    `subject` names the row that it is about by the column of `Alarm` (product, customer or
    topic), `name` what that is called now. `evidence` are the figures that the sentences
    are made of; `rows` the keys of the records behind it, in the list `rows_of`.
    """

    key: str
    name: str
    evidence: dict[str, Any]
    rows_of: str
    rows: tuple[int, ...]
    severity: int
    subject: dict[str, int] = field(default_factory=dict)


class AlarmQuerySet(RecordQuerySet):
    """Many alarms at once."""

    def standing(self) -> Self:
        """Alarms that someone should look at."""
        return self.filter(ended_at__isnull=True, dismissed_at__isnull=True)

    def dismissed(self) -> Self:
        """Alarms that staff put aside."""
        return self.filter(dismissed_at__isnull=False)

    def ended(self) -> Self:
        """Alarms whose reason went away by itself."""
        return self.filter(ended_at__isnull=False, dismissed_at__isnull=True)

    def remembered(self, now: datetime) -> Self:
        """Alarms that may answer for what is found at `now`: those that go on, ended lately,
        or were dismissed within the quiet time.
        """
        lately = Q(ended_at__gte=now - COMES_BACK)
        quiet = Q(dismissed_at__gt=timezone.now() - QUIET)
        return self.filter(Q(ended_at__isnull=True) | lately | quiet)

    def raise_found(self, kind: str, findings: Iterable[Finding], now: datetime) -> int:
        """Bring the alarms of a kind in line with all that its rule finds at `now`; returns
        how many are new.

        What is found for the first time is raised. What goes on is kept current, and stays
        dismissed for `QUIET` where it was dismissed. What is not found any more ends; where
        it comes back within `COMES_BACK`, the same alarm goes on.
        """
        found = {finding.key: finding for finding in findings}
        with transaction.atomic():
            known: Any = self.filter(kind=kind).remembered(now).order_by("raised_at", "id")
            last: dict[str, Alarm] = {alarm.key: alarm for alarm in known}
            new = [
                finding
                for key, finding in found.items()
                if not (key in last and last[key]._goes_on(finding, now))
            ]
            superseded = [last[finding.key].pk for finding in new if finding.key in last]
            gone = Q(pk__in=superseded) | ~Q(key__in=found)
            self.filter(gone, kind=kind, ended_at__isnull=True).update(ended_at=now)
            Alarm.objects.bulk_create([_raised(kind, finding, now) for finding in new])
        return len(new)


class Alarm(models.Model):
    """A change that is more than chance, and the rows behind it.

    Titles and sentences are made from `evidence` in the reader's language (see
    `customers.alarms.wording`); `subject_name` remembers what a subject was called that is
    gone. It is open until it ends by itself (`ended_at`) or staff dismiss it. `raised_at`,
    `last_seen_at` and `ended_at` are in the time of the shop (`customers.periods.shop_now`).
    """

    REACHED: ClassVar = Reached(customers=("customer",), strays=True)

    class Kind(models.TextChoices):
        PRODUCT_SENTIMENT = "product_sentiment", _("reviews of a product get worse")
        ASPECT = "aspect", _("an aspect of a product gets worse")
        RETURNS = "returns", _("a product comes back more often")
        ANGRY_CUSTOMER = "angry_customer", _("a top customer is angry")
        CHURN = "churn", _("customers of a kind fall silent")
        NEW_TOPIC = "new_topic", _("a new topic")
        MAIL_STOPPED = "mail_stopped", _("mail no longer goes out")
        BACKUP_MISSING = "backup_missing", _("no backup")

    class Severity(models.IntegerChoices):
        NOTICE = 1, _("worth knowing")
        WARNING = 2, _("look at it")
        URGENT = 3, _("act now")

    class RowsOf(models.TextChoices):
        REVIEWS = "reviews", _("reviews")
        TICKETS = "tickets", _("tickets")
        ORDERS = "orders", _("orders")
        CUSTOMERS = "customers", _("customers")

    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    key = models.CharField(_("key"), max_length=200)
    severity = models.PositiveSmallIntegerField(_("severity"), choices=Severity.choices)
    product = models.ForeignKey(
        Product, models.SET_NULL, null=True, related_name="alarms", verbose_name=_("product")
    )
    customer = models.ForeignKey(
        Customer, models.SET_NULL, null=True, related_name="alarms", verbose_name=_("customer")
    )
    topic = models.ForeignKey(
        Topic, models.SET_NULL, null=True, related_name="alarms", verbose_name=_("topic")
    )
    subject_name = models.CharField(_("subject"), max_length=300)
    evidence = models.JSONField(_("evidence"), default=dict)
    rows_of = models.CharField(_("rows"), max_length=10, choices=RowsOf.choices)
    row_pks = ArrayField(models.BigIntegerField(), verbose_name=_("keys of the rows"))
    raised_at = models.DateTimeField(_("raised at"))
    last_seen_at = models.DateTimeField(_("last seen"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    dismissed_at = models.DateTimeField(_("dismissed at"), null=True, blank=True)
    dismissed_by = models.ForeignKey(
        "customers.User",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("dismissed by"),
    )
    dismiss_reason = models.CharField(_("reason"), max_length=200, blank=True)

    objects = AlarmQuerySet.as_manager()

    class Meta:
        verbose_name = _("alarm")
        verbose_name_plural = _("alarms")
        ordering: ClassVar = ["-severity", "-raised_at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "key"],
                condition=Q(ended_at__isnull=True),
                name="alarm_once_at_a_time",
            ),
        ]
        indexes: ClassVar = [
            # home, and the list of open alarms
            models.Index(
                fields=["-severity", "-raised_at", "-id"],
                condition=Q(ended_at__isnull=True, dismissed_at__isnull=True),
                name="alarm_standing",
            ),
            # the list of all, the API, and what a rule raised before
            models.Index(fields=["-raised_at", "-id"], name="alarm_by_raised"),
            models.Index(fields=["kind", "-raised_at"], name="alarm_by_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.subject_name}"

    @property
    def rows_address(self) -> str:
        """The list of the very rows behind it."""
        return f"{reverse(self.rows_of)}?alarm={self.pk}"

    @property
    def subject_address(self) -> str:
        """The page of what it is about; "" where that is gone or has none."""
        subjects = (("product", self.product_id), ("customer", self.customer_id))
        for name, pk in (*subjects, ("topic", self.topic_id)):
            if pk:
                return reverse(name, args=[pk])
        return ""

    @property
    def is_standing(self) -> bool:
        """Whether someone should look at it."""
        return self.ended_at is None and self.dismissed_at is None

    @property
    def state(self) -> str:
        """ "open", "dismissed" or "ended"."""
        if self.dismissed_at:
            return "dismissed"
        return "ended" if self.ended_at else "open"

    def dismiss(self, *, by: User, reason: str = "") -> None:
        """Put it aside; the same thing raises no other for `QUIET`."""
        self.dismissed_at, self.dismissed_by, self.dismiss_reason = timezone.now(), by, reason
        self.save(update_fields=["dismissed_at", "dismissed_by", "dismiss_reason"])

    def bring_back(self) -> None:
        """Undo the dismissal."""
        self.dismissed_at, self.dismissed_by, self.dismiss_reason = None, None, ""
        self.save(update_fields=["dismissed_at", "dismissed_by", "dismiss_reason"])

    def _goes_on(self, finding: Finding, now: datetime) -> bool:
        """Whether this alarm answers for the finding; then it is kept current."""
        if self.dismissed_at and timezone.now() - self.dismissed_at >= QUIET:
            return False
        if self.ended_at and not self.dismissed_at and now - self.ended_at > COMES_BACK:
            return False
        self.last_seen_at, self.ended_at = now, None
        self.evidence, self.severity = finding.evidence, finding.severity
        self.subject_name, self.row_pks = finding.name, _newest(finding.rows)
        columns = ("last_seen_at", "ended_at", "evidence", "severity", "subject_name", "row_pks")
        self.save(update_fields=columns)
        return True


def _raised(kind: str, finding: Finding, now: datetime) -> Alarm:
    return Alarm(
        kind=kind,
        key=finding.key,
        severity=finding.severity,
        subject_name=finding.name[:300],
        evidence=finding.evidence,
        rows_of=finding.rows_of,
        row_pks=_newest(finding.rows),
        raised_at=now,
        last_seen_at=now,
        **{f"{column}_id": pk for column, pk in finding.subject.items()},
    )


def _newest(rows: Sequence[int]) -> list[int]:
    return list(rows[:MOST_ROWS])
