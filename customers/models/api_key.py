"""Keys by which partner systems call the API, and the answers that a repeated call gets."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models.base import RecordQuerySet

if TYPE_CHECKING:
    from customers.models.user import User

USE_NOTED_EVERY = timedelta(minutes=1)
REPLY_KEPT = timedelta(days=2)


class ApiKeyQuerySet(RecordQuerySet):
    """Many keys at once."""

    def visible_to(self, user: Any) -> Self:
        """All for admins, their own for everybody else."""
        rows = super().visible_to(user)
        return rows if user.has_role("admin") else rows.filter(owner=user)

    def working(self, now: datetime | None = None) -> Self:
        """Those that open the API at this time."""
        at = now or timezone.now()
        in_time = Q(expires_at=None) | Q(expires_at__gt=at)
        return self.filter(in_time, revoked_at=None, owner__is_active=True)


class ApiKey(models.Model):
    """A key: what its owner may do, narrowed to its scopes and to one source.

    The secret is shown once, when the key is made; `digest` is its SHA-256. It has 256 random
    bits, so no slow hash is needed. `prefix` finds the row and tells keys apart in lists and
    logs. `source` "" means records of all sources. A key that `replaces` another was made by
    rotation; the older one works until its `expires_at`.
    """

    MOST_A_MINUTE = 60_000

    name = models.CharField(_("name"), max_length=80)
    owner = models.ForeignKey(
        "customers.User",
        models.CASCADE,
        related_name="api_keys",
        verbose_name=_("owner"),
        help_text=_("The key may do what its owner may do, and no more."),
    )
    prefix = models.CharField(_("prefix"), max_length=12, unique=True, editable=False)
    digest = models.CharField(_("digest"), max_length=64, editable=False)
    scopes = ArrayField(models.CharField(max_length=40), verbose_name=_("scopes"), default=list)
    source = models.SlugField(
        _("source"),
        max_length=40,
        blank=True,
        help_text=_("Records of this source alone are read and written; empty: of all."),
    )
    requests_per_minute = models.PositiveIntegerField(
        _("requests a minute"),
        default=600,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_A_MINUTE)],
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    created_by = models.ForeignKey(
        "customers.User", models.SET_NULL, null=True, related_name="+", verbose_name=_("created by")
    )
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, editable=False)
    last_used_at = models.DateTimeField(_("last used at"), null=True, editable=False)
    replaces = models.OneToOneField(
        "self",
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="replaced_by",
        verbose_name=_("replaces"),
    )

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        ordering: ClassVar = ["-created_at", "-id"]
        indexes: ClassVar = [
            models.Index(fields=["-created_at", "-id"], name="apikey_by_created"),
            models.Index(fields=["owner", "-created_at"], name="apikey_by_owner"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def is_working(self) -> bool:
        """Whether it opens the API now, as far as the key itself goes."""
        in_time = self.expires_at is None or self.expires_at > timezone.now()
        return self.revoked_at is None and in_time

    def allows(self, scope: str) -> bool:
        """Whether the key was given a scope such as `orders:write`."""
        return scope in self.scopes

    def note_use(self) -> None:
        """Note that it was used, at most once a minute: no row is written for each call."""
        now = timezone.now()
        if self.last_used_at is None or self.last_used_at < now - USE_NOTED_EVERY:
            type(self).objects.filter(pk=self.pk).update(last_used_at=now)

    def revoke(self) -> None:
        """Shut the key for good, from the next request on."""
        rows = type(self).objects.filter(pk=self.pk, revoked_at=None)
        if rows.update(revoked_at=timezone.now()):
            self.refresh_from_db(fields=["revoked_at"])


class IdempotentReplyQuerySet(models.QuerySet):
    """Many kept answers at once."""

    def forget_old(self, now: datetime | None = None) -> int:
        """Delete the answers that are kept no longer; how many."""
        return self.filter(created_at__lt=(now or timezone.now()) - REPLY_KEPT).delete()[0]


class IdempotentReply(models.Model):
    """The answer to a write that carried an `Idempotency-Key`, for whoever sends it again.

    The row is inserted before the write and filled after it, in the same transaction: there is
    never an effect without its answer, nor an answer without its effect. `caller` is a hash of
    who called; `request_sha256` is of method, address and body.
    """

    caller = models.CharField(_("caller"), max_length=64)
    key = models.CharField(_("key"), max_length=200)
    request_sha256 = models.CharField(_("SHA-256 of the request"), max_length=64)
    status = models.PositiveSmallIntegerField(_("status"), null=True)
    headers = models.JSONField(_("headers"), default=dict)
    body = models.BinaryField(_("body"), default=b"")
    created_at = models.DateTimeField(_("created at"), default=timezone.now)

    objects = IdempotentReplyQuerySet.as_manager()

    class Meta:
        verbose_name = _("kept answer")
        verbose_name_plural = _("kept answers")
        ordering: ClassVar = ["-created_at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(F("caller"), F("key"), name="idempotentreply_unique_key")
        ]
        indexes: ClassVar = [models.Index(fields=["created_at"], name="idempotentreply_by_age")]

    def __str__(self) -> str:
        return self.key


def acting_with(user: User, key: ApiKey | None) -> User:
    """The user, acting with this key and no further than it goes."""
    user.acting_key = key
    return user
