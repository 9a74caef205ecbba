"""Mailboxes, and mails that came and went."""

import factory
from factory.django import DjangoModelFactory

from customers import models
from tests.factories.noon import NOON
from tests.factories.tickets import MessageFactory


class MailboxFactory(DjangoModelFactory):
    """A mailbox that is not active."""

    class Meta:
        model = models.Mailbox

    name = "Rapport shop"
    address = factory.Sequence("help{}@shop.example".format)


class InboundMailFactory(DjangoModelFactory):
    """A mail that stands in a ticket; its file is not on disk."""

    class Meta:
        model = models.InboundMail

    mailbox = factory.SubFactory(MailboxFactory)
    message = factory.SubFactory(MessageFactory)
    status = "taken"
    raw = "mail/one.eml"
    sha256 = factory.Sequence("{:064x}".format)
    size_bytes = 900
    mail_id = factory.Sequence("mail{}@example.com".format)
    sender = "ann@example.com"
    subject = "My parcel"
    received_at = NOON


class OutboundMailFactory(DjangoModelFactory):
    """A reply that was sent."""

    class Meta:
        model = models.OutboundMail

    mailbox = factory.SubFactory(MailboxFactory)
    message = factory.SubFactory(MessageFactory, author_kind="agent")
    status = "sent"
    to_address = "ann@example.com"
    subject = "Re: My parcel"
    mail_id = factory.Sequence("reply{}@shop.example".format)
    queued_at = NOON
    sent_at = NOON
