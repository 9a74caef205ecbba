"""Generators and the ledger."""

import factory
from factory.django import DjangoModelFactory

from customers import models
from tests.factories.noon import NOON
from tests.factories.shop import UserFactory


class GeneratorFactory(DjangoModelFactory):
    """A server elsewhere, which nothing uses."""

    class Meta:
        model = models.Generator

    name = factory.Sequence("Generator {}".format)
    kind = "remote"
    model = "small"
    base_url = "https://llm.example.com/v1"


class GeneratorUseFactory(DjangoModelFactory):
    class Meta:
        model = models.GeneratorUse
        django_get_or_create = ("feature",)

    feature = "reply"
    generator = factory.SubFactory(GeneratorFactory)
    set_at = NOON


class GeneratorTrialFactory(DjangoModelFactory):
    class Meta:
        model = models.GeneratorTrial

    generator = factory.SubFactory(GeneratorFactory)


class GenerationLogFactory(DjangoModelFactory):
    class Meta:
        model = models.GenerationLog

    feature = "reply"
    user = factory.SubFactory(UserFactory)
    generator = factory.SubFactory(GeneratorFactory)
    generator_name = "Server"
    model_name = "small"
    is_local = False
    outcome = "done"
    tokens_in = 40
    tokens_out = 7
    latency_ms = 900


class EgressRecordFactory(DjangoModelFactory):
    class Meta:
        model = models.EgressRecord

    feature = "reply"
    user = factory.SubFactory(UserFactory)
    generator = factory.SubFactory(GeneratorFactory)
    generator_name = "Server"
    purpose = "Suggested replies"
    host = "llm.example.com"
    method = "POST"
    address = "https://llm.example.com/v1/chat/completions"
    fields = ["instructions", "message"]
    body = '{"messages": [{"role": "user", "content": "Where is <ORDER_1>?"}]}'
    bytes_out = 66
    masked = {"ORDER": 1}
    outcome = "done"
    status = 200
    tokens_in = 40
    tokens_out = 7
