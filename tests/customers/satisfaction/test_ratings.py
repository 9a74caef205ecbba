"""Customers are asked once, after a while, and rate by a signed link without a login."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from customers.models import Notice, OutboundMail, SatisfactionRating, SatisfactionSettings, Ticket
from customers.satisfaction import inviting
from customers.satisfaction.inviting import invite_due, mail_invitations
from customers.satisfaction.links import rating_of, token_of, waiting_for
from tests.factories import CustomerFactory, MailboxFactory, TeamFactory, TicketFactory, UserFactory

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def survey(settings):
    settings.PUBLIC_ADDRESS = "https://help.example"
    SatisfactionSettings(is_on=True, delay_hours=24).save()
    SatisfactionSettings.objects.update(on_since_at=timezone.now() - 10 * DAY)


@pytest.fixture
def mailbox():
    return MailboxFactory(is_active=True, smtp_host="127.0.0.1")


def solved(days_ago=2, **columns):
    ticket = TicketFactory(status="solved", body="", **columns)
    Ticket.objects.filter(pk=ticket.pk).update(solved_at=timezone.now() - days_ago * DAY)
    return Ticket.objects.get(pk=ticket.pk)


def invited(**columns):
    ticket = solved(**columns)
    assert invite_due() == 1
    return SatisfactionRating.objects.get(ticket=ticket)


def rate(client, rating, **said):
    return client.post(reverse("rate", args=[token_of(rating)]), said)


def test_who_was_served_is_asked_after_the_delay_and_once(mailbox):
    agent, team = UserFactory(), TeamFactory()
    ann = CustomerFactory(email="ann@shop.example")
    due = solved(customer=ann, assignee=agent, team=team, suggested_intent_id="get_refund")
    solved(days_ago=0.5)
    solved(days_ago=20)  # before the survey was on
    solved(customer=None)
    TicketFactory(body="")

    assert (invite_due(), invite_due()) == (1, 0)
    rating = SatisfactionRating.objects.get()
    assert (rating.ticket, rating.agent, rating.team) == (due, agent, team)
    assert (rating.intent_id, rating.channel, rating.is_given) == ("get_refund", "email", False)

    assert (mail_invitations(), mail_invitations()) == (1, 0)
    mail = OutboundMail.objects.get()
    assert (mail.rating, mail.mailbox, mail.to_address) == (rating, mailbox, "ann@shop.example")
    assert f"https://help.example/rate/{token_of(rating)}/" in mail.text


def test_nobody_is_asked_unless_the_shop_wants_it():
    SatisfactionSettings().save()
    solved()
    assert invite_due() == 0


def test_tickets_by_phone_and_customers_without_an_address_are_not_mailed(mailbox):
    solved(channel="phone")
    solved(customer=CustomerFactory(email=""))
    solved(customer=CustomerFactory(email="no-reply@shop.example"))
    assert invite_due() == 3
    assert mail_invitations() == 0
    assert not OutboundMail.objects.exists()


def test_an_invitation_waits_for_a_mailbox_that_sends_and_for_three_days(mailbox):
    invited()
    type(mailbox).objects.update(is_active=False)
    assert mail_invitations() == 0
    type(mailbox).objects.update(is_active=True)
    assert mail_invitations(timezone.now() + 4 * DAY) == 0
    assert mail_invitations() == 1


def test_surveys_of_a_busy_day_are_queued_in_portions(mailbox, monkeypatch):
    monkeypatch.setattr(inviting, "MOST_QUEUED", 2)
    for _ in range(3):
        solved()
    assert invite_due() == 3
    assert (mail_invitations(), mail_invitations(), mail_invitations()) == (2, 1, 0)


def test_a_link_is_rated_without_a_login_and_opening_it_rates_nothing(client):
    rating = invited()
    page = reverse("rate", args=[token_of(rating)])
    shown = client.get(page)
    assert shown.status_code == 200
    # other sites do not learn the link; "no-referrer" would have browsers send no origin either,
    # and the form would be refused
    assert shown["Referrer-Policy"] == "same-origin"
    assert b'name="referrer"' not in shown.content
    assert client.get(page + "?score=5").status_code == 200
    rating.refresh_from_db()
    assert rating.score is None

    assert rate(client, rating, score="4", reason="Quick help").status_code == 302
    rating.refresh_from_db()
    assert (rating.score, rating.reason, rating.is_good) == (4, "Quick help", True)
    assert rating.rated_at


def test_a_rating_can_be_changed_once(client):
    rating = invited()
    rate(client, rating, score="5")
    assert rate(client, rating, score="2", reason="On second thought").status_code == 302
    assert rate(client, rating, score="5").status_code == 409
    rating.refresh_from_db()
    assert (rating.score, rating.reason, rating.change_count) == (2, "On second thought", 1)


def test_two_changes_at_once_are_one():
    rating = invited()
    rating.rate(5, "")
    one, two = (SatisfactionRating.objects.get(pk=rating.pk) for _ in range(2))
    assert one.rate(1, "first")
    assert not two.rate(3, "second")
    rating.refresh_from_db()
    assert (rating.score, rating.reason) == (1, "first")


def test_after_its_days_a_link_takes_no_rating(client):
    rating = invited()
    SatisfactionRating.objects.update(closes_at=timezone.now())
    assert rate(client, rating, score="5").status_code == 409
    rating.refresh_from_db()
    assert rating.score is None


@pytest.mark.parametrize("said", [{}, {"score": "6"}, {"score": "x"}, {"reason": "no score"}])
def test_nonsense_is_told_and_what_was_typed_is_kept(client, said):
    rating = invited()
    response = rate(client, rating, **said)
    assert response.status_code == 422
    assert said.get("reason", "").encode() in response.content
    rating.refresh_from_db()
    assert rating.score is None


def test_a_forged_link_opens_nothing(client):
    rating = invited()
    token = token_of(rating)
    assert rating_of(token) == rating
    other = token[:-1] + ("B" if token.endswith("A") else "A")
    for forged in (other, str(rating.pk), "x"):
        assert rating_of(forged) is None
        assert client.get(reverse("rate", args=[forged])).status_code == 404


def test_a_bad_rating_is_told_to_whoever_had_the_ticket(client):
    agent = UserFactory()
    rating = invited(assignee=agent)
    rate(client, rating, score="1", reason="Never again")
    notice = Notice.objects.get()
    assert (notice.user, notice.kind, notice.text) == (agent, "rated", "Never again")


def test_the_portal_lists_what_a_customer_has_not_rated():
    rating = invited()
    customer = rating.ticket.customer
    assert [one for one, _token in waiting_for(customer)] == [rating]
    rating.rate(3, "")
    assert waiting_for(customer) == []
    assert waiting_for(CustomerFactory()) == []


def test_staff_read_ratings_on_the_ticket_the_customer_and_the_list(client):
    rating = invited()
    rating.rate(2, "Too slow")
    client.force_login(UserFactory())
    ticket = rating.ticket
    for page in (
        reverse("ticket", args=[ticket.pk]),
        reverse("customer", args=[ticket.customer_id]),
        reverse("satisfaction") + "?score=2",
    ):
        assert b"Too slow" in client.get(page).content
    assert b"Too slow" not in client.get(reverse("satisfaction") + "?score=5").content


def test_the_page_says_why_surveys_are_not_mailed(client, settings, mailbox):
    client.force_login(UserFactory())

    def said():
        return client.get(reverse("satisfaction")).content.decode()

    assert "Surveys are not mailed" not in said()
    type(mailbox).objects.update(is_active=False)
    assert "no mailbox is active" in said()
    settings.PUBLIC_ADDRESS = ""
    assert "PUBLIC_ADDRESS is not set" in said()
    SatisfactionSettings().save()
    assert "Surveys are not mailed" not in said()
