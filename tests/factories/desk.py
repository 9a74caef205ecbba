"""The desk: hours, service levels, rules, agents, notices, satisfaction."""

from datetime import timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from customers import models
from tests.factories.noon import NOON
from tests.factories.shop import UserFactory
from tests.factories.tickets import TicketFactory


class BusinessHoursFactory(DjangoModelFactory):
    class Meta:
        model = models.BusinessHours

    name = factory.Sequence("Office {}".format)


class HolidayFactory(DjangoModelFactory):
    class Meta:
        model = models.Holiday

    hours = factory.SubFactory(BusinessHoursFactory)
    day_on = NOON.date()


class SlaPolicyFactory(DjangoModelFactory):
    """An hour to answer, eight to solve; for tickets of the tests too."""

    class Meta:
        model = models.SlaPolicy

    name = factory.Sequence("Promise {}".format)
    first_response_minutes = 60
    resolution_minutes = 480
    applies_from_at = NOON - timedelta(days=365)


class TicketSlaFactory(DjangoModelFactory):
    class Meta:
        model = models.TicketSla

    ticket = factory.SubFactory(TicketFactory, body="")
    policy = factory.SubFactory(SlaPolicyFactory, is_active=False)


class RuleFactory(DjangoModelFactory):
    class Meta:
        model = models.Rule

    name = factory.Sequence("Rule {}".format)
    actions = [{"do": "add_tags", "value": "done"}]


class RuleDueFactory(DjangoModelFactory):
    class Meta:
        model = models.RuleDue

    ticket = factory.SubFactory(TicketFactory, body="")
    trigger = "created"


class RuleRunFactory(DjangoModelFactory):
    class Meta:
        model = models.RuleRun

    rule = factory.SubFactory(RuleFactory)
    ticket = factory.SubFactory(TicketFactory, body="")
    trigger = "created"
    outcome = "applied"
    happened_at = NOON


class AgentProfileFactory(DjangoModelFactory):
    class Meta:
        model = models.AgentProfile

    user = factory.SubFactory(UserFactory)


class NoticeFactory(DjangoModelFactory):
    class Meta:
        model = models.Notice

    user = factory.SubFactory(UserFactory)
    ticket = factory.SubFactory(TicketFactory, body="")
    kind = "rule"


class SatisfactionRatingFactory(DjangoModelFactory):
    """A customer who is satisfied."""

    class Meta:
        model = models.SatisfactionRating

    ticket = factory.SubFactory(TicketFactory, body="", status="solved")
    channel = "email"
    closes_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=30))
    score = 5
    rated_at = NOON


class DigestSubscriptionFactory(DjangoModelFactory):
    class Meta:
        model = models.DigestSubscription

    user = factory.SubFactory(UserFactory, email="reader@shop.example")
