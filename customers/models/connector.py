"""Shops that tell of their records by webhook, what they told, and what is told back."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models.journal import JournalEntry
from customers.models.order import Order
from customers.models.webhook import AdminQuerySet, address_problem
from customers.signals import job_requested, send_after_commit

SHOP_SECRET = RegexValidator(
    r"\A[A-Z][A-Z0-9_]*_SHOP_SECRET\Z",
    _("Name a variable in capitals that ends in _SHOP_SECRET, such as STORE_SHOP_SECRET."),
)


class Connector(models.Model):
    """One shop: its webhooks bring customers, orders, products and refunds under `source`.

    Secrets stand in the environment, `*_variable` only names them. With `sends_status` what
    becomes of an order here is told to the shop's API at `address`.
    """

    class Kind(models.TextChoices):
        SHOPIFY = "shopify", "Shopify"
        WOOCOMMERCE = "woocommerce", "WooCommerce"

    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("shop system"), max_length=12, choices=Kind.choices)
    source = models.SlugField(
        _("source"),
        max_length=40,
        unique=True,
        help_text=_("Its records stand under this source, as those of its imports do."),
    )
    is_active = models.BooleanField(_("active"), default=True)
    secret_variable = models.CharField(
        _("variable with the webhooks' secret"), max_length=100, validators=[SHOP_SECRET]
    )
    sends_status = models.BooleanField(
        _("tell the shop what becomes of orders"),
        default=False,
        help_text=_("Shipped, delivered, returned and refunded, by calls to the shop's API."),
    )
    address = models.CharField(
        _("address of the shop"),
        max_length=300,
        blank=True,
        help_text=_("Such as https://example.myshopify.com; only to tell it of orders."),
    )
    token_variable = models.CharField(
        _("variable with the token of its API"),
        max_length=100,
        blank=True,
        validators=[SHOP_SECRET],
        help_text=_("Shopify: an access token. WooCommerce: consumer key and secret, key:secret."),
    )
    on_own_network = models.BooleanField(
        _("on our own network"),
        default=False,
        help_text=_("Allows addresses of this machine and of private networks."),
    )
    last_received_at = models.DateTimeField(_("last webhook"), null=True, editable=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    objects = AdminQuerySet.as_manager()

    class Meta:
        verbose_name = _("connector")
        verbose_name_plural = _("connectors")
        ordering: ClassVar = ["name", "id"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """To tell the shop something, its address and the token are needed."""
        super().clean()
        problems: dict[str, Any] = {}
        if self.address:
            told = address_problem(self.address, on_own_network=self.on_own_network)
            problems |= {"address": told} if told else {}
        elif self.sends_status:
            problems["address"] = _("Give the shop's address, so that it can be told.")
        if self.sends_status and not self.token_variable:
            problems["token_variable"] = _("Name the variable that holds the token.")
        if problems:
            raise ValidationError(problems)


class InboundWebhookQuerySet(AdminQuerySet):
    """Many webhooks at once."""

    def due(self) -> Self:
        """Stored, and to be read by now; the oldest first."""
        stored = self.filter(status=InboundWebhook.Status.STORED, due_at__lte=timezone.now())
        return stored.order_by("id")


class InboundWebhook(models.Model):
    """One webhook of a shop as it came: stored first, then read by a worker. The row is the
    queue. Of one `webhook_id` one is stored, however often the shop sends it.
    """

    class Status(models.TextChoices):
        STORED = "stored", _("waits to be read")
        TAKEN = "taken", _("taken in")
        OUTDATED = "outdated", _("older than what is here")
        IGNORED = "ignored", _("nothing for us")
        FAILED = "failed", _("could not be read")

    connector = models.ForeignKey(
        Connector, models.CASCADE, related_name="webhooks", verbose_name=_("connector")
    )
    webhook_id = models.CharField(_("webhook id"), max_length=120)
    topic = models.CharField(_("topic"), max_length=60)
    body = models.BinaryField(_("body"))
    sha256 = models.CharField(_("sha256"), max_length=64)
    triggered_at = models.DateTimeField(_("sent by the shop at"), null=True)
    received_at = models.DateTimeField(_("received at"), default=timezone.now)
    status = models.CharField(
        _("status"), max_length=8, choices=Status.choices, default=Status.STORED
    )
    due_at = models.DateTimeField(_("due at"), default=timezone.now)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    error = models.CharField(_("reason"), max_length=500, blank=True)
    entry = models.ForeignKey(
        JournalEntry, models.SET_NULL, null=True, related_name="+", verbose_name=_("journal entry")
    )

    objects = InboundWebhookQuerySet.as_manager()

    class Meta:
        verbose_name = _("webhook of a shop")
        verbose_name_plural = _("webhooks of shops")
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["connector", "webhook_id"], name="inboundwebhook_once"),
        ]
        indexes: ClassVar = [
            # the queue; the log of a connector, whole and of one status; what may be forgotten
            models.Index(
                fields=["due_at"], name="inboundwebhook_queue", condition=Q(status="stored")
            ),
            models.Index(fields=["connector", "-id"], name="inboundwebhook_log"),
            models.Index(fields=["connector", "status", "-id"], name="inboundwebhook_by_status"),
            models.Index(fields=["received_at"], name="inboundwebhook_by_received"),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.webhook_id}"

    @property
    def may_be_retried(self) -> bool:
        """Whether a person can have it read again."""
        return self.status == self.Status.FAILED

    def retry(self) -> bool:
        """Have it read again; False where it is not one that failed."""
        rows = type(self).objects.filter(pk=self.pk, status=self.Status.FAILED)
        anew = {"attempts": 0, "error": "", "due_at": timezone.now()}
        if not rows.update(status=self.Status.STORED, **anew):
            return False
        send_after_commit(job_requested, sender=type(self), pk=self.pk)
        return True


class ShopStatus(models.Model):
    """What became of an order here, to be told to its shop. Written by the database in the
    transaction of the change; never for changes that the shop itself told.
    """

    class Status(models.TextChoices):
        PENDING = "pending", _("on its way")
        TOLD = "told", _("told")
        FAILED = "failed", _("given up")

    connector = models.ForeignKey(
        Connector, models.CASCADE, related_name="statuses", verbose_name=_("connector")
    )
    order = models.ForeignKey(
        Order, models.CASCADE, related_name="shop_statuses", verbose_name=_("order")
    )
    said = models.CharField(_("what is told"), max_length=20)
    status = models.CharField(
        _("status"), max_length=8, choices=Status.choices, default=Status.PENDING
    )
    due_at = models.DateTimeField(_("due at"), default=timezone.now)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    error = models.CharField(_("reason"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("created at"), default=timezone.now)

    objects = AdminQuerySet.as_manager()

    class Meta:
        verbose_name = _("status for a shop")
        verbose_name_plural = _("statuses for shops")
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], name="shopstatus_queue", condition=Q(status="pending")),
            models.Index(fields=["connector", "-id"], name="shopstatus_log"),
        ]

    def __str__(self) -> str:
        return f"{self.order}: {self.said}"
