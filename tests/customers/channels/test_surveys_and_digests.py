"""Surveys and digests go the road of replies: one queue, its limits, its log of failures."""

from email import message_from_bytes, policy

import pytest
from django.urls import reverse

from customers.channels.mail.queueing import queue_digest, queue_invitation
from customers.channels.mail.sending import send_due
from customers.channels.mail.storing import store
from customers.channels.mail.taking import take
from customers.channels.mail.tokens import token_of
from customers.models import InboundMail, Mailbox, OutboundMail, SatisfactionRating, Ticket
from tests.customers.channels.letters import bounce, mail
from tests.factories import MailboxFactory, TicketFactory, UserFactory, WeeklyDigestFactory


def rating_of(ticket):
    return SatisfactionRating.objects.create(
        ticket=ticket, channel=ticket.channel, closes_at="2100-01-01T00:00:00Z"
    )


@pytest.fixture
def ticket(sending):
    """A ticket that a mail began."""
    take(store(sending, mail(mail_id="<one@example.com>")).pk)
    return Ticket.objects.get()


@pytest.fixture
def invitation(ticket):
    return queue_invitation(rating_of(ticket), "How was it?\n\nhttps://shop.example/rate/x/")


def the_mail(postman, at=-1):
    return message_from_bytes(postman.mails[at].content, policy=policy.default)


def test_a_survey_is_one_more_mail_of_the_conversation(sending, postman, ticket, invitation):
    assert send_due(sending.pk) == 1
    sent = the_mail(postman)
    assert postman.mails[0].rcpt_tos == ["ann@example.com"]
    assert (sent["Subject"], sent["In-Reply-To"]) == ("Re: My parcel", "<one@example.com>")
    assert token_of(ticket.pk) in sent["References"].split()[0]
    assert (sent["Auto-Submitted"], sent["X-Auto-Response-Suppress"]) == ("auto-generated", "All")
    plain, html = (sent.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert plain.startswith("How was it?")
    assert 'href="https://shop.example/rate/x/"' in html
    assert send_due(sending.pk) == 0


def test_a_survey_after_a_web_form_answers_our_own_latest_mail(sending):
    ticket = TicketFactory(channel="web", subject="My parcel")
    reply = ticket.add_message("Solved.", author_kind="agent", author=UserFactory())
    queued = queue_invitation(rating_of(ticket), "How was it?")
    assert (queued.subject, queued.in_reply_to) == ("Re: My parcel", reply.outbound_mail.mail_id)
    assert queued.references.split()[-1] == reply.outbound_mail.mail_id


def test_an_answer_to_a_survey_comes_into_the_ticket(sending, postman, ticket, invitation):
    send_due(sending.pk)
    row = store(sending, mail("Not yet!", In_Reply_To=f"<{invitation.mail_id}>"))
    assert take(row.pk) == "taken"
    assert Ticket.objects.get() == ticket
    assert ticket.messages.count() == 2


def test_a_survey_that_is_not_delivered_is_told_in_the_ticket(sending, ticket, invitation):
    take(store(sending, bounce(invitation.mail_id)).pk)
    invitation.refresh_from_db()
    assert (invitation.status, invitation.about_ticket_id) == ("undelivered", ticket.pk)
    assert "was not delivered" in ticket.messages.order_by("pk").last().body
    assert invitation.send_again()


def test_replies_go_before_surveys_that_were_queued_earlier(
    sending, postman, settings, ticket, invitation
):
    settings.MAIL_LIMIT_MINUTE = 1
    ticket.add_message("On its way.", author_kind="agent", author=UserFactory())
    assert send_due(sending.pk) == 1
    assert the_mail(postman).get_body(("plain",)).get_content().startswith("On its way.")
    invitation.refresh_from_db()
    assert invitation.status == "queued"


def test_nobody_is_surveyed_where_a_machine_wrote_last(sending, ticket):
    row = store(
        sending, mail("Away", In_Reply_To="<one@example.com>", Auto_Submitted="auto-replied")
    )
    take(row.pk)
    assert queue_invitation(rating_of(ticket), "How was it?") is None


def test_a_digest_goes_out_and_its_failure_is_seen(sending, postman):
    reader = UserFactory(email="reader@shop.example")
    queued = queue_digest(WeeklyDigestFactory(), reader, "The week", "- Much was sold.")
    assert send_due(sending.pk) == 1
    sent = the_mail(postman)
    assert (sent["To"], sent["Subject"]) == ("reader@shop.example", "The week")
    row = store(sending, bounce(queued.mail_id))
    assert take(row.pk) == InboundMail.Status.SET_ASIDE
    assert OutboundMail.objects.in_trouble().get() == queued


def test_the_list_of_mail_shows_surveys_and_digests(client, sending, invitation, ticket):
    client.force_login(UserFactory(role="manager"))
    digest = queue_digest(WeeklyDigestFactory(), UserFactory(email="a@b.example"), "Week", "x")
    said = client.get(reverse("mail-out")).content.decode()
    assert f'href="/tickets/{ticket.pk}/"' in said
    assert str(digest.subject) in said
    for queued in (invitation, digest):
        OutboundMail.objects.filter(pk=queued.pk).update(status="failed")
        client.post(reverse("mail-out-retry", args=[queued.pk]))
        queued.refresh_from_db()
        assert queued.status == "queued"


def test_without_a_mailbox_nothing_is_queued(ticket):
    Mailbox.objects.update(is_active=False)
    MailboxFactory(is_active=True, smtp_host="")
    assert queue_invitation(rating_of(ticket), "How was it?") is None
    assert queue_digest(WeeklyDigestFactory(), UserFactory(email="a@b.example"), "W", "x") is None
