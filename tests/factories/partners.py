"""Partner systems: their keys."""

import datetime

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from customers import models
from tests.factories.shop import UserFactory
from tests.factories.tickets import TicketFactory


class ApiKeyFactory(DjangoModelFactory):
    """A key that nobody has the secret of."""

    class Meta:
        model = models.ApiKey

    name = factory.Sequence("Partner {}".format)
    owner = factory.SubFactory(UserFactory)
    prefix = factory.Sequence("{:012x}".format)
    digest = factory.Sequence("{:064x}".format)
    scopes = ["customers:read"]


class ProposalFactory(DjangoModelFactory):
    """A reply that an agent proposes."""

    class Meta:
        model = models.Proposal

    kind = "reply"
    key = factory.SubFactory(ApiKeyFactory)
    owner = factory.SelfAttribute("key.owner")
    ticket = factory.SubFactory(TicketFactory)
    arguments = factory.LazyFunction(lambda: {"body": "It arrives on Monday."})
    base = factory.LazyFunction(lambda: {"version": 1, "seen": 0})
    reason = "The carrier says so."
    fingerprint = factory.Sequence("{:064x}".format)
    expires_at = factory.LazyFunction(lambda: timezone.now() + datetime.timedelta(days=7))
