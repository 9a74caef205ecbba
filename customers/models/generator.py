"""Generators of text: which there are, what each feature uses, and what was generated."""

from __future__ import annotations

import ipaddress
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, Self
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models.base import RecordQuerySet
from customers.models.training import JobQuerySet

if TYPE_CHECKING:
    from customers.models.user import User

# Only names of keys: an address must never be given the shop's own secrets to send.
KEY_VARIABLE = RegexValidator(
    r"\A[A-Z][A-Z0-9_]*_API_KEY\Z",
    _("Name a variable in capitals that ends in _API_KEY, such as OPENAI_API_KEY."),
)
DESTINATION = ("kind", "base_url", "on_own_network")


class Feature(models.TextChoices):
    """What text may be generated for."""

    REPLY = "reply", _("Suggested replies")
    SUMMARY = "summary", _("Summaries")
    ARTICLE = "article", _("Article drafts")


TRIAL = "trial"  # the fixed sentence that tries a generator out: no feature of the shop's
PURPOSES = [*Feature.choices, (TRIAL, _("Try-out"))]
SHOP = "shop"  # a status of an order, told to the shop that it came from
EGRESS_PURPOSES = [*PURPOSES, (SHOP, _("Status to a shop"))]


class ManagedQuerySet(RecordQuerySet):
    """Rows about generators: for managers and admins."""

    def visible_to(self, user: Any) -> Self:
        """All for managers and admins, none for others."""
        return super().visible_to(user) if getattr(user, "is_manager", False) else self.none()


class Generator(models.Model):
    """A model that writes text: on this machine, or behind an OpenAI-compatible address.

    `model` is a Hugging Face name or a folder of this machine, or what the server calls its
    model. The key of a server stands in the environment; `key_variable` only names it.
    Prices are for 1,000 tokens.
    """

    class Kind(models.TextChoices):
        SEQ2SEQ = "seq2seq", _("on this machine: text to text (such as T5)")
        CAUSAL = "causal", _("on this machine: causal (such as GPT, Llama, Qwen)")
        REMOTE = "remote", _("OpenAI-compatible server")

    name = models.CharField(_("name"), max_length=80, unique=True)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    model = models.CharField(
        _("model"),
        max_length=300,
        help_text=_("A Hugging Face name or a folder of this machine; the server's own name."),
    )
    base_url = models.CharField(
        _("address of the server"),
        max_length=400,
        blank=True,
        help_text=_("Up to and with its version, such as https://llm.example.com/v1."),
    )
    on_own_network = models.BooleanField(
        _("on our own network"),
        default=False,
        help_text=_("Allows addresses of this machine and of private networks."),
    )
    key_variable = models.CharField(
        _("variable with the key"),
        max_length=100,
        blank=True,
        validators=[KEY_VARIABLE],
        help_text=_("The environment variable that holds the API key; empty for none."),
    )
    max_tokens = models.PositiveIntegerField(
        _("most tokens of an answer"),
        default=400,
        validators=[MinValueValidator(1), MaxValueValidator(8192)],
    )
    timeout_s = models.PositiveSmallIntegerField(
        _("most seconds of an answer"),
        default=30,
        validators=[MinValueValidator(1), MaxValueValidator(300)],
    )
    price_in = models.DecimalField(
        _("price of 1,000 tokens in"), max_digits=12, decimal_places=6,
        default=Decimal(0),
        validators=[MinValueValidator(0)],
    )  # fmt: skip
    price_out = models.DecimalField(
        _("price of 1,000 tokens out"), max_digits=12, decimal_places=6,
        default=Decimal(0),
        validators=[MinValueValidator(0)],
    )  # fmt: skip
    currency = models.CharField(
        _("currency"),
        max_length=3,
        blank=True,
        validators=[RegexValidator(r"\A[A-Z]{3}\Z", _("Three capitals, such as EUR."))],
    )
    created_by = models.ForeignKey(
        "customers.User",
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("created by"),
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    objects = ManagedQuerySet.as_manager()

    class Meta:
        verbose_name = _("generator")
        verbose_name_plural = _("generators")
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_local(self) -> bool:
        """Whether its model runs on this machine, so that nothing leaves it."""
        return self.kind != self.Kind.REMOTE

    @property
    def host(self) -> str:
        """The host that a remote generator is at; "" for a local one."""
        return "" if self.is_local else urlsplit(self.base_url).hostname or ""

    def clean(self) -> None:
        """Refuse addresses that are none, and hosts of private networks without the tick."""
        super().clean()
        problems = {} if self.is_local else _address_problems(self)
        if (self.price_in or self.price_out) and not self.currency:
            problems["currency"] = _("Name the currency of the prices.")
        if problems:
            raise ValidationError(problems)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; where text would now go elsewhere, what uses it is switched off, for nobody
        agreed to the new destination.
        """
        with transaction.atomic():
            before = type(self).objects.filter(pk=self.pk).values(*DESTINATION).first()
            super().save(*args, **kwargs)
            if before and any(before[name] != getattr(self, name) for name in DESTINATION):
                self.uses.update(is_on=False)


def _address_problems(generator: Generator) -> dict[str, Any]:
    """What is wrong with the address of a remote generator, as far as its text tells.

    Where a name leads to is looked at when something is sent.
    """
    try:
        parts = urlsplit(generator.base_url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return {"base_url": _("This is no address.")}
    if parts.scheme not in ("http", "https") or not host:
        return {"base_url": _("Give an address that begins with https:// or http://.")}
    if parts.username or parts.password or parts.query or parts.fragment:
        return {"base_url": _("Leave out names, passwords, questions and fragments.")}
    if not generator.on_own_network and is_private(host):
        return {"base_url": _("This is on a private network: tick “on our own network”.")}
    return {}


def is_private(host: str) -> bool:
    """Whether a host, as far as its text tells, is this machine or on a private network."""
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
        return True
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return False


class GeneratorUseQuerySet(ManagedQuerySet):
    """The switches of features."""

    def in_force(self, feature: str) -> GeneratorUse | None:
        """The switch of a feature with its generator, where it is on."""
        rows = self.filter(feature=feature, is_on=True, generator__isnull=False)
        found: Any = rows.select_related("generator").first()
        return found


class GeneratorUse(models.Model):
    """Whether a feature generates text, by which generator, and how much for each user.

    Nothing generates until an admin switched it on. `monthly_tokens` is for one user and
    calendar month, tokens in and out together; 0 is without limit.
    """

    feature = models.CharField(_("feature"), max_length=8, choices=Feature.choices, unique=True)
    generator = models.ForeignKey(
        Generator, models.SET_NULL, null=True, blank=True, related_name="uses",
        verbose_name=_("generator"),
    )  # fmt: skip
    is_on = models.BooleanField(_("switched on"), default=False)
    monthly_tokens = models.PositiveIntegerField(
        _("tokens for each user in a month"),
        default=200_000,
        validators=[MaxValueValidator(1_000_000_000)],
        help_text=_("In and out together; 0 is without limit."),
    )
    set_by = models.ForeignKey(
        "customers.User",
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("set by"),
    )
    set_at = models.DateTimeField(_("set at"), null=True, editable=False)

    objects = GeneratorUseQuerySet.as_manager()

    class Meta:
        verbose_name = _("use of a generator")
        verbose_name_plural = _("uses of generators")
        ordering: ClassVar = ["feature"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(is_on=False) | models.Q(set_at__isnull=False),
                name="generatoruse_on_was_set",
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_feature_display())

    def clean(self) -> None:
        """Without a generator there is nothing to switch on."""
        super().clean()
        if self.is_on and self.generator is None:
            raise ValidationError({"generator": _("Choose the generator first.")})

    def set(self, *, by: User) -> None:
        """Keep what an admin decided, with who and when."""
        self.set_by, self.set_at = by, timezone.now()
        self.save()


class GeneratorTrial(models.Model):
    """One try-out of a generator with a fixed sentence; a worker completes the row."""

    class Status(models.TextChoices):
        PENDING = "pending", _("waiting for a worker")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    generator = models.ForeignKey(
        Generator, models.CASCADE, related_name="trials", verbose_name=_("generator")
    )
    status = models.CharField(
        _("status"), max_length=8, choices=Status.choices, default=Status.PENDING
    )
    text = models.TextField(_("answer"), blank=True)
    error = models.TextField(_("error"), blank=True)
    tokens = models.PositiveIntegerField(_("tokens"), default=0)
    latency_ms = models.PositiveIntegerField(_("latency in milliseconds"), null=True)
    requested_by = models.ForeignKey(
        "customers.User",
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("requested by"),
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished at"), null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("try-out of a generator")
        verbose_name_plural = _("try-outs of generators")
        ordering: ClassVar = ["-created_at", "-id"]
        indexes: ClassVar = [
            models.Index(fields=["-created_at", "-id"], name="generatortrial_by_created"),
            models.Index(fields=["status", "created_at"], name="generatortrial_by_status"),
        ]

    def __str__(self) -> str:
        return f"{self.generator} {self.created_at:%Y-%m-%d %H:%M}"

    @property
    def is_finished(self) -> bool:
        """Whether a worker is done with it."""
        return self.status != self.Status.PENDING
