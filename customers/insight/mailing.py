"""The weekly digest by mail, to those who asked for it."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from customers.channels.mail.queueing import queue_digest
from customers.insight.digests import sentences_of
from customers.insight.paragraphs import shown_to
from customers.models import DigestSubscription, User, WeeklyDigest


def mail_digests() -> int:
    """Queue the mail of the latest digest to whoever subscribed and has not had it; how many
    that were. Each is noted in the transaction that queues it, so that none goes twice; where
    no mailbox sends they wait.
    """
    digest = WeeklyDigest.objects.order_by("-week_on").first()
    if digest is None:
        return 0
    waiting = DigestSubscription.objects.filter(user__is_active=True).exclude(user__email="")
    not_sent = Q(sent_for_on=None) | Q(sent_for_on__lt=digest.week_on)
    due = [one for one in waiting.filter(not_sent).select_related("user") if _is_new(one, digest)]
    if not due:
        return 0
    return sum(_mail(one, digest, *_letter(digest, one.user)) for one in due)


def _is_new(one: DigestSubscription, digest: WeeklyDigest) -> bool:
    """Whoever subscribes gets the next digest, not one that was made before."""
    return one.sent_for_on is not None or digest.made_at >= one.subscribed_at


def _mail(one: DigestSubscription, digest: WeeklyDigest, subject: str, body: str) -> bool:
    own = DigestSubscription.objects.filter(pk=one.pk, sent_for_on=one.sent_for_on)
    with transaction.atomic():
        if not own.update(sent_for_on=digest.week_on):
            return False
        if queue_digest(digest, one.user, subject, body) is None:
            transaction.set_rollback(True)
            return False
    return True


def _letter(digest: WeeklyDigest, user: User) -> tuple[str, str]:
    day = date_format(digest.week_on, "DATE_FORMAT")
    subject = _("%(shop)s: the week of %(day)s") % {"shop": settings.SHOP_NAME, "day": day}
    said = shown_to(user, sentences_of(digest))
    told = "\n".join(f"- {sentence.text}" for sentence in said)
    page = settings.PUBLIC_ADDRESS + reverse("insight-digest", args=[digest.pk])
    where = _("All of it, with the records behind each number: %(page)s") % {"page": page}
    return subject, f"{told}\n\n{where}\n"
