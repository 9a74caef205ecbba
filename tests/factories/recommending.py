"""Recommendations and what came of them."""

import factory
from factory.django import DjangoModelFactory

from customers import models
from tests.factories.noon import NOON
from tests.factories.shop import CustomerFactory, ProductFactory


class RecommendationFactory(DjangoModelFactory):
    class Meta:
        model = models.Recommendation

    customer = factory.SubFactory(CustomerFactory)
    product = factory.SubFactory(ProductFactory)
    rank = factory.Sequence(lambda n: n % 30_000 + 1)
    score = 0.5
    method = models.Recommendation.Method.PURCHASES
    reasons = factory.LazyFunction(lambda: [{"kind": "popularity", "weight": 0.5}])


class BoughtTogetherFactory(DjangoModelFactory):
    class Meta:
        model = models.BoughtTogether

    product = factory.SubFactory(ProductFactory)
    other = factory.SubFactory(ProductFactory)
    rank = factory.Sequence(lambda n: n % 30_000 + 1)
    orders = 12
    support = 0.012
    confidence = 0.4
    lift = 6.5
    lift_low = 3.2


class ProspectSearchFactory(DjangoModelFactory):
    class Meta:
        model = models.ProspectSearch

    product = factory.SubFactory(ProductFactory)
    created_at = NOON


class ProspectFactory(DjangoModelFactory):
    class Meta:
        model = models.Prospect

    product = factory.SubFactory(ProductFactory)
    customer = factory.SubFactory(CustomerFactory, marketing_consent=True)
    because_of = factory.SubFactory(ProductFactory)
    rank = factory.Sequence(lambda n: n % 30_000 + 1)
    score = 0.5


class RecommendationShownFactory(DjangoModelFactory):
    class Meta:
        model = models.RecommendationShown

    customer = factory.SubFactory(CustomerFactory)
    product = factory.SubFactory(ProductFactory)
    rank = 1
    arm = models.Arm.MODEL
    propensity = 0.9
    shown_at = NOON
    shown_on = NOON.date()


class RecommendationLiftFactory(DjangoModelFactory):
    """A measurement that tells nothing yet."""

    class Meta:
        model = models.RecommendationLift

    measured_at = NOON
    outcome_days = 30
    detectable = 0.1
    customers = 900
    holdout_customers = 100
    orders = 400
    model_mean = 0.41
    holdout_mean = 0.38
    orders_effect = 0.03
    orders_low = -0.05
    orders_high = 0.11
    orders_needed = 4200
