"""Mail: what came in, byte by byte, and what goes out. Both tables are queues of their own."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.lookups import IsNull
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models.base import Reached, RecordQuerySet
from customers.models.mailbox import Mailbox
from customers.models.message import Message
from customers.models.satisfaction import SatisfactionRating
from customers.signals import job_requested, send_after_commit

MAIL_ID_CHARACTERS = 255


class InboundMailQuerySet(RecordQuerySet):
    """Much mail at once."""

    def visible_to(self, user: Any) -> Self:
        """All for managers and admins, none for others: mail may not be a ticket yet."""
        return super().visible_to(user) if getattr(user, "is_manager", False) else self.none()

    def waiting(self) -> Self:
        """Stored, and not read yet."""
        return self.filter(status=InboundMail.Status.STORED)

    def taken(self) -> Self:
        """What stands in a ticket."""
        return self.filter(status=InboundMail.Status.TAKEN)


class InboundMail(models.Model):
    """One mail as it came: stored first, then read into a ticket.

    `raw` is the mail itself, `sha256` its checksum. `uid_validity` and `uid` say where it lies
    on the IMAP server, and are null for mail that a webhook brought; `seen_at` is when it was
    marked as seen there. Of mail with one Message-ID and sender one is taken.
    """

    MOST_ATTEMPTS = 3

    class Status(models.TextChoices):
        STORED = "stored", _("waits to be read")
        TAKEN = "taken", _("in a ticket")
        DUPLICATE = "duplicate", _("came before")
        SET_ASIDE = "set_aside", _("set aside")
        FAILED = "failed", _("could not be read")

    class Kind(models.TextChoices):
        MAIL = "mail", _("written by somebody")
        AUTO_REPLY = "auto_reply", _("automatic reply")
        BULK = "bulk", _("bulk or generated mail")
        BOUNCE = "bounce", _("delivery report")
        OWN = "own", _("from our own address")

    mailbox = models.ForeignKey(
        Mailbox, models.PROTECT, related_name="inbound", verbose_name=_("mailbox")
    )
    uid_validity = models.BigIntegerField(_("UID validity"), null=True)
    uid = models.BigIntegerField("UID", null=True)
    raw = models.FileField(_("mail"), upload_to="mail/%Y/%m/", max_length=200)
    sha256 = models.CharField(_("sha256"), max_length=64)
    size_bytes = models.PositiveBigIntegerField(_("size in bytes"))
    is_cut = models.BooleanField(_("longer than was kept"), default=False)
    received_at = models.DateTimeField(_("received at"), default=timezone.now)
    seen_at = models.DateTimeField(_("marked as seen"), null=True)

    status = models.CharField(
        _("status"), max_length=10, choices=Status.choices, default=Status.STORED
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.MAIL)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    error = models.TextField(_("reason"), blank=True)
    mail_id = models.CharField(_("Message-ID"), max_length=MAIL_ID_CHARACTERS, blank=True)
    references = models.TextField(_("References"), blank=True)
    sender = models.CharField(_("sender"), max_length=254, blank=True)
    copied_to = ArrayField(
        models.CharField(max_length=254), verbose_name=_("copied to"), default=list, blank=True
    )
    subject = models.CharField(_("subject"), max_length=300, blank=True)
    message = models.OneToOneField(
        Message, models.SET_NULL, null=True, related_name="inbound_mail",
        verbose_name=_("message"),
    )  # fmt: skip

    objects = InboundMailQuerySet.as_manager()

    class Meta:
        verbose_name = _("mail that came")
        verbose_name_plural = _("mail that came")
        ordering: ClassVar = ["-received_at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["mailbox", "uid_validity", "uid"],
                name="inboundmail_once_by_uid",
                condition=Q(uid__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["mail_id", "sender"],
                name="inboundmail_taken_once",
                condition=Q(status="taken"),
            ),
        ]
        indexes: ClassVar = [
            # the list of mail, whole and of one status; and the queue
            models.Index(fields=["-received_at", "-id"], name="inboundmail_by_received"),
            models.Index(fields=["status", "-received_at"], name="inboundmail_by_status"),
            models.Index(fields=["id"], name="inboundmail_waiting", condition=Q(status="stored")),
            # which mail another answers, and whether it came before
            models.Index(fields=["mail_id"], name="inboundmail_by_mail_id"),
            models.Index(fields=["mailbox", "sha256"], name="inboundmail_by_content"),
            models.Index(
                fields=["mailbox"],
                name="inboundmail_unseen",
                condition=Q(uid__isnull=False, seen_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.subject or self.mail_id or f"#{self.pk}"

    @property
    def may_be_retried(self) -> bool:
        """Whether it can be read again: it is in no ticket, and did not come before."""
        return self.status in (self.Status.FAILED, self.Status.SET_ASIDE)

    @property
    def is_automatic(self) -> bool:
        """Whether no person wrote it, so that nothing answers it by itself."""
        return self.kind != self.Kind.MAIL

    def settle(self, status: str, error: str = "") -> None:
        """Say where it ended up; everything that was read of it is kept with it."""
        self.status, self.error = status, error
        names = ("status", "error", "kind", "mail_id", "references", "sender", "copied_to")
        self.save(update_fields=[*names, "subject", "message"])


class OutboundMailQuerySet(RecordQuerySet):
    """Much mail at once."""

    def due(self, now: datetime) -> Self:
        """What is to be sent by now: replies first, since people wait for them; of each the
        oldest first.
        """
        queued = self.filter(status=OutboundMail.Status.QUEUED, next_try_at__lte=now)
        return queued.order_by(IsNull(models.F("message"), True), "next_try_at", "id")

    def queue(self, **columns: Any) -> OutboundMail:
        """New mail, which rings for a worker once it is committed."""
        created: Any = self.create(**columns)
        mail: OutboundMail = created
        mail.ring()
        return mail

    def in_trouble(self) -> Self:
        """What somebody should look at."""
        return self.filter(status__in=OutboundMail.TROUBLED)


class OutboundMail(models.Model):
    """Mail on its way: a message of staff, the invitation to rate a ticket, or, with neither, a
    digest; the latter two have their text in `body`. The row is the queue.

    It is `sending` from before the server hears of it until the server's answer: a worker that
    dies in between leaves it `unsure`, and only a person sends it again. `sent_at` is when the
    server took it; a delivery report may make it `undelivered` later.
    """

    REACHED: ClassVar = Reached(tickets=("message__ticket", "rating__ticket"))

    class Status(models.TextChoices):
        QUEUED = "queued", _("waits to be sent")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("not sent")
        UNSURE = "unsure", _("perhaps sent")
        UNDELIVERED = "undelivered", _("not delivered")

    TROUBLED: ClassVar = (Status.FAILED, Status.UNSURE, Status.UNDELIVERED)

    message = models.OneToOneField(
        Message, models.CASCADE, null=True, related_name="outbound_mail", verbose_name=_("message")
    )
    rating = models.OneToOneField(
        SatisfactionRating,
        models.CASCADE,
        null=True,
        related_name="outbound_mail",
        verbose_name=_("satisfaction rating"),
    )
    mailbox = models.ForeignKey(
        Mailbox, models.PROTECT, related_name="outbound", verbose_name=_("mailbox")
    )
    to_address = models.EmailField(_("to"))
    copied_to = ArrayField(
        models.EmailField(), verbose_name=_("copied to"), default=list, blank=True
    )
    subject = models.CharField(_("subject"), max_length=310)
    mail_id = models.CharField(_("Message-ID"), max_length=MAIL_ID_CHARACTERS, unique=True)
    in_reply_to = models.CharField(_("In-Reply-To"), max_length=MAIL_ID_CHARACTERS, blank=True)
    references = models.TextField(_("References"), blank=True)
    is_automatic = models.BooleanField(_("written by no person"), default=False)
    body = models.TextField(_("text"), blank=True)

    status = models.CharField(
        _("status"), max_length=11, choices=Status.choices, default=Status.QUEUED
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    error = models.TextField(_("reason"), blank=True)
    queued_at = models.DateTimeField(_("queued at"), default=timezone.now)
    next_try_at = models.DateTimeField(_("next try"), default=timezone.now)
    claimed_at = models.DateTimeField(_("last tried"), null=True)
    sent_at = models.DateTimeField(_("sent at"), null=True)

    objects = OutboundMailQuerySet.as_manager()

    class Meta:
        verbose_name = _("mail that goes out")
        verbose_name_plural = _("mail that goes out")
        ordering: ClassVar = ["-queued_at", "-id"]
        indexes: ClassVar = [
            # the queue of a mailbox, and what a worker was at when it died
            models.Index(
                fields=["mailbox", "next_try_at", "id"],
                name="outboundmail_queue",
                condition=Q(status__in=["queued", "sending"]),
            ),
            # how much went out lately: by mailbox, to somebody, in all
            models.Index(fields=["mailbox", "claimed_at"], name="outboundmail_by_claimed"),
            models.Index(fields=["to_address", "claimed_at"], name="outboundmail_by_to"),
            # the list of mail, whole and of one status; the breaker
            models.Index(fields=["-queued_at", "-id"], name="outboundmail_by_queued"),
            models.Index(fields=["status", "-queued_at"], name="outboundmail_by_status"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} → {self.to_address}"

    @property
    def text(self) -> str:
        """What it says."""
        return self.message.body if self.message else self.body

    @property
    def about_ticket_id(self) -> int | None:
        """The key of the ticket that it belongs to; None for a digest."""
        if self.message:
            return self.message.ticket_id
        return self.rating.ticket_id if self.rating else None

    @property
    def may_be_retried(self) -> bool:
        """Whether a person may send it again."""
        return self.status in self.TROUBLED

    @property
    def is_under_way(self) -> bool:
        """Whether it is still to go out."""
        return self.status in (self.Status.QUEUED, self.Status.SENDING)

    def ring(self) -> None:
        """Have a worker look at the queue once this is committed."""
        send_after_commit(job_requested, sender=type(self), pk=self.mailbox_id)

    def send_again(self) -> bool:
        """Queue it once more, because a person said so; False when it is under way already."""
        again = type(self).objects.filter(pk=self.pk, status__in=self.TROUBLED)
        now = timezone.now()
        anew = {"attempts": 0, "error": "", "next_try_at": now, "queued_at": now}
        if again.update(status=self.Status.QUEUED, **anew) != 1:
            return False
        self.ring()
        return True
