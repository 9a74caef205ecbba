"""Partner systems: their keys."""

import factory
from factory.django import DjangoModelFactory

from customers import models
from tests.factories.shop import UserFactory


class ApiKeyFactory(DjangoModelFactory):
    """A key that nobody has the secret of."""

    class Meta:
        model = models.ApiKey

    name = factory.Sequence("Partner {}".format)
    owner = factory.SubFactory(UserFactory)
    prefix = factory.Sequence("{:012x}".format)
    digest = factory.Sequence("{:064x}".format)
    scopes = ["customers:read"]
