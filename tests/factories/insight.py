"""Audiences, topics, alarms and sums."""

from datetime import date, timedelta

import factory
from factory.django import DjangoModelFactory

from customers import models
from tests.factories.noon import NOON
from tests.factories.shop import CustomerFactory, ProductFactory


class AudienceFactory(DjangoModelFactory):
    """Customers with orders; pass `rules` for others."""

    class Meta:
        model = models.Audience

    name = factory.Sequence("Audience {}".format)
    rules = factory.LazyFunction(
        lambda: {
            "version": 1,
            "match": "all",
            "rules": [{"field": "order_count", "operator": "at_least", "value": "1"}],
        }
    )


class TopicFactory(DjangoModelFactory):
    class Meta:
        model = models.Topic

    kind = "ticket"
    language = "en"
    suggested_name = factory.Sequence("Late parcel, courier {}".format)
    words = factory.LazyFunction(lambda: [["late parcel", 0.5], ["courier", 0.25]])
    coherence = 0.7
    first_seen_at = NOON
    found_at = NOON


class AlarmFactory(DjangoModelFactory):
    """An open alarm about the returns of a product."""

    class Meta:
        model = models.Alarm

    kind = "returns"
    key = factory.Sequence("product:{}".format)
    severity = 2
    product = factory.SubFactory(ProductFactory)
    subject_name = factory.LazyAttribute(lambda alarm: str(alarm.product))
    evidence = factory.LazyFunction(
        lambda: {
            "returns": 9, "units": 10, "sales": 30, "rate": 0.3, "former_rate": 0.05, "days": 90,
        }
    )  # fmt: skip
    rows_of = "orders"
    row_pks = factory.LazyFunction(list)
    raised_at = NOON
    last_seen_at = NOON


class ExchangeRateFactory(DjangoModelFactory):
    class Meta:
        model = models.ExchangeRate

    base_currency = "GBP"
    currency = "EUR"
    rate = "0.85"
    valid_from_on = factory.Sequence(lambda n: date(2020, 1, 1) + timedelta(days=n))


class RfmChangeFactory(DjangoModelFactory):
    class Meta:
        model = models.RfmChange

    customer = factory.SubFactory(CustomerFactory)
    from_class = "loyal"
    to_class = "at_risk"
    changed_at = NOON


class CohortCellFactory(DjangoModelFactory):
    class Meta:
        model = models.CohortCell

    source = "shop"
    currency = "GBP"
    cohort_on = date(2026, 1, 1)
    months_since = factory.Sequence(int)
    customers = 3
    orders = 4
    revenue = "50.00"


class RefreshFactory(DjangoModelFactory):
    class Meta:
        model = models.Refresh

    name = factory.Sequence("refresh-{}".format)
    refreshed_at = NOON


class WeeklyDigestFactory(DjangoModelFactory):
    """A week of which there was nothing to tell."""

    class Meta:
        model = models.WeeklyDigest

    week_on = factory.Sequence(lambda number: NOON.date() - timedelta(weeks=number))
    made_at = NOON
