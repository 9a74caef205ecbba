from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from customers.channels.mail.sending import PATIENCE, send_due
from customers.channels.mail.storing import store
from customers.channels.mail.taking import take
from customers.channels.mail.tokens import token_of
from customers.desk.attachments import attach
from customers.models import Alarm, Mailbox, OutboundMail, Ticket
from tests.customers.channels.letters import mail
from tests.factories import CustomerFactory, TicketFactory, UserFactory


@pytest.fixture
def ticket(sending):
    """A ticket that a mail began."""
    row = store(sending, mail(mail_id="<one@example.com>", Cc="Bob <bob@example.com>"))
    take(row.pk)
    return Ticket.objects.get()


def reply(ticket, body="It is on its way.", **columns):
    columns = {"author_kind": "agent", "author": UserFactory(), **columns}
    return ticket.add_message(body, **columns)


def the_mail(postman, at=-1):
    return message_from_bytes(postman.mails[at].content, policy=policy.default)


def test_a_reply_goes_out_as_an_answer_to_the_mail(sending, postman, ticket):
    Mailbox.objects.update(uses_plus_addresses=True)
    message = reply(ticket, "It is on its way.\n\n<b>See</b> https://shop.example/x")
    attach(message, SimpleUploadedFile("发票.pdf", b"%PDF-1", "application/pdf"))
    assert message.outbound_mail.status == "queued"
    assert send_due(sending.pk) == 1
    message.outbound_mail.refresh_from_db()
    assert (message.outbound_mail.status, message.outbound_mail.attempts) == ("sent", 1)
    sent = the_mail(postman)
    assert postman.mails[0].mail_from == "help@shop.example"
    assert postman.mails[0].rcpt_tos == ["ann@example.com"]
    assert sent["From"] == "Rapport shop <help@shop.example>"
    assert sent["Subject"] == "Re: My parcel"
    assert sent["In-Reply-To"] == "<one@example.com>"
    assert sent["References"].split()[-1] == "<one@example.com>"
    assert token_of(ticket.pk) in sent["References"].split()[0]
    assert token_of(ticket.pk) in sent["Reply-To"]
    assert sent["Message-ID"].strip() == f"<{message.outbound_mail.mail_id}>"
    assert sent["Auto-Submitted"] is None
    plain, html = (sent.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert plain.startswith("It is on its way.")
    assert "&lt;b&gt;See&lt;/b&gt;" in html
    assert [part.get_filename() for part in sent.iter_attachments()] == ["发票.pdf"]
    assert send_due(sending.pk) == 0
    assert postman.logins == [(b"demouser", b"demopass")]


def test_the_customers_answer_to_it_comes_back_into_the_ticket(sending, postman, ticket):
    reply(ticket)
    send_due(sending.pk)
    answer = mail("Thank you", In_Reply_To=the_mail(postman)["Message-ID"])
    row = store(sending, answer)
    take(row.pk)
    assert Ticket.objects.get() == ticket
    bodies = list(ticket.messages.values_list("body", flat=True))
    assert bodies == ["Where is my parcel?", "It is on its way.", "Thank you"]


def test_whoever_wrote_into_the_ticket_is_copied(sending, postman, ticket):
    row = store(sending, mail("Me too", sender="bob@example.com", In_Reply_To="<one@example.com>"))
    take(row.pk)
    reply(ticket)
    send_due(sending.pk)
    assert postman.mails[0].rcpt_tos == ["ann@example.com", "bob@example.com"]


@pytest.mark.parametrize(
    "columns",
    [
        {"is_internal": True},
        {"author_kind": "system"},
        {"author_kind": "customer"},
        {"source": "zendesk", "external_id": "7"},
        {"sent_at": timezone.now() - timedelta(days=2)},
    ],
)
def test_notes_and_history_of_other_systems_never_go_out(ticket, columns):
    reply(ticket, **columns)
    assert OutboundMail.objects.count() == 0


@pytest.mark.parametrize(
    ("columns", "n"),
    [({"channel": "web"}, 1), ({"channel": "phone"}, 0), ({"customer": None}, 0)],
)
def test_who_wrote_a_web_form_is_answered_by_mail_and_others_are_not(sending, columns, n):
    reply(TicketFactory(**{"channel": "email", **columns}))
    assert OutboundMail.objects.count() == n


def test_a_rule_answers_people_and_says_that_it_is_one(sending, postman, ticket):
    reply(ticket, author=None)
    send_due(sending.pk)
    sent = the_mail(postman)
    assert (sent["Auto-Submitted"], sent["X-Auto-Response-Suppress"]) == ("auto-replied", "All")


@pytest.mark.parametrize("sender", ["no-reply@example.com", "help@shop.example"])
def test_a_rule_answers_no_machine(sending, ticket, sender):
    reply(TicketFactory(customer=CustomerFactory(email=sender)), author=None)
    row = store(sending, mail(Auto_Submitted="auto-replied", In_Reply_To="<one@example.com>"))
    assert take(row.pk) == "taken"
    reply(ticket, author=None)
    assert OutboundMail.objects.count() == 0


def due_now():
    OutboundMail.objects.update(next_try_at=timezone.now())


def test_what_a_server_puts_off_is_tried_again_and_given_up_at_last(sending, postman, ticket):
    postman.answers["RCPT"] = "451 later"
    queued = reply(ticket).outbound_mail
    send_due(sending.pk)
    queued.refresh_from_db()
    assert (queued.status, queued.error, queued.attempts) == ("queued", "451 later", 1)
    wait = queued.next_try_at - queued.claimed_at
    assert timedelta(seconds=50) < wait < timedelta(seconds=80)
    assert send_due(sending.pk) == 0
    for _ in PATIENCE:
        due_now()
        send_due(sending.pk)
    queued.refresh_from_db()
    assert (queued.status, queued.attempts) == ("failed", len(PATIENCE) + 1)
    assert postman.mails == []


@pytest.mark.parametrize("step", ["RCPT", "DATA"])
def test_a_refusal_is_final_and_a_person_may_send_again(sending, postman, ticket, step):
    postman.answers[step] = "550 no such user"
    queued = reply(ticket).outbound_mail
    other = reply(ticket, "second").outbound_mail
    send_due(sending.pk)
    queued.refresh_from_db()
    other.refresh_from_db()
    assert {queued.status, other.status} == {"failed"}
    assert queued.error == "550 no such user"
    postman.answers.clear()
    assert queued.send_again()
    assert not queued.send_again()
    assert send_due(sending.pk) == 1


def test_a_server_that_is_away_costs_time_but_no_mail(sending, postman, ticket):
    Mailbox.objects.update(smtp_port=1)
    queued = reply(ticket).outbound_mail
    send_due(sending.pk)
    queued.refresh_from_db()
    sending.refresh_from_db()
    assert (queued.status, queued.attempts) == ("queued", 1)
    assert "SMTP" in sending.sending_error
    Mailbox.objects.update(smtp_port=postman.port)
    due_now()
    assert send_due(sending.pk) == 1
    sending.refresh_from_db()
    assert sending.sending_error == ""


def test_what_may_have_gone_out_is_not_sent_again_by_itself(sending, postman, ticket):
    """The server takes the text and the line breaks before its answer."""
    postman.on_data = lambda server: server.transport.abort()
    first, second = (reply(ticket, text).outbound_mail for text in ("one", "two"))
    send_due(sending.pk)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == ("unsure", "queued")
    postman.on_data = None
    taken = len(postman.mails)
    assert send_due(sending.pk) == 1
    assert len(postman.mails) == taken + 1
    first.refresh_from_db()
    assert first.status == "unsure"
    assert first.send_again()
    assert send_due(sending.pk) == 1


@pytest.mark.parametrize("after", [False, True])
def test_a_worker_that_is_killed_sends_nothing_twice(sending, postman, ticket, monkeypatch, after):
    queued = reply(ticket).outbound_mail
    from customers.channels.mail import sending as module

    real = module._deliver

    def killed(*arguments):
        if after:
            real(*arguments)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(module, "_deliver", killed)
        with pytest.raises(KeyboardInterrupt):
            send_due(sending.pk)
    assert send_due(sending.pk) == 0
    queued.refresh_from_db()
    assert queued.status == "unsure"
    assert len(postman.mails) == int(after)


def test_what_is_over_the_limits_waits(sending, postman, settings):
    settings.MAIL_LIMIT_RECIPIENT_HOUR = 2
    settings.MAIL_LIMIT_MINUTE = 4
    ann = CustomerFactory(email="ann@example.com")
    for number in range(3):
        reply(TicketFactory(customer=ann), f"to ann {number}")
    for _ in range(4):
        reply(TicketFactory(), "to others")
    assert send_due(sending.pk) == 4
    to = [envelope.rcpt_tos[0] for envelope in postman.mails]
    assert to.count("ann@example.com") == 2
    left = OutboundMail.objects.filter(status="queued").order_by("pk")
    now = timezone.now()
    waits = [(mail.next_try_at - now).total_seconds() for mail in left]
    assert 3500 < waits[0] <= 3600
    assert all(0 < wait <= 60 for wait in waits[1:])
    OutboundMail.objects.filter(status="sent").update(claimed_at=now - timedelta(minutes=2))
    due_now()
    assert send_due(sending.pk) == 2


def test_where_the_rate_explodes_all_sending_stops_until_somebody_resumes_it(
    sending, postman, settings, ticket
):
    settings.MAIL_STOP_RECIPIENT = 3
    other = Mailbox.objects.create(
        name="Sales", address="sales@shop.example", is_active=True, smtp_host="127.0.0.1"
    )
    for number in range(3):
        reply(ticket, f"reply {number}")
    assert send_due(sending.pk) == 0
    for mailbox in (sending, other):
        mailbox.refresh_from_db()
        assert not mailbox.may_send
    assert "ann@example.com" in sending.stop_reason
    alarm = Alarm.objects.standing().get(subject_name="help@shop.example")
    assert (alarm.kind, alarm.row_pks) == ("mail_stopped", [ticket.pk])
    assert postman.mails == []
    sending.resume_sending()
    assert send_due(sending.pk) == 3
    from customers.alarms.run import raise_alarms

    other.resume_sending()
    raise_alarms()
    assert not Alarm.objects.standing().filter(kind="mail_stopped").exists()
