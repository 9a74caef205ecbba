"""Tickets with their messages."""

import factory
from factory.django import DjangoModelFactory

from customers import models
from tests.factories.noon import NOON
from tests.factories.shop import CustomerFactory


class TicketFactory(DjangoModelFactory):
    """A ticket with one customer message (`body`); pass body="" for none."""

    class Meta:
        model = models.Ticket
        skip_postgeneration_save = True

    subject = factory.Sequence("Where is parcel {}?".format)
    customer = factory.SubFactory(CustomerFactory)
    opened_at = NOON
    last_message_at = NOON

    @factory.post_generation
    def body(self, create, extracted, **kwargs):
        if extracted != "":
            MessageFactory(ticket=self, body=extracted or "It has not arrived.", sent_at=NOON)


class MessageFactory(DjangoModelFactory):
    class Meta:
        model = models.Message

    ticket = factory.SubFactory(TicketFactory, body="")
    body = factory.Sequence("It has not arrived, asked {} times.".format)
