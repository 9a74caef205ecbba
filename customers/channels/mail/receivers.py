"""What follows a message or a try-out: mail is queued, and a worker is rung for.

A bell that is lost loses nothing: the clock looks after the queues once a minute.
"""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver

from customers import tasks
from customers.channels.mail.queueing import queue_reply
from customers.doorbell import ring_now
from customers.models import InboundMail, Mailbox, Message, OutboundMail
from customers.signals import job_requested


@receiver(post_save, sender=Message)
def queue_new_reply(instance: Message, created: bool, raw: bool, **_: Any) -> None:
    """Have a new reply go out, in its own transaction."""
    if created and not raw:
        queue_reply(instance)


@receiver(job_requested, sender=OutboundMail)
def send(pk: int, **_: Any) -> None:
    """Mail of the mailbox `pk` waits."""
    ring_now(tasks.send_mail_of, pk)


@receiver(job_requested, sender=InboundMail)
def take(pk: int, **_: Any) -> None:
    """A mail was stored."""
    ring_now(tasks.take_mail, pk)


@receiver(job_requested, sender=Mailbox)
def try_out(pk: int, **_: Any) -> None:
    """A mailbox is to be tried out."""
    ring_now(tasks.try_mailbox, pk)
