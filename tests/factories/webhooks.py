"""Webhooks: out to other systems, and in from shops."""

import factory
from factory.django import DjangoModelFactory

from customers import models
from customers.events.types import event_types
from tests.factories.shop import OrderFactory


class WebhookEndpointFactory(DjangoModelFactory):
    """An endpoint of a system elsewhere that listens to everything."""

    class Meta:
        model = models.WebhookEndpoint

    name = factory.Sequence("System {}".format)
    address = "https://erp.example.com/rapport"
    event_types = factory.LazyFunction(event_types)


class DomainEventFactory(DjangoModelFactory):
    class Meta:
        model = models.DomainEvent

    type = "order.updated"
    kind = "order"
    record_id = factory.Sequence(int)
    changed = ["status"]


class WebhookDeliveryFactory(DjangoModelFactory):
    class Meta:
        model = models.WebhookDelivery

    event = factory.SubFactory(DomainEventFactory)
    endpoint = factory.SubFactory(WebhookEndpointFactory, is_active=False)


class ConnectorFactory(DjangoModelFactory):
    """A shop that sends webhooks and is told nothing."""

    class Meta:
        model = models.Connector

    name = factory.Sequence("Shop {}".format)
    kind = "shopify"
    source = factory.Sequence("shop-{}".format)
    secret_variable = "STORE_SHOP_SECRET"


class InboundWebhookFactory(DjangoModelFactory):
    class Meta:
        model = models.InboundWebhook

    connector = factory.SubFactory(ConnectorFactory)
    webhook_id = factory.Sequence("webhook-{}".format)
    topic = "orders/create"
    body = b"{}"
    sha256 = "0" * 64


class ShopStatusFactory(DjangoModelFactory):
    class Meta:
        model = models.ShopStatus

    connector = factory.SubFactory(ConnectorFactory)
    order = factory.SubFactory(OrderFactory)
    said = "shipped"


class SourceVersionFactory(DjangoModelFactory):
    class Meta:
        model = models.SourceVersion

    kind = "order"
    source = "shop"
    external_id = factory.Sequence(str)
    version_at = "2026-01-01T00:00:00Z"
