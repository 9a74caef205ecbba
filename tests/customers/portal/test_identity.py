"""Who asks on the portal: proved by mailbox or by the shop's own site, and never guessed."""

import re

import pytest
from django.core import mail, signing

from customers.portal import identity
from customers.tasks import mail_link
from tests.factories import NOON, CustomerFactory

pytestmark = pytest.mark.django_db
ADDRESS = "http://testserver/help/identify/"


@pytest.fixture(autouse=True)
def mail_at_once(monkeypatch):
    """The worker's task runs in the request; its broker is not what is tested."""
    monkeypatch.setattr(mail_link, "delay", mail_link)


@pytest.fixture
def ada():
    return CustomerFactory(name="Ada", email="Ada@example.com", language="en")


def link_in_mail():
    (sent,) = mail.outbox
    return re.search(r"http://testserver(\S+)", sent.body)[1]


def test_a_link_by_mail_signs_in_after_a_click_and_leads_on(client, ada):
    client.post("/help/identify/", {"email": "ada@EXAMPLE.com", "next": "/help/ask/?q=x"})
    assert mail.outbox[0].to == ["Ada@example.com"]
    link = link_in_mail()
    opened = client.get(link)
    assert b"Go on" in opened.content
    assert identity.SESSION_KEY not in client.session
    answer = client.post(link)
    assert (answer.status_code, answer["Location"]) == (302, "/help/ask/?q=x")
    assert client.session[identity.SESSION_KEY]["pk"] == ada.pk
    assert b"You are Ada" in client.get("/help/ask/").content
    client.post("/help/forget/")
    assert b"You are Ada" not in client.get("/help/ask/").content


def test_a_link_works_once(client, ada):
    identity.send_link(ada.email, ADDRESS)
    link = link_in_mail()
    assert client.post(link).status_code == 302
    client.post("/help/forget/")
    again = client.post(link)
    assert again.status_code == 410
    assert identity.SESSION_KEY not in client.session


def test_the_answer_is_the_same_whether_the_mailbox_is_known_or_not(client, ada):
    known = client.post("/help/identify/", {"email": ada.email})
    unknown = client.post("/help/identify/", {"email": "nobody@example.com"})

    def words(answer):
        return re.sub(r'value="\w+"|\w+@\w+', "", answer.content.decode())

    assert known.status_code == unknown.status_code == 200
    assert words(known).replace("Ada", "") == words(unknown).replace("nobody", "")
    assert len(mail.outbox) == 1


def test_a_link_does_not_lead_to_another_site_or_out_of_the_portal(client, ada):
    for after in ("https://evil.example/", "//evil.example", "/admin/", "javascript:alert(1)"):
        mail.outbox.clear()
        identity.send_link(ada.email, ADDRESS, after)
        assert client.post(link_in_mail())["Location"] == "/help/ask/"


def test_links_are_dead_when_old_forged_for_another_purpose_or_of_a_former_mailbox(ada):
    good = signing.dumps([ada.pk, ada.email.casefold(), ""], salt=identity.LINK_SALT)
    assert identity.read_link(good) == (ada, "")
    assert identity.read_link(good + "x") is None
    assert identity.read_link(signing.dumps([ada.pk, "x", ""], salt="other")) is None
    assert identity.read_link(signing.dumps(ada.pk, salt=identity.LINK_SALT)) is None
    assert identity.read_link(identity.asker_token(ada)) is None
    ada.email = "new@example.com"
    ada.save()
    assert identity.read_link(good) is None


def test_a_link_ends_after_half_an_hour(ada, monkeypatch):
    good = signing.dumps([ada.pk, ada.email.casefold(), ""], salt=identity.LINK_SALT)
    now = signing.time.time()
    monkeypatch.setattr(signing.time, "time", lambda: now + identity.LINK_SECONDS + 1)
    assert identity.read_link(good) is None


def test_mailboxes_are_not_flooded(client, ada, settings):
    settings.SIGN_IN_LIMIT_HOUR = 2
    answers = [client.post("/help/identify/", {"email": ada.email}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert int(answers[2]["Retry-After"]) > 0
    assert len(mail.outbox) == 2


def test_of_several_customers_with_one_mailbox_the_one_who_ordered_last_is_meant(ada):
    latest = CustomerFactory(email="ada@example.com")
    type(latest).objects.filter(pk=latest.pk).update(last_order_at=NOON)
    assert identity.customer_of_mailbox(" ada@example.com ") == latest
    assert identity.customer_of_mailbox("") is None


def test_the_shops_own_site_vouches_with_a_keyed_hash(ada, settings):
    settings.WIDGET_SECRET = "of the shop"
    ada.external_id = "c-7"
    ada.save()
    assert identity.signed_user("c-7", identity.user_hash("c-7")) == ada
    assert identity.signed_user("ada@example.com", identity.user_hash("ada@example.com")) == ada
    assert identity.signed_user("c-7", identity.user_hash("c-8")) is None
    assert identity.signed_user("c-7", "") is None
    assert identity.signed_user("c-7", "ü") is None
    CustomerFactory(external_id="c-7", source="other")
    assert identity.signed_user("c-7", identity.user_hash("c-7")) is None


def test_without_a_secret_nobody_is_vouched_for(ada, settings):
    settings.WIDGET_SECRET = ""
    assert identity.signed_user("ada@example.com", identity.user_hash("ada@example.com")) is None


def test_a_sign_in_ends_after_half_a_day(client, ada):
    session = client.session
    session[identity.SESSION_KEY] = {"pk": ada.pk, "at": 0}
    session.save()
    assert b"You are Ada" not in client.get("/help/ask/").content
