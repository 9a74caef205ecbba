"""What insight reads: sums by day and by week, and the weekly digests."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from customers.models.base import RecordQuerySet
from customers.models.product import Product

MONEY: dict[str, Any] = {"max_digits": 20, "decimal_places": 4, "default": 0}


class TouchedDay(models.Model):
    """A day (UTC) whose orders or texts changed since the sums were last brought up to date.

    Database triggers append to it in the transaction of the change, so no writer can forget
    it, and none waits for another: the rows are not unique. `customers.insight.aggregates`
    takes them away when it has counted the days anew.
    """

    class Kind(models.TextChoices):
        SALES = "sales", _("orders")
        VOICE = "voice", _("texts")

    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    day_on = models.DateField(_("day"))

    class Meta:
        verbose_name = _("touched day")
        verbose_name_plural = _("touched days")

    def __str__(self) -> str:
        return f"{self.kind}: {self.day_on}"


class DailySales(models.Model):
    """Orders that were placed on a day (of the shop's time zone), of one source, currency and
    country. Cancelled orders count for nothing.

    `revenue` is the total of sales, `returned` that of returns (as a positive amount), both
    in `currency`; `squares` is the sum of the squared totals of sales, from which the noise
    of `revenue` is told. `new_customers` bought for the first time, with sales of
    `new_revenue` at that moment; `guest_orders` are sales without a customer.
    """

    day_on = models.DateField(_("day"))
    source = models.SlugField(_("source"), max_length=40, blank=True, db_index=False)
    currency = models.CharField(_("currency"), max_length=3)
    country = models.CharField(_("country"), max_length=60, blank=True)
    orders = models.PositiveIntegerField(_("orders"), default=0)
    returns = models.PositiveIntegerField(_("returns"), default=0)
    new_customers = models.PositiveIntegerField(_("new customers"), default=0)
    guest_orders = models.PositiveIntegerField(_("orders of guests"), default=0)
    units = models.BigIntegerField(_("units sold"), default=0)
    revenue = models.DecimalField(_("revenue"), **MONEY)
    new_revenue = models.DecimalField(_("revenue from new customers"), **MONEY)
    returned = models.DecimalField(_("returned amount"), **MONEY)
    squares = models.FloatField(_("sum of squared totals"), default=0)
    largest_return = models.DecimalField(_("largest return"), **MONEY)

    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("sales of a day")
        verbose_name_plural = _("sales of days")
        constraints = [
            models.UniqueConstraint(
                fields=["day_on", "source", "currency", "country"], name="dailysales_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.day_on}: {self.orders}"


class ProductSales(models.Model):
    """What a product sold in the `weeks` from the Monday `week_on`, of one source and currency.

    Each week has its rows, and so has each block of 8 (`BLOCK_WEEKS`), counted from
    `FIRST_BLOCK`: a year is read from six blocks and a few weeks. A product sells on few days
    of a week: by days the rows would be as many as the order lines.
    """

    BLOCK_WEEKS = 8
    FIRST_BLOCK = date(1900, 1, 1)  # a Monday

    weeks = models.PositiveSmallIntegerField(_("weeks"), default=1)
    week_on = models.DateField(_("week"))
    source = models.SlugField(_("source"), max_length=40, blank=True, db_index=False)
    currency = models.CharField(_("currency"), max_length=3)
    product = models.ForeignKey(Product, models.CASCADE, verbose_name=_("product"))
    orders = models.PositiveIntegerField(_("orders"), default=0)
    units = models.BigIntegerField(_("units sold"), default=0)
    revenue = models.DecimalField(_("revenue"), **MONEY)
    returned = models.DecimalField(_("returned amount"), **MONEY)

    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("sales of a product in a week")
        verbose_name_plural = _("sales of products in weeks")
        constraints = [
            models.UniqueConstraint(
                fields=["weeks", "week_on", "source", "currency", "product"],
                name="productsales_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.week_on}: {self.product_id} × {self.units}"


class DailyVoice(models.Model):
    """What customers wrote on a day, by kind and topic.

    Texts that were read have a score each (-1 to 1): `score_total` and `squares` are the
    sums of the scores and of their squares; `negative` counts scores of at most -0.25. The
    topic is the slug of an intent (of tickets, which have no score; empty: not known) or of
    an aspect (whose mentions are counted), and empty otherwise.
    """

    class Kind(models.TextChoices):
        MESSAGES = "messages", _("messages")
        REVIEWS = "reviews", _("reviews")
        TICKETS = "tickets", _("tickets by intent")
        REVIEW_ASPECTS = "review_aspects", _("aspects in reviews")
        MESSAGE_ASPECTS = "message_aspects", _("aspects in messages")

    day_on = models.DateField(_("day"))
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    topic = models.CharField(_("topic"), max_length=60, blank=True)
    texts = models.PositiveIntegerField(_("texts"), default=0)
    negative = models.PositiveIntegerField(_("negative"), default=0)
    score_total = models.FloatField(_("sum of scores"), default=0)
    squares = models.FloatField(_("sum of squared scores"), default=0)

    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("texts of a day")
        verbose_name_plural = _("texts of days")
        constraints = [
            models.UniqueConstraint(fields=["kind", "day_on", "topic"], name="dailyvoice_once")
        ]

    def __str__(self) -> str:
        return f"{self.day_on}: {self.kind} {self.topic}"


class WeeklyDigest(models.Model):
    """What was worth knowing of a week: statements and the figures that they are made of.

    `statements` is JSON without a language: for each statement its `key` (which sentence)
    and its `figures`, by their place in the sentence: the name of the stored query, its
    column and parameters, the value that it gave, and the seal over all of these
    (`customers.insight.digests`).
    """

    week_on = models.DateField(_("week"), unique=True)
    statements = models.JSONField(_("statements"), default=list)
    made_at = models.DateTimeField(_("made at"))

    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("weekly digest")
        verbose_name_plural = _("weekly digests")
        ordering = ["-week_on"]

    def __str__(self) -> str:
        return str(self.week_on)


class DigestSubscription(models.Model):
    """Who gets the weekly digest by mail; `sent_for_on` is the latest week whose mail
    was queued."""

    user = models.OneToOneField(
        "customers.User",
        models.CASCADE,
        primary_key=True,
        related_name="digest_subscription",
        verbose_name=_("user"),
    )
    subscribed_at = models.DateTimeField(_("since"), auto_now_add=True)
    sent_for_on = models.DateField(_("latest week sent"), null=True, editable=False)

    objects = models.Manager()

    class Meta:
        verbose_name = _("subscription of the digest")
        verbose_name_plural = _("subscriptions of the digest")

    def __str__(self) -> str:
        return str(self.user)
