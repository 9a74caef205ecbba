"""Mailboxes: the addresses that customers write to, and how their mail comes and goes."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models.base import RecordQuerySet
from customers.models.generator import is_private
from customers.models.team import Team
from customers.signals import job_requested, send_after_commit

# Only names of secrets: a server must never be given the shop's other secrets.
SECRET_VARIABLE = RegexValidator(
    r"\A[A-Z][A-Z0-9_]*_MAIL_SECRET\Z",
    _("Name a variable in capitals that ends in _MAIL_SECRET, such as SUPPORT_MAIL_SECRET."),
)
PORT = (MinValueValidator(1), MaxValueValidator(65_535))


class MailboxQuerySet(RecordQuerySet):
    """Many mailboxes at once."""

    def visible_to(self, user: Any) -> Self:
        """All for managers and admins, none for others."""
        return super().visible_to(user) if getattr(user, "is_manager", False) else self.none()

    def active(self) -> Self:
        """Those that take and send mail."""
        return self.filter(is_active=True)

    def owning(self, address: str) -> bool:
        """Whether an address is one of ours, with or without a part after a plus."""
        local, _at, domain = address.lower().rpartition("@")
        plain = f"{local.partition('+')[0]}@{domain}"
        return self.filter(address__in={address.lower(), plain}).exists()

    def stop_sending(self, reason: str) -> int:
        """Nothing goes out any more until somebody resumes it; how many mailboxes that are."""
        going = self.filter(sending_stopped_at__isnull=True)
        return going.update(sending_stopped_at=timezone.now(), stop_reason=reason[:300])


class Mailbox(models.Model):
    """One address of the shop: IMAP (or a webhook) brings its mail, SMTP sends it.

    Passwords stand in the environment, `*_variable` only names them. `uid_validity`, `last_uid`
    and `history_uid` tell how far its folder is read: what was there at the first look, up to
    `history_uid`, is taken only where it is unseen. `sending_stopped_at` is set by the breaker.
    """

    class Security(models.TextChoices):
        TLS = "tls", _("TLS")
        STARTTLS = "starttls", _("STARTTLS")
        NONE = "none", _("none (own network only)")

    name = models.CharField(_("name of the sender"), max_length=80)
    address = models.EmailField(_("address"), unique=True)
    team = models.ForeignKey(
        Team, models.SET_NULL, null=True, blank=True, related_name="mailboxes",
        verbose_name=_("team"), help_text=_("New tickets go to this team."),
    )  # fmt: skip
    is_active = models.BooleanField(_("active"), default=False)
    on_own_network = models.BooleanField(
        _("servers on our own network"),
        default=False,
        help_text=_("Allows addresses of this machine and of private networks."),
    )
    uses_plus_addresses = models.BooleanField(
        _("has plus addresses"),
        default=False,
        help_text=_(
            "Replies then come to name+ticket@…, which finds the ticket whatever the "
            "customer's program leaves out."
        ),
    )

    imap_host = models.CharField(_("IMAP server"), max_length=255, blank=True)
    imap_port = models.PositiveIntegerField(_("IMAP port"), default=993, validators=PORT)
    imap_security = models.CharField(
        _("IMAP security"), max_length=8, choices=Security.choices, default=Security.TLS
    )
    imap_user = models.CharField(_("IMAP user"), max_length=255, blank=True)
    imap_variable = models.CharField(
        _("variable with the IMAP password"), max_length=100, blank=True,
        validators=[SECRET_VARIABLE],
    )  # fmt: skip
    imap_folder = models.CharField(_("IMAP folder"), max_length=255, default="INBOX")

    smtp_host = models.CharField(_("SMTP server"), max_length=255, blank=True)
    smtp_port = models.PositiveIntegerField(_("SMTP port"), default=587, validators=PORT)
    smtp_security = models.CharField(
        _("SMTP security"), max_length=8, choices=Security.choices, default=Security.STARTTLS
    )
    smtp_user = models.CharField(_("SMTP user"), max_length=255, blank=True)
    smtp_variable = models.CharField(
        _("variable with the SMTP password"), max_length=100, blank=True,
        validators=[SECRET_VARIABLE],
    )  # fmt: skip

    webhook_variable = models.CharField(
        _("variable with the webhook's secret"), max_length=100, blank=True,
        validators=[SECRET_VARIABLE],
        help_text=_("For mail that another service hands over; empty: no webhook."),
    )  # fmt: skip

    uid_validity = models.BigIntegerField(_("UID validity"), null=True, editable=False)
    last_uid = models.BigIntegerField(_("last UID"), default=0, editable=False)
    history_uid = models.BigIntegerField(_("last UID of the first look"), default=0, editable=False)
    last_checked_at = models.DateTimeField(_("last looked at"), null=True, editable=False)
    last_error = models.TextField(_("error of the last look"), blank=True, editable=False)
    last_sent_at = models.DateTimeField(_("last sent"), null=True, editable=False)
    sending_error = models.TextField(_("error of sending"), blank=True, editable=False)
    sending_stopped_at = models.DateTimeField(_("sending stopped"), null=True, editable=False)
    stop_reason = models.CharField(_("why it stopped"), max_length=300, blank=True, editable=False)
    sending_resumed_at = models.DateTimeField(_("sending resumed"), null=True, editable=False)
    trial_requested_at = models.DateTimeField(_("try-out asked for"), null=True, editable=False)
    tried_at = models.DateTimeField(_("tried at"), null=True, editable=False)
    trial_error = models.TextField(_("error of the try-out"), blank=True, editable=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    objects = MailboxQuerySet.as_manager()

    class Meta:
        verbose_name = _("mailbox")
        verbose_name_plural = _("mailboxes")
        ordering: ClassVar = ["address"]

    def __str__(self) -> str:
        return self.address

    def clean(self) -> None:
        """Servers on private networks, and connections in the clear, need the tick."""
        super().clean()
        self.address = self.address.lower()
        problems: dict[str, Any] = {}
        for kind in ("imap", "smtp"):
            host, security = getattr(self, f"{kind}_host"), getattr(self, f"{kind}_security")
            if host and not self.on_own_network and is_private(host.lower()):
                problems[f"{kind}_host"] = _(
                    "This is on a private network: tick “servers on our own network”."
                )
            if host and not self.on_own_network and security == self.Security.NONE:
                problems[f"{kind}_security"] = _("Passwords and mail would go in the clear.")
        if problems:
            raise ValidationError(problems)

    @property
    def domain(self) -> str:
        """What stands behind the @ of its address."""
        return self.address.rpartition("@")[2]

    @property
    def may_send(self) -> bool:
        """Whether its mail goes out now."""
        return self.is_active and bool(self.smtp_host) and self.sending_stopped_at is None

    @property
    def is_being_tried(self) -> bool:
        """Whether a try-out waits for a worker."""
        asked, tried = self.trial_requested_at, self.tried_at
        return asked is not None and (tried is None or tried < asked)

    def request_trial(self) -> None:
        """Have a worker log in at both servers; what it finds comes onto this row."""
        self.trial_requested_at = timezone.now()
        self.save(update_fields=["trial_requested_at"])
        send_after_commit(job_requested, sender=type(self), pk=self.pk)

    def resume_sending(self) -> None:
        """Let mail go out again; what was queued before no longer counts for the breaker."""
        self.sending_stopped_at, self.stop_reason = None, ""
        self.sending_resumed_at = timezone.now()
        names = ["sending_stopped_at", "stop_reason", "sending_resumed_at"]
        self.save(update_fields=names)
