"""What needs me now on home, and the digest by mail."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from customers.insight.mailing import mail_digests
from customers.models import DigestSubscription, OutboundMail, StaffMention, Task, TicketSla
from customers.reports.needs import waiting_for
from tests.factories import (
    DigestSubscriptionFactory,
    MailboxFactory,
    MessageFactory,
    NoticeFactory,
    SlaPolicyFactory,
    TicketFactory,
    UserFactory,
    WeeklyDigestFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def me(client):
    user = UserFactory(email="me@shop.example")
    client.force_login(user)
    return user


def due(ticket, **left):
    policy = SlaPolicyFactory(is_active=False)
    at = timezone.now() + timedelta(**left)
    return TicketSla.objects.create(ticket=ticket, policy=policy, next_due_at=at)


def test_home_begins_with_my_open_tickets_by_what_is_due_first(client, me):
    later, late, plain = (TicketFactory(assignee=me, body="") for _ in range(3))
    TicketFactory(assignee=me, body="", status="solved")
    TicketFactory(body="")
    TicketFactory(assignee=me, body="", snoozed_until_at=timezone.now() + timedelta(days=1))
    due(later, hours=3)
    due(late, hours=-1)
    page = client.get(reverse("home"))
    assert list(page.context["my_tickets"]) == [late, later, plain]
    assert (page.context["my_count"], page.context["my_late_count"]) == (3, 1)
    said = page.content.decode()
    assert "1 of mine are late" in said
    assert "h late" in said or "min late" in said
    listed = client.get(f"{reverse('tickets')}?due=late&assignee={me.pk}")
    assert list(listed.context["page"]) == [late]


def test_notices_stand_until_they_are_seen_and_are_mine_alone(client, me):
    mine = NoticeFactory(user=me, text="Big order")
    other = NoticeFactory(text="Not mine")
    said = client.get(reverse("home")).content.decode()
    assert "Big order" in said
    assert "Not mine" not in said
    client.post(reverse("notices-seen"))
    assert "Big order" not in client.get(reverse("home")).content.decode()
    mine.refresh_from_db()
    other.refresh_from_db()
    assert mine.seen_at
    assert other.seen_at is None


def called(user, body="@me please look"):
    note = MessageFactory(author_kind="agent", author=UserFactory(), body=body, is_internal=True)
    return StaffMention.objects.create(message=note, ticket=note.ticket, user=user)


def test_mentions_stand_on_home_until_they_are_read_one_by_one_or_all(client, me):
    first, second, third = (called(me, f"Note {n} @me") for n in range(3))
    other = called(UserFactory(), "Not mine")
    page = client.get(reverse("home"))
    said = page.content.decode()
    assert list(page.context["mentions"]) == [third, second, first]
    assert "Not mine" not in said
    assert f"{reverse('ticket', args=[first.ticket_id])}#message-{first.message_id}" in said
    assert "3 mentions that you have not read" in said

    client.post(reverse("mentions-read"), {"mention": first.pk})
    assert list(client.get(reverse("home")).context["mentions"]) == [third, second]
    assert client.post(reverse("mentions-read"), {"mention": "x"}).status_code == 404
    client.post(reverse("mentions-read"), {"mention": other.pk})
    client.post(reverse("mentions-read"))
    said = client.get(reverse("home")).content.decode()
    assert "mentions that you have not read" not in said
    other.refresh_from_db()
    assert other.seen_at is None


def test_opening_the_ticket_reads_its_mentions(client, me):
    mention = called(me)
    client.get(reverse("ticket", args=[mention.ticket_id]))
    assert waiting_for(me).mentions == 0


def test_my_tasks_stand_on_home_by_their_days_and_the_menu_counts_what_is_due(client, me):
    today = timezone.localdate()
    later, late, someday = (
        Task.objects.create(title="Call", assignee=me, due_on=day)
        for day in (today + timedelta(days=3), today - timedelta(days=1), None)
    )
    Task.objects.create(title="Call", assignee=me, due_on=today, done_at=timezone.now())
    Task.objects.create(title="Call", assignee=UserFactory(), due_on=today)
    page = client.get(reverse("home"))
    assert list(page.context["my_tasks"]) == [late, later, someday]
    assert "1 task that is due" in page.content.decode()
    client.post(reverse("task-change", args=[late.pk]), {"do": "done"})
    assert waiting_for(me).tasks == 0


def test_staff_subscribe_to_the_digest_and_leave(client, me):
    client.post(reverse("insight-digest-subscribe"), {"on": "1"})
    assert DigestSubscription.objects.get().user == me
    client.post(reverse("insight-digest-subscribe"), {"on": "0"})
    assert not DigestSubscription.objects.exists()


def test_without_an_address_nobody_subscribes(client):
    client.force_login(UserFactory(email=""))
    client.post(reverse("insight-digest-subscribe"), {"on": "1"})
    assert not DigestSubscription.objects.exists()


def test_a_digest_is_mailed_once_to_those_who_had_subscribed_before_it():
    MailboxFactory(is_active=True, smtp_host="127.0.0.1")
    reader = DigestSubscriptionFactory()
    assert mail_digests() == 0
    digest = WeeklyDigestFactory(week_on=date(2026, 3, 2), made_at=timezone.now())
    DigestSubscriptionFactory(user__email="late@shop.example")
    late = DigestSubscription.objects.exclude(pk=reader.pk)
    late.update(subscribed_at=timezone.now() + timedelta(minutes=1))
    DigestSubscriptionFactory(user__email="gone@shop.example", user__is_active=False)

    assert (mail_digests(), mail_digests()) == (1, 0)
    letter = OutboundMail.objects.get()
    assert (letter.to_address, letter.status) == ("reader@shop.example", "queued")
    assert reverse("insight-digest", args=[digest.pk]) in letter.text
    WeeklyDigestFactory(week_on=date(2026, 3, 9), made_at=timezone.now() + timedelta(hours=1))
    assert mail_digests() == 2


def test_a_digest_waits_for_a_mailbox_that_sends():
    mailbox = MailboxFactory()
    DigestSubscriptionFactory()
    WeeklyDigestFactory(week_on=date(2026, 3, 2), made_at=timezone.now())
    assert mail_digests() == 0
    type(mailbox).objects.update(is_active=True, smtp_host="127.0.0.1")
    assert mail_digests() == 1
