"""The log of generated texts: tokens, cost and latency of each, and the quota they count to."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.db import connection, models, transaction
from django.db.models import Avg, Case, Count, F, Q, Sum, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models.generator import PURPOSES, Generator, GeneratorUse, ManagedQuerySet

if TYPE_CHECKING:
    from customers.models.user import User

QUOTA_LOCKS = 7_310_018  # one reservation of a user at a time
RESERVED_FOR = timedelta(hours=1)  # then what a dead process reserved is free again


class GenerationLogQuerySet(ManagedQuerySet):
    """Many generated texts at once."""

    def since_month_began(self) -> Self:
        """Those of this calendar month, in the current time zone."""
        return self.filter(started_at__gte=month_start())

    def tokens(self) -> int:
        """The tokens that count to a quota: those used, and those reserved by what runs."""
        running = Q(outcome=GenerationLog.Outcome.RUNNING)
        lapsed = running & Q(started_at__lt=timezone.now() - RESERVED_FOR)
        counted = Case(
            When(lapsed, then=0),
            When(running, then=F("tokens_reserved")),
            default=F("tokens_in") + F("tokens_out"),
            output_field=models.BigIntegerField(),
        )
        total: int = self.aggregate(n=Coalesce(Sum(counted), 0))["n"]
        return total

    def reserve(self, use: GeneratorUse, user: User | None, tokens: int) -> GenerationLog | None:
        """A running entry that holds so many tokens of the user's quota; None where fewer are
        left. Two requests at once cannot both have the last ones.

        Not inside a transaction, which would hold the user's other requests up to its end.
        """
        columns = {"feature": use.feature, "user": user}
        with transaction.atomic(durable=True):
            with connection.cursor() as cursor:
                key = user.pk if user else 0
                cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [QUOTA_LOCKS, key])
            used = self.filter(**columns).since_month_began().tokens()
            if use.monthly_tokens and used + tokens > use.monthly_tokens:
                return None
            return self.begin(use.generator, tokens_reserved=tokens, **columns)

    def begin(self, generator: Generator | None, **columns: Any) -> GenerationLog:
        """A running entry of a generator."""
        assert generator is not None  # a switch is in force with one alone
        entry: Any = self.create(
            generator=generator,
            generator_name=generator.name,
            model_name=generator.model,
            is_local=generator.is_local,
            currency=generator.currency,
            **columns,
        )
        logged: GenerationLog = entry
        return logged

    def by_user(self) -> Any:
        """For each user, feature and currency: texts, failures, tokens, cost and latency."""
        outcomes = GenerationLog.Outcome
        groups = self.order_by().values("user", "user__username", "feature", "currency")
        return groups.annotate(
            texts=Count("pk", filter=Q(outcome=outcomes.DONE)),
            failures=Count("pk", filter=~Q(outcome__in=(outcomes.DONE, outcomes.RUNNING))),
            tokens_used=Sum(F("tokens_in") + F("tokens_out")),
            cost_sum=Sum("cost"),
            latency=Avg("latency_ms", filter=Q(outcome=outcomes.DONE)),
        ).order_by("-tokens_used", "user__username", "feature")


class GenerationLog(models.Model):
    """One text that was asked of a generator, local or remote: for whom, and what it took.

    It begins as a reservation (`tokens_reserved`) and ends with what was used. `cost` is in
    `currency`. `detail` says in a few words what went wrong.
    """

    class Outcome(models.TextChoices):
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        DOWN = "down", _("not reached")
        SLOW = "slow", _("too slow")
        NONSENSE = "nonsense", _("no usable answer")
        REFUSED = "refused", _("refused")
        QUOTA = "quota", _("over quota")
        SETUP = "setup", _("not set up")

    feature = models.CharField(_("feature"), max_length=8, choices=PURPOSES)
    user = models.ForeignKey(
        "customers.User", models.SET_NULL, null=True, related_name="+", verbose_name=_("user")
    )
    generator = models.ForeignKey(
        Generator, models.SET_NULL, null=True, related_name="+", verbose_name=_("generator")
    )
    generator_name = models.CharField(_("generator name"), max_length=80)
    model_name = models.CharField(_("model"), max_length=300)
    is_local = models.BooleanField(_("on this machine"))
    outcome = models.CharField(
        _("outcome"), max_length=8, choices=Outcome.choices, default=Outcome.RUNNING
    )
    detail = models.TextField(_("detail"), blank=True)
    tokens_reserved = models.PositiveIntegerField(_("tokens reserved"), default=0)
    tokens_in = models.PositiveIntegerField(_("tokens in"), default=0)
    tokens_out = models.PositiveIntegerField(_("tokens out"), default=0)
    cost = models.DecimalField(_("cost"), max_digits=14, decimal_places=6, default=Decimal(0))
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    latency_ms = models.PositiveIntegerField(_("latency in milliseconds"), null=True)
    started_at = models.DateTimeField(_("started at"), default=timezone.now)

    objects = GenerationLogQuerySet.as_manager()

    class Meta:
        verbose_name = _("generated text")
        verbose_name_plural = _("generated texts")
        ordering: ClassVar = ["-started_at", "-id"]
        indexes: ClassVar = [
            models.Index(fields=["-started_at", "-id"], name="generationlog_by_started"),
            # what a user used of a feature this month
            models.Index(fields=["user", "feature", "started_at"], name="generationlog_by_user"),
        ]

    def __str__(self) -> str:
        return f"{self.feature} {self.started_at:%Y-%m-%d %H:%M}"

    def end(self, outcome: str, *, detail: str = "", **columns: Any) -> None:
        """How it ended, with its tokens, cost and latency."""
        for name, value in (columns | {"outcome": outcome, "detail": detail}).items():
            setattr(self, name, value)
        self.save(update_fields=["outcome", "detail", *columns])


def month_start() -> datetime:
    """The first moment of this month in the current time zone."""
    return timezone.localtime().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
