"""Asking in public: on the portal and in the widget, by strangers and by customers."""

import time

import pytest
from django.test import Client

from customers.asking.keys import key_of
from customers.models import Question, Ticket
from customers.portal import identity
from tests.factories import CustomerFactory, PassageFactory, QuestionFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return CustomerFactory(name="Ada", email="ada@example.com", external_id="c-7")


def sign_in(client, customer):
    session = client.session
    session[identity.SESSION_KEY] = {"pk": customer.pk, "at": time.time()}
    session.save()


def portal_question(**columns):
    question = QuestionFactory(**columns)
    return question, f"/help/ask/{key_of(question)}/"


def test_a_question_becomes_a_row_and_leads_to_its_own_page(client):
    answer = client.post("/help/ask/", {"text": " How\u200b long? "})
    question = Question.objects.get()
    assert answer["Location"].startswith("/help/ask/")
    assert (question.text, question.channel, question.by_staff) == ("How long?", "portal", False)
    assert (question.customer, question.user) == (None, None)
    page = client.get(answer["Location"]).content.decode()
    assert 'hx-trigger="load delay:150ms"' in page
    assert "Look again" in page


def test_a_staff_member_on_the_portal_reads_what_everybody_reads(client):
    client.force_login(UserFactory())
    client.post("/help/ask/", {"text": "How long?"})
    assert not Question.objects.get().by_staff


@pytest.mark.parametrize("typed", ["", "  ", "\u200b", "\x00"])
def test_an_empty_question_is_refused_with_a_sentence(client, typed):
    answer = client.post("/help/ask/", {"text": typed})
    assert answer.status_code == 422
    assert b"Type a question first." in answer.content
    assert not Question.objects.exists()


def test_ten_thousand_words_are_refused_and_nothing_typed_is_lost(client):
    answer = client.post("/help/ask/", {"text": "word " * 10_000})
    assert answer.status_code == 422
    assert b"2000 characters" in answer.content
    assert answer.content.count(b"word word") > 1000
    assert not Question.objects.exists()


def test_markup_in_a_question_and_in_a_source_is_shown_as_text(client):
    body = "Pay <script>alert(1)</script> <a href='https://evil.example'>here</a> in 30 days."
    passage = PassageFactory(body=body, heading="<img src=x onerror=alert(1)>")
    item = {"passage": passage.pk, "quote": body, "start": 0, "end": len(body), "title": "x"}
    _question, address = portal_question(
        text="<b>How</b> [x](https://evil.example)?", kind="passage", status="answered",
        answer=body, evidence=[item], closest=[item], detail={"retrieved": [passage.pk]},
    )  # fmt: skip
    page = client.get(address).content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "&lt;img src=x" in page
    assert "<script>alert" not in page
    assert 'href="https://evil' not in page
    assert "href='https://evil" not in page


def test_a_finished_answer_stops_polling(client):
    _question, address = portal_question(kind="fact", status="answered", answer="It is paid.")
    part = client.get(f"{address}answer/").content.decode()
    assert "It is paid." in part
    assert "hx-trigger" not in part


def test_a_customers_question_opens_for_them_alone(client, ada):
    _question, address = portal_question(customer=ada, kind="fact", status="answered", answer="x")
    for page in (address, f"{address}answer/"):
        assert client.get(page).status_code == 404
    sign_in(client, CustomerFactory())
    assert client.get(address).status_code == 404
    assert client.post(f"{address}rate/", {"feedback": "up"}).status_code == 404
    sign_in(client, ada)
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("key", ["1", "x", "1:abc:def"])
def test_a_key_is_not_guessed(client, key):
    QuestionFactory()
    assert client.get(f"/help/ask/{key}/").status_code == 404
    assert client.get(f"/widget/{key}/").status_code == 404


def test_questions_of_staff_are_not_opened_by_any_key(client):
    _question, address = portal_question(channel="staff")
    assert client.get(address).status_code == 404


def test_a_stranger_hands_over_with_name_and_mailbox_once(client):
    question, address = portal_question(status="unsure", text="Do you ship to Norway?")
    refused = client.post(f"{address}hand-over/", {"name": "Eve", "email": "no"})
    assert refused.status_code == 422
    assert not Ticket.objects.exists()
    for _ in range(2):
        client.post(f"{address}hand-over/", {"name": "Eve", "email": "eve@example.com"})
    ticket = Ticket.objects.get()
    question.refresh_from_db()
    assert (question.status, question.handed_over_to) == ("handed", ticket)
    assert "people will answer you" in client.get(address).content.decode()


def test_a_customer_hands_over_by_one_click(client, ada):
    _question, address = portal_question(status="unsure", customer=ada)
    sign_in(client, ada)
    client.post(f"{address}hand-over/")
    assert Ticket.objects.get().customer == ada


def test_a_question_nobody_could_answer_yet_can_be_handed_over_too(client):
    question, address = portal_question()
    client.post(f"{address}hand-over/", {"name": "Eve", "email": "eve@example.com"})
    assert not question.store(status="answered", answer="late")
    question.refresh_from_db()
    assert (question.status, question.answer) == ("handed", "")


def test_a_thumb_with_its_reason_is_kept(client):
    question, address = portal_question(status="unsure")
    client.post(f"{address}rate/", {"feedback": "down", "reason": "Not what I asked"})
    client.post(f"{address}rate/", {"feedback": "sideways"})
    question.refresh_from_db()
    assert (question.feedback, question.feedback_reason) == ("down", "Not what I asked")


def test_who_is_known_by_now_asks_again_with_one_click(client, ada):
    _question, address = portal_question(
        status="identify", kind="fact", text="Where is my order?", answer="Who are you?"
    )
    page = client.get(address).content.decode()
    assert 'name="email"' in page
    assert "Ask again as" not in page
    sign_in(client, ada)
    assert "Ask again as Ada" in client.get(address).content.decode()
    client.post(f"{address}again/")
    asked = Question.objects.get(customer=ada)
    assert (asked.text, asked.status) == ("Where is my order?", "pending")


def test_strangers_may_not_ask_without_end(client, settings):
    settings.ASK_LIMIT_MINUTE = 2
    answers = [client.post("/help/ask/", {"text": "How long?"}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [302, 302, 429]
    assert 0 < int(answers[2]["Retry-After"]) <= 60
    assert "How long?" in answers[2].content.decode()
    assert Question.objects.count() == 2
    assert client.post("/widget/", {"text": "How long?"}).status_code == 429
    other = client.post("/help/ask/", {"text": "How long?"}, REMOTE_ADDR="192.0.2.7")
    assert other.status_code == 302


def test_an_address_in_a_header_counts_only_where_a_proxy_is_set(client, settings):
    settings.ASK_LIMIT_MINUTE = 1
    first = {"HTTP_X_FORWARDED_FOR": "192.0.2.1"}
    second = {"HTTP_X_FORWARDED_FOR": "192.0.2.66, 192.0.2.2"}
    client.post("/help/ask/", {"text": "How?"}, **first)
    assert client.post("/help/ask/", {"text": "How?"}, **second).status_code == 429
    settings.CLIENT_ADDRESS_HEADER = "HTTP_X_FORWARDED_FOR"
    assert client.post("/help/ask/", {"text": "How?"}, **first).status_code == 302
    assert client.post("/help/ask/", {"text": "How?"}, **second).status_code == 302


def test_forms_of_the_portal_are_guarded_against_forgery():
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/help/ask/", {"text": "How long?"}).status_code == 403
    assert not Question.objects.exists()


def test_the_widget_may_be_framed_by_the_shops_sites_alone(client, settings):
    settings.WIDGET_ORIGINS = ["https://shop.example"]
    question = QuestionFactory(channel="widget", status="unsure")
    for address in ("/widget/", f"/widget/{key_of(question)}/"):
        answer = client.get(address)
        policy = answer["Content-Security-Policy"]
        assert "frame-ancestors 'self' https://shop.example" in policy
        assert "default-src 'self'" in policy
        assert "X-Frame-Options" not in answer
    portal = client.get("/help/ask/")
    assert portal["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in portal["Content-Security-Policy"]


def test_what_nobody_sees_in_the_page_that_a_site_names_is_left_out(client, ada):
    client.post("/widget/", {"text": "How long does delivery take?", "page": "/tea\0/\u200b"})
    assert Question.objects.get().page == "/tea/"


def test_the_widget_needs_no_cookie_and_carries_who_asks(settings, ada):
    settings.WIDGET_SECRET = "of the shop"
    frame = Client(enforce_csrf_checks=True)
    page = frame.get("/widget/", {"user": "c-7", "hash": identity.user_hash("c-7"), "page": "/tea"})
    assert not page.cookies
    token = page.context["asker_token"]
    answer = frame.post("/widget/", {"text": "Where is it?", "asker": token, "page": "/tea"})
    question = Question.objects.get()
    assert (question.customer, question.channel, question.page) == (ada, "widget", "/tea")
    assert not frame.cookies
    key = answer["Location"].split("/")[2]
    Question.objects.update(status="unsure")
    assert not frame.get(answer["Location"]).cookies
    assert frame.post(f"/widget/{key}/rate/", {"feedback": "up"}).status_code == 302
    assert frame.post(f"/widget/{key}/hand-over/").status_code == 302
    assert Ticket.objects.get().channel == "chat"


def test_a_forged_user_is_a_stranger(client, settings, ada):
    settings.WIDGET_SECRET = "of the shop"
    page = client.get("/widget/", {"user": "c-7", "hash": "00"})
    assert page.context["asker"] is None
    client.post("/widget/", {"text": "Where is my order?", "asker": "forged"})
    assert Question.objects.get().customer is None


def test_the_script_is_served_to_every_site(client):
    answer = client.get("/widget.js")
    assert answer["Content-Type"].startswith("text/javascript")
    assert b"iframe" in answer.content
    assert not answer.cookies
