"""Exchange rates, by which sums of several currencies may be added."""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from customers.models.base import RecordQuerySet

# The rate from the currency of an order `o` to the shop's base currency on the day of the
# order; null where there is none, or no base currency. Parameters: base, zone.
RATE_SQL = """
CASE WHEN %(base)s = '' THEN NULL WHEN o.currency = %(base)s THEN 1 ELSE (
    SELECT x.rate FROM customers_exchangerate x
    WHERE x.base_currency = %(base)s AND x.currency = o.currency
      AND x.valid_from_on <= (o.placed_at AT TIME ZONE %(zone)s)::date
    ORDER BY x.valid_from_on DESC LIMIT 1
) END
"""
# What an order `o` counts for in the sums of its customer `c`: its total in the customer's
# currency; null, so that it is kept apart, where that is another and no rate leads there.
AMOUNT_SQL = f"""
CASE WHEN o.currency = c.currency THEN o.total
     WHEN c.currency = %(base)s THEN round(o.total * ({RATE_SQL}), 4) END
"""

IS_CURRENCY = RegexValidator(r"^[A-Z]{3}\Z", _("Three capital letters, such as EUR."))


class ExchangeRate(models.Model):
    """One unit of `currency` is `rate` units of `base_currency` from a day on (UTC), until
    a later row of the same pair. Before the first row's day there is no rate.
    """

    base_currency = models.CharField(_("base currency"), max_length=3, validators=[IS_CURRENCY])
    currency = models.CharField(_("currency"), max_length=3, validators=[IS_CURRENCY])
    rate = models.DecimalField(
        _("rate"),
        max_digits=20,
        decimal_places=10,
        validators=[MinValueValidator(Decimal("0.0000000001"))],
        help_text=_("How many units of the base currency one unit of the currency is."),
    )
    valid_from_on = models.DateField(_("valid from"))
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("exchange rate")
        verbose_name_plural = _("exchange rates")
        constraints = [
            models.UniqueConstraint(
                fields=["base_currency", "currency", "valid_from_on"], name="exchangerate_once"
            ),
            models.CheckConstraint(condition=Q(rate__gt=0), name="exchangerate_positive"),
            models.CheckConstraint(
                condition=~Q(currency=F("base_currency")), name="exchangerate_of_two"
            ),
        ]

    def __str__(self) -> str:
        return f"1 {self.currency} = {self.rate.normalize():f} {self.base_currency}"
