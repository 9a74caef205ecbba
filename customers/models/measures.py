"""What is measured of customers: habits, RFM class and value; all of it kept by machines."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, NamedTuple

from django.db import models
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from customers.models.base import RecordQuerySet


class RfmClass(models.TextChoices):
    """Kinds of customers by recency, frequency and money; `customers.rfm` assigns them."""

    CHAMPION = "champion", _("champion")
    LOYAL = "loyal", _("loyal")
    POTENTIAL_LOYAL = "potential_loyal", _("potential loyal")
    NEW = "new", pgettext_lazy("RFM class", "new")
    PROMISING = "promising", _("promising")
    NEEDS_ATTENTION = "needs_attention", _("needs attention")
    ABOUT_TO_SLEEP = "about_to_sleep", _("about to sleep")
    AT_RISK = "at_risk", _("at risk")
    CANNOT_LOSE = "cannot_lose", _("cannot lose them")
    HIBERNATING = "hibernating", _("hibernating")
    LOST = "lost", _("lost")


class CustomerMeasures(models.Model):
    """The measured columns of a customer, all null or empty for one who bought nothing.

    `return_rate` is the share of returns among all orders, `typical_gap_days` the median
    number of days from one sale to the next (sales of one day count as one). The scores
    are fifths within the customer's source, 5 the best.

    `expected_orders` is the mean number of days with an order in the next 90 days after
    the shop's present, `likely_orders` its median; `expected_value` what these orders
    bring in, in `currency`. Bounds (`_low`, `_high`) enclose 80 % (`alive_probability`:
    of the uncertainty about the model's parameters; the others: of what may happen).
    `value_reason` says in a sentence why there are none of these figures.
    """

    return_rate = models.FloatField(_("return rate"), null=True, editable=False)
    typical_gap_days = models.FloatField(
        _("typical days between orders"), null=True, editable=False
    )

    recency_score = models.PositiveSmallIntegerField(_("recency score"), null=True, editable=False)
    frequency_score = models.PositiveSmallIntegerField(
        _("frequency score"), null=True, editable=False
    )
    monetary_score = models.PositiveSmallIntegerField(_("money score"), null=True, editable=False)
    rfm_class = models.CharField(
        _("RFM class"), max_length=16, choices=RfmClass.choices, blank=True, editable=False
    )

    alive_probability = models.FloatField(_("chance to be active"), null=True, editable=False)
    alive_probability_low = models.FloatField(
        _("chance to be active, low"), null=True, editable=False
    )
    alive_probability_high = models.FloatField(
        _("chance to be active, high"), null=True, editable=False
    )
    expected_orders = models.FloatField(_("expected orders in 90 days"), null=True, editable=False)
    expected_orders_low = models.FloatField(_("expected orders, low"), null=True, editable=False)
    expected_orders_high = models.FloatField(_("expected orders, high"), null=True, editable=False)
    likely_orders = models.FloatField(_("likely orders in 90 days"), null=True, editable=False)
    expected_value = models.DecimalField(
        _("expected value in 90 days"), max_digits=16, decimal_places=4, null=True, editable=False
    )
    expected_value_low = models.DecimalField(
        _("expected value, low"), max_digits=16, decimal_places=4, null=True, editable=False
    )
    expected_value_high = models.DecimalField(
        _("expected value, high"), max_digits=16, decimal_places=4, null=True, editable=False
    )
    expected_next_order_at = models.DateTimeField(
        _("expected next order"), null=True, editable=False
    )
    value_model_version = models.CharField(
        _("value model version"), max_length=64, blank=True, editable=False
    )
    value_reason = models.CharField(
        _("why there is no value"), max_length=200, blank=True, editable=False
    )
    valued_at = models.DateTimeField(_("valued at"), null=True, editable=False)

    class Meta:
        abstract = True

    @property
    def churn_probability(self) -> float | None:
        """The chance that the customer buys no more, where it is known."""
        return None if self.alive_probability is None else 1 - self.alive_probability


# The customer list: by RFM class, by expected value, and those most likely gone first.
MEASURE_INDEXES = (
    models.Index(fields=["rfm_class", "-created_at", "-id"], name="customer_by_rfm"),
    models.Index(
        F("expected_value").desc(nulls_last=True), F("id").desc(), name="customer_by_value"
    ),
    models.Index(fields=["alive_probability", "id"], name="customer_by_alive"),
)


class RfmChange(models.Model):
    """A customer went from one RFM class to another; the log is only appended to.

    `from_class` is empty for the first class that a customer ever had. Changes before the
    first computation are of month ends, read from the orders.
    """

    customer = models.ForeignKey(
        "customers.Customer",
        models.CASCADE,
        related_name="rfm_changes",
        verbose_name=_("customer"),
    )
    from_class = models.CharField(_("from"), max_length=16, choices=RfmClass.choices, blank=True)
    to_class = models.CharField(_("to"), max_length=16, choices=RfmClass.choices, blank=True)
    changed_at = models.DateTimeField(_("changed at"))

    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of RFM class")
        verbose_name_plural = _("changes of RFM class")
        indexes = [
            # a customer's classes, and the moves of a period
            models.Index(fields=["customer", "-changed_at", "-id"], name="rfmchange_by_customer"),
            models.Index(fields=["changed_at"], name="rfmchange_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.customer}: {self.from_class or '–'} → {self.to_class or '–'}"


class CohortCell(models.Model):
    """What the customers of one month's first order did so many months later.

    `customers` of them ordered in that month (`months_since` 0: all of them), with
    `orders` sales; `revenue` is sales less returns, in `currency`. Refreshed with the
    measures; read by `customers.cohorts`.
    """

    source = models.CharField(_("source"), max_length=40, blank=True)
    currency = models.CharField(_("currency"), max_length=3)
    cohort_on = models.DateField(_("month of the first order"))
    months_since = models.PositiveSmallIntegerField(_("months since"))
    customers = models.PositiveIntegerField(_("customers"))
    orders = models.PositiveIntegerField(_("orders"))
    revenue = models.DecimalField(_("revenue"), max_digits=20, decimal_places=4)

    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("cohort month")
        verbose_name_plural = _("cohort months")
        constraints = [
            models.UniqueConstraint(
                fields=["source", "currency", "cohort_on", "months_since"], name="cohortcell_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.cohort_on:%Y-%m} + {self.months_since}"


class Due(NamedTuple):
    """A refresh that is to run: the `last` one, if any, and the `state` to run on."""

    last: Refresh | None
    state: str


class RefreshQuerySet(RecordQuerySet):
    """Bulk computations, by name."""

    def due(self, name: str, state_of: Callable[[], str], *, patient: bool) -> Due | None:
        """What to run on, where the state of the records is another than at the last time;
        None otherwise. `patient` also waits while the last run is resting.
        """
        last: Any = self.filter(name=name).first()
        if patient and last is not None and last.is_resting(timezone.now()):
            return None
        state = state_of()
        return None if last is not None and last.state == state else Due(last, state)


class Refresh(models.Model):
    """When a bulk computation last ran, and the `state` of the records that it ran on.

    While the state is the same there is nothing to do. `took_seconds` is how long it took.
    """

    IDLE_SHARE = 20  # a periodic refresh takes at most one part in so many of the time

    name = models.CharField(_("name"), max_length=40, unique=True)
    state = models.CharField(_("state"), max_length=300)
    took_seconds = models.FloatField(_("seconds"), default=0)
    refreshed_at = models.DateTimeField(_("refreshed at"))

    objects = RefreshQuerySet.as_manager()

    class Meta:
        verbose_name = _("refresh")
        verbose_name_plural = _("refreshes")

    def __str__(self) -> str:
        return self.name

    def is_resting(self, now: dt.datetime) -> bool:
        """Whether it is too early to run again, for what it costs."""
        rest = dt.timedelta(seconds=self.took_seconds * self.IDLE_SHARE)
        return now < self.refreshed_at + rest
