"""Tickets with their messages."""

import factory
from factory.django import DjangoModelFactory

from customers import models
from tests.factories.noon import NOON
from tests.factories.shop import CustomerFactory, UserFactory


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


class TeamFactory(DjangoModelFactory):
    class Meta:
        model = models.Team

    name = factory.Sequence("Team {}".format)


class AttachmentFactory(DjangoModelFactory):
    """A file of a message; only its name, nothing lies on the disk."""

    class Meta:
        model = models.Attachment

    message = factory.SubFactory(MessageFactory)
    file = factory.Sequence("attachments/{}.png".format)
    name = factory.Sequence("photo {}.png".format)
    content_type = "image/png"
    size_bytes = 1024
    sha256 = "0" * 64


class JournalEntryFactory(DjangoModelFactory):
    class Meta:
        model = models.JournalEntry

    kind = models.JournalEntry.Kind.BULK_EDITED
    by = factory.SubFactory(UserFactory)
    row_count = 1
    happened_at = NOON
