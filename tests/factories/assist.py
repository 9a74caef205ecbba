"""Suggestions, summaries and macros."""

import factory
from factory.django import DjangoModelFactory

from customers import models
from tests.factories.noon import NOON
from tests.factories.shop import UserFactory
from tests.factories.tickets import TicketFactory


class DraftFactory(DjangoModelFactory):
    """A suggestion on offer, from a similar ticket."""

    class Meta:
        model = models.Draft

    ticket = factory.SubFactory(TicketFactory)
    asked_by = factory.SubFactory(UserFactory)
    status = models.Draft.Status.OFFERED
    origin = models.Draft.Origin.TICKET
    language = "en"
    score = 0.8
    created_at = NOON
    offered_at = NOON
    text = factory.Sequence("Hello,\n\nparcel {} is on its way.\n\nKind regards".format)
    sources = factory.LazyFunction(
        lambda: [
            {"kind": "ticket", "id": 7, "title": "Late", "quote": "It is late", "address": "/t/"}
        ]
    )


class AssistEventFactory(DjangoModelFactory):
    """Fields of a ticket that were applied."""

    class Meta:
        model = models.AssistEvent

    kind = models.AssistEvent.Kind.APPLIED
    ticket = factory.SubFactory(TicketFactory)
    by = factory.SubFactory(UserFactory)
    detail = factory.LazyFunction(
        lambda: {
            "changes": [
                {"field": "quantity", "before": None, "after": "2", "shown": "2", "message": 1}
            ]
        }
    )
    happened_at = NOON


class SummaryFactory(DjangoModelFactory):
    """A summary of a ticket, made."""

    class Meta:
        model = models.Summary

    ticket = factory.SubFactory(TicketFactory)
    asked_by = factory.SubFactory(UserFactory)
    status = models.Summary.Status.DONE
    created_at = NOON
    made_at = NOON
    covers_until_at = NOON
    items = factory.LazyAttribute(
        lambda summary: [
            {
                "kind": "wish",
                "text": "When will it arrive?",
                "by": "customer",
                "source": "ticket",
                "source_id": summary.ticket.pk,
                "message": 7,
            }
        ]
    )


class MacroFactory(DjangoModelFactory):
    class Meta:
        model = models.Macro

    name = factory.Sequence("On its way {}".format)
    body = "Dear {{customer.first_name}}, your order {{order.number}} is on its way."
    language = "en"
    category = "Delivery"
